"""Asking Facebook for a message of ours whose answer was lost.

A message stands in its conversation: `GET /{page}/conversations?user_id=PSID` ("Conversations API", 11 Feb 2026; the
parameter by facebook_business 26.0.3), of which only the 20 newest messages can be read ("Conversation", Graph API). It
shows who wrote what and when, and not our `metadata`: only the echo does. Without Advanced Access Facebook lists
nothing at all, so an empty list proves nothing.

A comment stands below what it answers: `GET /{comment or post}/comments`, all of them only with `order` ("Comments",
Graph API v26.0). Comments nest one level: the answer to an answer stands below the first comment.

A private reply is one per comment ("Private replies", 16 Apr 2026): the comment names the conversation that it opened
(`private_reply_conversation`, facebook_business 26.0.3), and the conversation who it is with. While the comment says
`can_reply_privately`, none was sent.
"""

from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from msgspec import Struct, field

from gateway.channels.evidence import EARLY, Shown, settle, weigh
from gateway.channels.facebook.client import GraphClient
from gateway.channels.facebook.payloads import Id
from gateway.channels.facebook.render import public_comment
from gateway.errors import SendRefused, SendRetryable
from gateway.messages import Outbound

_MESSAGES: Final = 20
_CONVERSATION: Final = f"participants,messages.limit({_MESSAGES}){{id,message,from,created_time}}"
_COMMENTS: Final = "100"
_PAGES: Final = 5


class Party(Struct, frozen=True):
    """Who wrote, or takes part."""

    id: Id


class Entry(Struct, frozen=True):
    """A message or a comment. `from` may be missing where Facebook does not tell."""

    id: str
    created_time: str
    message: str = ""
    author: Party | None = field(name="from", default=None)
    parent: Party | None = None


class Cursors(Struct, frozen=True):
    """Where a page of a list ends."""

    after: str | None = None


class Paging(Struct, frozen=True):
    """`next` is there where more follows."""

    cursors: Cursors | None = None
    next: str | None = None


class Entries(Struct, frozen=True):
    """A page of a list."""

    data: list[Entry]
    paging: Paging | None = None


class Parties(Struct, frozen=True):
    """Who takes part in a conversation."""

    data: list[Party]


class Conversation(Struct, frozen=True):
    """A Messenger thread with its newest messages, newest first."""

    messages: Entries | None = None
    participants: Parties | None = None


class Conversations(Struct, frozen=True):
    """Those with one person: one, or none that we may see."""

    data: list[Conversation]


class Anchor(Struct, frozen=True):
    """What a comment or a visitor's post tells of its private reply."""

    can_reply_privately: bool | None = None
    private_reply_conversation: Party | None = None


class Opening(Struct, frozen=True):
    """A private reply that is there, and whom it reached."""

    native_id: str
    person: str


