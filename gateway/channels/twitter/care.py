"""Looking after an account on X: its grant, its webhook, and what X is to tell us of.

connect(url): webhook (X asks it for proof at once) -> one subscription for each kind of event
checks(url):  whose grant it is -> webhook -> subscriptions -> what only a person can see

Webhooks belong to the app, and subscriptions to our account within it (X docs, webhooks/introduction and
activity/introduction, Aug 2026). One webhook of an app is what pay-per-use allows; three of ours would share it.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from gateway.channels.care import Check, Step
from gateway.channels.supply import Receive
from gateway.channels.twitter.client import XClient
from gateway.channels.twitter.fields import entries, identifier, mapping, native_id, string
from gateway.channels.twitter.settings import TwitterSettings
from gateway.errors import SendError, SendLockedOut, SendRefused

WANTED: Final = (
    "post.mention.create",
    "post.reply.create",
    "post.quote.create",
    "post.create",
    "post.delete",
    "dm.received",
    "dm.sent",
    "dm.read",
    "chat.received",
    "oauth.revoke",
)
"""Kinds of events that we have a use for."""
_NEEDED: Final = frozenset({"post.mention.create", "post.reply.create", "dm.received"})
"""Without these, customers are not heard."""
_TAG: Final = "aside"
_LABEL: Final = "Automated"

_KEYS: Final = "Check TWITTER_CONSUMER_KEY, TWITTER_CONSUMER_SECRET and the account's tokens in the developer console."
_HEARD: Final = (
    "X calls the address at once: the gateway must be running, and be reached there by https, without a port in the "
    "address, with TWITTER_CONSUMER_SECRET being this app's."
)


class XCare:
    """Sets an account up, and looks whether all is well."""

    def __init__(self, client: XClient, settings: TwitterSettings) -> None:
        self._client = client
        self._settings = settings

    async def checks(self, url: str) -> list[Check]:
        """Look at everything. `url`: where X should deliver; empty where that is not known. Raises nothing."""
        await self._client.open()
        found = [await self._check_token()]
        if self._settings.receive is Receive.POLLING:
            found.append(Check(name="webhook", well=True, words="None is needed: X is asked all the time."))
        else:
            found += await self._check_deliveries(url)
        if self._is_pretended:
            return found  # the rest is what a person must look up on X itself
        return [
            *found,
            Check(
                name="direct messages",
                well=None,
                words="Whether everybody may write to this account cannot be read.",
                advice="In X's settings, Privacy and safety, Direct messages: allow message requests from everyone.",
            ),
            Check(
                name="privacy link",
                well=None,
                words="X wants a link to your privacy policy where a program answers direct messages.",
                advice="Put it into the account's profile, or into its welcome message.",
            ),
        ]

    async def connect(self, url: str) -> list[Step]:
        """Have X deliver to `url` (https, ours), and tell us of all that we have a use for. Raises nothing."""
        await self._client.open()
        if self._settings.receive is Receive.POLLING:
            return [Step(words="TWITTER_RECEIVE is polling: X is asked all the time, and delivers nothing.", done=True)]
        if not self._is_pretended and (problem := _no_address(url)):
            return [Step(words=problem, done=False)]
        try:
            webhook_id, step = await self._set_webhook(url)
        except SendError as error:
            return [Step(words=f"X did not take {url} as a webhook. {_why(error)}", done=False)]
        if not webhook_id:
            return [step]
        return [step, *[one async for one in self._subscribe(webhook_id)]]

    async def disconnect(self) -> list[Step]:
        """Have X deliver nothing more to this account's webhook. Raises nothing."""
        await self._client.open()
        try:
            ours, others = await self._subscriptions()
        except SendError as error:
            return [Step(words=f"X does not show the subscriptions. {_why(error)}", done=False)]
        steps = []
        for subscription_id, subscription in ours.items():
            words = f"{string(subscription.get('event_type'))}: no longer subscribed."
            steps.append(await self._step(words, "DELETE", f"/2/activity/subscriptions/{subscription_id}"))
        still_used = {identifier(one.get("webhook_id")) for one in others.values()}
        for webhook_id in {identifier(one.get("webhook_id")) for one in ours.values()} - still_used - {""}:
            step = await self._step(f"Webhook {webhook_id}: removed.", "DELETE", f"/2/webhooks/{webhook_id}")
            steps.append(step)
        return steps or [Step(words="There was nothing to take down.", done=True)]

    @property
    def _is_pretended(self) -> bool:
        """Whether this is no X but something on our side of the internet, which has its own rules for addresses."""
        return self._settings.api_root.startswith("http:")

    async def _check_token(self) -> Check:
        settings = self._settings
        try:
            answer = await self._client.read("get_me", user_fields=["username", "affiliation"])
        except SendLockedOut as error:
            return Check(name="token", well=False, words=f"X does not let us in: {error.message}", advice=_KEYS)
        except SendError as error:
            return Check(name="token", well=None, words=f"X could not be asked: {error.message}")
        me = mapping(answer.get("data"))
        handle, own_id = string(me.get("username")), native_id(me)
        if own_id != settings.user_id:
            words = f"The tokens are those of @{handle} ({own_id}), and TWITTER_USER_ID is {settings.user_id}."
            return Check(name="token", well=False, words=words, advice="Make both the same account.")
        if handle.lower() != settings.username.lower().lstrip("@"):
            words = f"The account is @{handle}, and TWITTER_USERNAME is {settings.username}."
            return Check(name="token", well=False, words=words, advice=f"Set TWITTER_USERNAME={handle}.")
        badge = string(mapping(me.get("affiliation")).get("description"))
        if badge == _LABEL:
            return Check(name="token", well=True, words=f"The account is @{handle}, labelled as automated.")
        return Check(
            name="token",
            well=True,
            words=f"The account is @{handle}.",
            advice="It does not show X's label for automated accounts, which X wants on accounts that a program runs: "
            "Settings, Your account, Account information, Automation.",
        )

    async def _check_deliveries(self, url: str) -> list[Check]:
        try:
            webhooks = await self._webhooks()
            ours, _ = await self._subscriptions()
        except (SendLockedOut, SendRefused) as error:
            advice = "Set TWITTER_BEARER_TOKEN, or check the app's keys; webhooks need an app with access to them."
            return [Check(name="webhook", well=None, words=f"X does not show it: {error.message}", advice=advice)]
        except SendError as error:
            return [Check(name="webhook", well=None, words=f"X could not be asked: {error.message}")]
        return [_check_webhook(webhooks, ours, url), _check_subscriptions(ours)]

    async def _set_webhook(self, url: str) -> tuple[str, Step]:
        """The webhook's id, empty where there is none; raises as `XClient.read`."""
        webhooks = await self._webhooks()
        known = next((one for one in webhooks.values() if string(one.get("url")) == url), None)
        if known is None:
            answer = await self._client.ask_as_app("POST", "/2/webhooks", json={"url": url})
            made = native_id(mapping(answer.get("data")))
            if not made:
                return "", Step(words=f"X answered to the webhook {url} without an id: it cannot be used.", done=False)
            return made, Step(words=f"X delivers to {url} from now on.", done=True)
        webhook_id = native_id(known)
        if known.get("valid") is True:
            return webhook_id, Step(words=f"X delivers to {url} already.", done=True)
        answer = await self._client.ask_as_app("PUT", f"/2/webhooks/{webhook_id}")
        if mapping(answer.get("data")).get("valid") is False:
            return "", Step(words=f"X still does not accept {url}. {_HEARD}", done=False)
        return webhook_id, Step(words=f"X delivers to {url} again.", done=True)

    async def _subscribe(self, webhook_id: str) -> AsyncIterator[Step]:
        try:
            ours, _ = await self._subscriptions()
        except SendError as error:
            yield Step(words=f"X does not show the subscriptions. {_why(error)}", done=False)
            return
        for kind in WANTED:
            known = [(one, told) for one, told in ours.items() if string(told.get("event_type")) == kind]
            if any(identifier(told.get("webhook_id")) == webhook_id for _, told in known):
                yield Step(words=f"{kind}: subscribed already.", done=True)
            elif known:
                change = {"tag": _TAG, "webhook_id": webhook_id}
                route = f"/2/activity/subscriptions/{known[0][0]}"
                yield await self._step(f"{kind}: goes to this webhook now.", "PUT", route, change)
            else:
                filtered = {"user_id": self._settings.user_id}
                body = {"event_type": kind, "filter": filtered, "tag": _TAG, "webhook_id": webhook_id}
                yield await self._step(f"{kind}: subscribed.", "POST", "/2/activity/subscriptions", body, as_user=True)

    async def _step(self, words: str, method: str, route: str, json: object = None, *, as_user: bool = False) -> Step:
        # What is private needs the account's own consent; the rest is the app's business.
        ask = self._client.ask if as_user else self._client.ask_as_app
        try:
            await ask(method, route, json=json)
        except SendError as error:
            return Step(words=f"{words.partition(':')[0]}: X refused it. {_why(error)}", done=False)
        return Step(words=words, done=True)

    async def _webhooks(self) -> dict[str, Mapping[str, object]]:
        answer = await self._client.ask_as_app("GET", "/2/webhooks")
        return {native_id(one): one for one in map(mapping, entries(answer.get("data"))) if native_id(one)}

    async def _subscriptions(self) -> tuple[dict[str, Mapping[str, object]], dict[str, Mapping[str, object]]]:
        """Our account's, and others' of the same app, by their ids."""
        answer = await self._client.ask_as_app("GET", "/2/activity/subscriptions")
        ours: dict[str, Mapping[str, object]] = {}
        others: dict[str, Mapping[str, object]] = {}
        for one in map(mapping, entries(answer.get("data"))):
            if not identifier(one.get("subscription_id")):
                continue
            is_ours = native_id(mapping(one.get("filter")), "user_id") == self._settings.user_id
            (ours if is_ours else others)[identifier(one.get("subscription_id"))] = one
        return ours, others


