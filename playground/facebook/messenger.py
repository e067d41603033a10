"""Messenger: who may be written to, when, and how often."""

from collections.abc import Callable, Sequence
from typing import Any

from playground.facebook.errors import GraphError, invalid, window_closed
from playground.facebook.events import APP_ID, FacebookEvents
from playground.facebook.page import Page
from playground.facebook.records import Choice, FacebookState, Message
from playground.ids import Clock
from playground.people import Customer, by_facebook

WINDOW = 24 * 3600.0
"""Seconds from the person's last word (MD policy, "24-hour window", 2026-09-28)."""
HUMAN_AGENT_WINDOW = 7 * 24 * 3600.0
"""Seconds for text that a person wrote, under the tag HUMAN_AGENT (same page)."""
PRIVATE_REPLY_WINDOW = 7 * 24 * 3600.0
"""Seconds from the comment; one message only (MD discovery/private-replies, 2026-04-16)."""

TEXT_LIMIT = 2000
METADATA_LIMIT = 1000
QUICK_REPLIES = 13
BUTTONS = 3


class Messenger:
    """The private threads of the Page."""

    def __init__(
        self,
        state: FacebookState,
        page: Page,
        events: FacebookEvents,
        clock: Clock,
        changed: Callable[[], None],
    ) -> None:
        self.state = state
        self._page = page
        self._events = events
        self._clock = clock
        self._changed = changed

    # What customers do

    def customer_writes(self, author: Customer, text: str) -> Message:
        """A customer writes to the Page."""
        if not text.strip():
            raise invalid("An empty message.")
        message = self._add(author.psid, text, from_page=False)
        self._events.message(message)
        return message

    def customer_presses(self, author: Customer, mid: str, title: str) -> Message:
        """A customer presses a quick reply or a button that stands under a message."""
        offer = next((m for m in self.thread(author.psid) if m.mid == mid), None)
        if offer is None:
            raise invalid(f"No message {mid} in this thread.")
        for choice in offer.quick_replies:
            if choice.title == title:
                # Quick replies are for one use: the next message takes them away.
                offer.quick_replies = []
                message = self._add(author.psid, title, from_page=False)
                self._events.message(message, pressed=choice.payload)
                return message
        for choice in offer.buttons:
            if choice.title == title and choice.payload is not None:
                message = self._add(author.psid, title, from_page=False)
                self._events.postback(message, choice.payload)
                return message
        raise invalid(f"No button {title!r} under this message.")

    def customer_arrives(self, author: Customer, ref: str) -> str:
        """A customer follows `https://m.me/<page>?ref=...`; returns which event that makes.

        Docs: a new thread gives a postback of Get Started with `referral.ref`, an existing one a referral, and the
        click opens the 24 hours anew (MD discovery/m-me-links, read 2026-11-21).
        """
        if author.psid in self.state.known:
            self._touch(author.psid)
            self._events.referral(author.psid, ref)
            return "referral"
        message = self._add(author.psid, "Get Started", from_page=False)
        self._events.postback(message, "GET_STARTED", ref)
        return "postback"

    def page_inbox_writes(self, to: Customer, text: str) -> Message:
        """Somebody at the brand answers in Facebook's own Page inbox: an echo without our app's id."""
        message = self._add(to.psid, text, from_page=True)
        self._events.echo(message, app_id=None)
        return message

    # What the Page does

    def send(self, recipient: dict[str, Any], content: dict[str, Any], tag: str | None) -> Message:
        """POST /{page}/messages, to a PSID or as the private reply to a comment."""
        text, quick_replies, buttons, metadata = _content(content)
        comment_id = recipient.get("comment_id")
        if comment_id is not None:
            psid = self._private_reply(str(comment_id))
        elif "post_id" in recipient:
            raise invalid("Invalid post_id: only posts of visitors can be answered in private.", 2018292)
        else:
            psid = str(recipient.get("id", ""))
            self._check_window(psid, HUMAN_AGENT_WINDOW if tag == "HUMAN_AGENT" else WINDOW)
        message = self._add(psid, text, from_page=True)
        message.quick_replies, message.buttons, message.metadata = quick_replies, buttons, metadata
        if comment_id is not None:
            message.about_comment = str(comment_id)
            self._page.comment(str(comment_id)).private_reply = message.mid
        self._events.echo(message, APP_ID)
        return message

    def known(self, recipient: dict[str, Any]) -> str:
        """The PSID, when there is a thread with it."""
        psid = str(recipient.get("id", ""))
        if psid not in self.state.known:
            # Somebody who has only commented has no PSID that the Page could write to.
            raise invalid("No matching user found", 2018001)
        return psid

    def thread(self, psid: str) -> list[Message]:
        """The messages with one customer, oldest first."""
        return [message for message in self.state.messages if message.psid == psid]

    def _check_window(self, psid: str, window: float) -> None:
        last = self.state.last_contact.get(self.known({"id": psid}))
        if last is None or self._clock() - last > window:
            raise window_closed()

    def _private_reply(self, comment_id: str) -> str:
        comment = self._page.state.comments.get(comment_id)
        person = by_facebook(comment.author_id) if comment else None
        if comment is None or person is None:
            raise invalid("Invalid comment_id", 2018292)
        if comment.private_reply is not None:
            raise GraphError(10900, "(#10900) Activity already replied to")
        if self._clock() - comment.created > PRIVATE_REPLY_WINDOW:
            raise window_closed()
        return person.psid

    def _add(self, psid: str, text: str, *, from_page: bool) -> Message:
        mid = f"m_{self._page.next_id()}"
        message = Message(mid=mid, psid=psid, from_page=from_page, text=text, created=self._clock())
        self.state.messages.append(message)
        if psid not in self.state.known:
            self.state.known.append(psid)
        if not from_page:
            self._touch(psid)
        self._changed()
        return message

    def _touch(self, psid: str) -> None:
        self.state.last_contact[psid] = self._clock()


def _content(content: dict[str, Any]) -> tuple[str, list[Choice], list[Choice], str | None]:
    """Text, quick replies, buttons and metadata of a message, measured."""
    text = content.get("text")
    buttons: Sequence[dict[str, Any]] = ()
    attachment = content.get("attachment")
    payload = attachment.get("payload") if isinstance(attachment, dict) else None
    if isinstance(payload, dict) and payload.get("template_type") == "button":
        text, buttons = payload.get("text"), payload.get("buttons") or ()
    quick_replies = content.get("quick_replies") or []
    metadata = content.get("metadata")
    if not isinstance(text, str) or not text.strip():
        raise invalid("Message cannot be empty, must provide valid attachment or text")
    if len(text) > TEXT_LIMIT:
        raise invalid(f"Length of param message[text] must be less than or equal to {TEXT_LIMIT}")
    if len(quick_replies) > QUICK_REPLIES or len(buttons) > BUTTONS:
        raise invalid(f"At most {QUICK_REPLIES} quick replies and {BUTTONS} buttons")
    if metadata is not None and len(metadata) > METADATA_LIMIT:
        raise invalid(f"Length of param message[metadata] must be less than or equal to {METADATA_LIMIT}")
    return text, _choices(quick_replies), _choices(buttons), metadata


def _choices(items: Sequence[dict[str, Any]]) -> list[Choice]:
    return [Choice(str(item.get("title", "")), item.get("payload"), item.get("url")) for item in items]