class Search:
    """One question: is `out`, whose sending began at `since`, there? Both times by our clock.

    Each `find` raises `SendRetryable` and `SendRefused`, as `ChannelAdapter.look_up`, and returns what may be the
    message, the likeliest first; nothing where it is surely not there.
    """

    def __init__(self, client: GraphClient, page: str, out: Outbound, since: datetime, now: datetime) -> None:
        self._client = client
        self._page = page
        self._out = out
        self._since = since
        self._now = now

    async def find_message(self) -> list[str]:
        """The ids of what may be our message in a conversation that the customer has begun."""
        query = {"platform": "messenger", "user_id": self._out.target, "fields": _CONVERSATION}
        listed = await self._client.read(f"{_node(self._page)}/conversations", query, Conversations)
        if not listed.data:
            raise SendRefused("Facebook shows no conversation with this person. Please look.")
        found = self._in_conversation(listed.data[0])
        if not found:
            self._settle()
        return [one.native_id for one in found]

    async def find_private_reply(self) -> list[Opening]:
        """The private reply to the comment or post that was answered, and whom it has reached."""
        # A post, unlike a comment, does not tell the conversation (facebook_business 26.0.3).
        to_post = self._out.target.startswith(f"{self._page}_")
        query = {"fields": "can_reply_privately" if to_post else "can_reply_privately,private_reply_conversation"}
        anchor = await self._client.read(_node(self._out.target), query, Anchor)
        if anchor.private_reply_conversation is None:
            if anchor.can_reply_privately:
                self._settle()
                return []
            raise SendRefused("Facebook does not tell whether there was a private reply. Please look.")
        conversation = await self._client.read(
            _node(str(anchor.private_reply_conversation.id)), {"fields": _CONVERSATION}, Conversation
        )
        found = self._in_conversation(conversation)
        if not found:
            # The one private reply is spent, on other words: to send ours would be refused.
            raise SendRefused("There was another private reply. Please look.")
        people = [str(each.id) for each in conversation.participants.data] if conversation.participants else []
        others = [person for person in people if person != self._page]
        if len(others) != 1:
            raise SendRetryable("Facebook does not tell whom the private reply has reached.")
        return [Opening(one.native_id, others[0]) for one in found]

    async def find_comment(self) -> list[str]:
        """The ids of what may be ours: below the thread's first comment, where Facebook puts it, or what it answers."""
        text = public_comment(self._out.text, self._out.way_in)["message"]
        for below in dict.fromkeys((self._out.place, self._out.target)):
            comments = await self._comments(below)
            parents = (below, self._out.target)
            # A post lists what stands below its comments as well.
            direct = [each for each in comments if each.parent is None or str(each.parent.id) in parents]
            if found := self._weigh(direct, text):
                return [one.native_id for one in found]
        self._settle()
        return []

    @property
    def _began(self) -> datetime:
        """When the sending began, by Facebook's clock."""
        return self._since + self._client.ahead

    async def _comments(self, below: str) -> list[Entry]:
        """The comments below a comment or post, newest first, back to before ours."""
        query = {"fields": "id,message,from,created_time,parent", "order": "reverse_chronological", "limit": _COMMENTS}
        found: list[Entry] = []
        for _ in range(_PAGES):
            page = await self._client.read(f"{_node(below)}/comments", query, Entries)
            found += page.data
            if self._is_all(page):
                return found
            cursors = page.paging.cursors if page.paging else None
            if cursors is None or not cursors.after:
                raise SendRetryable("Facebook does not tell where its list goes on.")
            query = {**query, "after": cursors.after}
        raise SendRefused("Facebook lists more comments than can be searched. Please look.")

    def _in_conversation(self, conversation: Conversation) -> list[Shown]:
        """What may be our message; nothing where the conversation is shown back to before it, and it is not there."""
        messages = conversation.messages
        if messages is None or not messages.data:
            raise SendRefused("Facebook shows no message of this conversation. Please look.")
        found = self._weigh(messages.data, self._out.text)
        if not found and not self._is_all(messages):
            raise SendRefused(f"Facebook shows the {_MESSAGES} newest messages, and all are newer. Please look.")
        return found

    def _is_all(self, page: Entries) -> bool:
        """Whether a list, newest first, goes back to before our message."""
        if page.paging is None or page.paging.next is None:
            return True
        return bool(page.data) and min(_at(entry) for entry in page.data) < self._began - EARLY

    def _weigh(self, listed: list[Entry], text: str) -> list[Shown]:
        """Ours among what is listed. Raises `SendRefused` where it might be ours, and Facebook does not say whose."""
        shown = [Shown(native_id=each.id, text=each.message, at=_at(each)) for each in listed]
        authors = [str(each.author.id) if each.author else "" for each in listed]
        ours = [one for one, author in zip(shown, authors, strict=True) if author == self._page]
        if found := weigh(ours, text, self._began):
            return found
        if weigh([one for one, author in zip(shown, authors, strict=True) if not author], text, self._began):
            raise SendRefused("Facebook does not tell who wrote the same words there. Please look.")
        return []

    def _settle(self) -> None:
        """Raise `SendRetryable` while an absence proves nothing."""
        settle(self._since, self._now)


def _at(entry: Entry) -> datetime:
    """`created_time`: 2026-07-24T21:05:48+0000."""
    try:
        at = datetime.fromisoformat(entry.created_time)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise SendRetryable("Facebook answered a time that cannot be read.") from error


def _node(native_id: str) -> str:
    return quote(native_id, safe="")