def _check_webhook(
    webhooks: Mapping[str, Mapping[str, object]], ours: Mapping[str, Mapping[str, object]], url: str
) -> Check:
    if not url:
        words = f"X knows {len(webhooks)} webhook(s) of this app."
        return Check(name="webhook", well=None, words=words, advice="Set ASIDE_PUBLIC_URL to have it looked at.")
    known = next((one for one in webhooks.values() if string(one.get("url")) == url), None)
    advice = "Run `aside channels connect twitter`."
    if known is None:
        return Check(name="webhook", well=False, words=f"X does not deliver to {url}.", advice=advice)
    if known.get("valid") is not True:
        return Check(name="webhook", well=False, words=f"X has given {url} up.", advice=f"{advice} {_HEARD}")
    elsewhere = {identifier(one.get("webhook_id")) for one in ours.values()} - {native_id(known), ""}
    if ours and elsewhere:
        return Check(name="webhook", well=False, words="What is subscribed goes to another webhook.", advice=advice)
    return Check(name="webhook", well=True, words=f"X delivers to {url}.")


def _check_subscriptions(ours: Mapping[str, Mapping[str, object]]) -> Check:
    have = {string(one.get("event_type")) for one in ours.values()}
    lacking = [kind for kind in WANTED if kind not in have]
    if not lacking:
        return Check(name="subscriptions", well=True, words="X tells us of all that we have a use for.")
    return Check(
        name="subscriptions",
        well=False if _NEEDED & set(lacking) else None,
        words=f"X does not tell us of {', '.join(lacking)}.",
        advice="Run `aside channels connect twitter`.",
    )


def _no_address(url: str) -> str:
    """Why X would not take an address; empty where it would."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "This is no web address."
    if parts.scheme != "https" or not parts.hostname:
        return (
            "X delivers to https addresses only. Set ASIDE_PUBLIC_URL to the one under which this gateway is reached."
        )
    return "X takes no address with a port." if port is not None else ""


def _why(error: SendError) -> str:
    """X's words, and what to do about what it says."""
    words = error.message
    known = {
        "CrcValidationFailed": _HEARD,
        "UrlValidationFailed": "The address must be https, public and without a port.",
        "DuplicateUrlFailed": "The app has this webhook already.",
        "WebhookLimitExceeded": "The app has all the webhooks that it may have: disconnect the one that it has first.",
        "SubscriptionLimitExceeded": "The app has all the subscriptions that it may have.",
    }
    advice = next((known[sign] for sign in known if sign.lower() in words.lower()), "")
    if not advice and isinstance(error, SendLockedOut):
        advice = f"{_KEYS} The account must have granted tweet.read, users.read, dm.read and dm.write."
    return f"{words} {advice}".strip()
