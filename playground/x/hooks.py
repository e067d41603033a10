"""Webhooks and subscriptions, as the app sets them up (docs.x.com/x-api/webhooks and activity, read 2026-11-22).

There is one road out of the town, to the gateway of this machine: its own address is taken, which X would not do, and
any https address is taken to be its; either is asked for proof there.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from sanic import Blueprint, Request
from sanic.response import HTTPResponse, json

from playground.gate import fields
from playground.ids import Clock
from playground.x.errors import XError, invalid
from playground.x.records import Subscription, Webhook, XState, iso
from playground.x.told import KNOWN

MOST_WEBHOOKS = 1
"""Of one app, pay-per-use."""


class Hooks:
    """What the brand is told, and where."""

    def __init__(
        self,
        state: XState,
        brand_id: str,
        own_url: str,
        prove: Callable[[], Awaitable[str | None]],
        next_id: Callable[[], str],
        clock: Clock,
        changed: Callable[[], None],
    ) -> None:
        """`prove` asks the gateway for the CRC; what is wrong with it, else None."""
        self._state = state
        self._brand_id = brand_id
        self._own_url = own_url
        self._prove = prove
        self._next_id = next_id
        self._clock = clock
        self._changed = changed

    def routes(self, blueprint: Blueprint) -> None:
        """Add all of them."""
        add = blueprint.add_route
        add(self.webhooks, "/2/webhooks", methods=["GET"], name="webhooks")
        add(self.create_webhook, "/2/webhooks", methods=["POST"], name="create_webhook")
        add(self.validate_webhook, "/2/webhooks/<webhook_id:str>", methods=["PUT"], name="validate_webhook")
        add(self.delete_webhook, "/2/webhooks/<webhook_id:str>", methods=["DELETE"], name="delete_webhook")
        add(self.subscriptions, "/2/activity/subscriptions", methods=["GET"], name="subscriptions")
        add(self.subscribe, "/2/activity/subscriptions", methods=["POST"], name="subscribe")
        one = "/2/activity/subscriptions/<subscription_id:str>"
        add(self.move_subscription, one, methods=["PUT"], name="move_subscription")
        add(self.unsubscribe, one, methods=["DELETE"], name="unsubscribe")

    def tells(self, event_type: str) -> bool:
        """Whether the brand has subscribed to this, at a webhook that is well."""
        valid = {webhook.id for webhook in self._state.webhooks if webhook.valid}
        return any(one.event_type == event_type and one.webhook_id in valid for one in self._state.subscriptions)

    async def webhooks(self, request: Request) -> HTTPResponse:
        """GET /2/webhooks."""
        data = [self._webhook(webhook) for webhook in self._state.webhooks]
        return json({"data": data, "meta": {"result_count": len(data)}})

    async def create_webhook(self, request: Request) -> HTTPResponse:
        """POST /2/webhooks: X asks the address for the CRC at once."""
        url = str(fields(request).get("url", ""))
        parts = urlsplit(url)
        takes = parts.scheme == "https" and parts.hostname and parts.port is None
        if not takes and url != self._own_url:
            raise _refused("UrlValidationFailed: must be https and without a port")
        if any(self._url(webhook) == url for webhook in self._state.webhooks):
            raise _refused("DuplicateUrlFailed: this URL is registered already")
        if len(self._state.webhooks) >= MOST_WEBHOOKS:
            raise _refused(f"WebhookLimitExceeded: the app may have {MOST_WEBHOOKS}")
        if problem := await self._prove():
            raise _refused(f"CrcValidationFailed: {problem}")
        webhook = Webhook(self._next_id(), url, self._clock())
        self._state.webhooks.append(webhook)
        self._changed()
        return json({"data": self._webhook(webhook)})

    async def validate_webhook(self, request: Request, webhook_id: str) -> HTTPResponse:
        """PUT /2/webhooks/:id."""
        webhook = self._known(webhook_id)
        webhook.valid = await self._prove() is None
        self._changed()
        return json({"data": {"valid": webhook.valid}})

    async def delete_webhook(self, request: Request, webhook_id: str) -> HTTPResponse:
        """DELETE /2/webhooks/:id."""
        self._state.webhooks.remove(self._known(webhook_id))
        self._changed()
        return json({"data": {"deleted": True}})

    async def subscriptions(self, request: Request) -> HTTPResponse:
        """GET /2/activity/subscriptions."""
        data = [self._subscription(one) for one in self._state.subscriptions]
        return json({"data": data, "meta": {"total_subscriptions": len(data)}})

    async def subscribe(self, request: Request) -> HTTPResponse:
        """POST /2/activity/subscriptions."""
        body = fields(request)
        kind, webhook_id = str(body.get("event_type")), str(body.get("webhook_id", ""))
        wanted = body.get("filter")
        user_id = str(wanted.get("user_id", "")) if isinstance(wanted, dict) else ""
        if kind not in KNOWN or user_id != self._brand_id:
            raise invalid(f"The event_type [{kind}] or the filter is invalid.")
        if any(one.event_type == kind for one in self._state.subscriptions):
            raise XError(409, "Conflict", "A subscription with this event_type and filter already exists.")
        if webhook_id:
            self._known(webhook_id)
        one = Subscription(self._next_id(), kind, user_id, webhook_id, self._clock(), str(body.get("tag", "")))
        self._state.subscriptions.append(one)
        self._changed()
        return json({"data": self._subscription(one), "meta": self._total()}, status=201)

    async def move_subscription(self, request: Request, subscription_id: str) -> HTTPResponse:
        """PUT /2/activity/subscriptions/:id."""
        one, body = self._subscribed(subscription_id), fields(request)
        one.tag = str(body.get("tag", one.tag))
        one.webhook_id = self._known(str(body.get("webhook_id", one.webhook_id))).id
        self._changed()
        return json({"data": self._subscription(one), "meta": self._total()})

    async def unsubscribe(self, request: Request, subscription_id: str) -> HTTPResponse:
        """DELETE /2/activity/subscriptions/:id."""
        self._state.subscriptions.remove(self._subscribed(subscription_id))
        self._changed()
        return json({"data": {"deleted": True}, "meta": self._total()})

    def _total(self) -> dict[str, int]:
        return {"total_subscriptions": len(self._state.subscriptions)}

    def _url(self, webhook: Webhook) -> str:
        return webhook.url or self._own_url

    def _webhook(self, webhook: Webhook) -> dict[str, Any]:
        return {
            "id": webhook.id,
            "url": self._url(webhook),
            "valid": webhook.valid,
            "created_at": iso(webhook.created),
        }

    def _subscription(self, one: Subscription) -> dict[str, Any]:
        content: dict[str, Any] = {
            "subscription_id": one.id,
            "event_type": one.event_type,
            "filter": {"user_id": one.user_id or self._brand_id},
            "created_at": iso(one.created),
            "updated_at": iso(one.created),
        }
        if one.webhook_id:
            content["webhook_id"] = one.webhook_id
        if one.tag:
            content["tag"] = one.tag
        return content

    def _known(self, webhook_id: str) -> Webhook:
        for webhook in self._state.webhooks:
            if webhook.id == webhook_id:
                return webhook
        raise _refused(f"WebhookIdInvalid: {webhook_id}")

    def _subscribed(self, subscription_id: str) -> Subscription:
        for one in self._state.subscriptions:
            if one.id == subscription_id:
                return one
        raise invalid(f"The subscription [{subscription_id}] was not found.")


def _refused(reason: str) -> XError:
    """How X words what is wrong with a webhook."""
    error = invalid("One or more parameters to your request was invalid.")
    error.errors = [{"message": reason}]
    return error
