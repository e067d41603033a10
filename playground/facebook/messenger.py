"""Messenger: who may be written to, when, and how often."""

from collections.abc import Callable, Sequence
from typing import Any

from playground.facebook.errors import GraphError, invalid, no_such_object, other_app, window_closed
from playground.facebook.events import APP_ID, PAGE_INBOX, FacebookEvents
from playground.facebook.page import Page
from playground.facebook.records import Along, Choice, FacebookState, Message
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
EDITS = 5
"""How often a message can be edited ("message_edits", 2024-04-09)."""
ASSETS = frozenset({"image", "video", "audio", "file"})


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

    def customer_writes(self, author: Customer, text: str, along: Along | None = None) -> Message:
        """A customer writes to the Page, or sends something."""
        if not (text.strip() or along):
            raise invalid("An empty message.")
        message = self._add(author.psid, text, from_page=False)
        if along is not None:
            message.along.append(along)
        self._events.message(message)
        return message

    def customer_edits(self, author: Customer, mid: str, text: str) -> Message:
        """A customer puts other words in place of a message."""
        message = self._theirs(author, mid)
        if message.edits >= EDITS:
            raise invalid(f"A message can be edited {EDITS} times.")
        message.text, message.edits = text, message.edits + 1
        self._events.edited(message)
        self._changed()
        return message

    def customer_unsends(self, author: Customer, mid: str) -> None:
        """A customer takes a message back."""
        message = self._theirs(author, mid)
        self.state.messages.remove(message)
        self._events.unsent(message)
        self._changed()

    def customer_reacts(self, author: Customer, mid: str, emoji: str) -> Message:
        """A customer puts an emoji to a message, or takes it away."""
        message = self._in_thread(author, mid)
        message.reaction = emoji
        self._events.reaction(message, emoji)
        self._changed()
        return message

    def customer_reads(self, author: Customer) -> None:
        """A customer opens the thread."""
        self._events.read(author.psid)

    def customer_presses(self, author: Customer, mid: str, title: str) -> Message:
        """A customer presses a quick reply or a button that stands under a message."""
        offer = self._in_thread(author, mid)
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
        """Somebody at the brand answers in Facebook's own Page inbox: an echo with the id of that app."""
        return self.other_app_writes(to, text, PAGE_INBOX)

    def other_app_writes(self, to: Customer, text: str, app_id: int | None) -> Message:
        """Another application of the brand answers; a few come without an id."""
        message = self._add(to.psid, text, from_page=True)
        self._events.echo(message, app_id=app_id)
        return message

    def give_thread(self, to: Customer, app_id: str) -> None:
        """Another application has the thread from now on; with an empty id, ours again."""
        self.state.owners.pop(to.psid, None)
        if app_id:
            self.state.owners[to.psid] = app_id
        self._changed()

    # What the Page does

    def take_thread(self, recipient: dict[str, Any]) -> None:
        """POST /{page}/take_thread_control."""
        psid = self.known(recipient)
        if self.state.holds_fast:
            raise GraphError(10, "(#10) Only the primary receiver may take a thread.", status=403)
        self.state.owners.pop(psid, None)
        self._changed()

    def send(
        self, recipient: dict[str, Any], content: dict[str, Any], tag: str | None, file: str | None = None
    ) -> Message:
        """POST /{page}/messages, to a PSID or as the private reply to a comment. `file`: one that came as a form."""
        text, quick_replies, buttons, metadata = _content(content, file is not None)
        comment_id = recipient.get("comment_id")
        if comment_id is not None:
            psid = self._private_reply(str(comment_id))
        elif "post_id" in recipient:
            psid = self._private_reply_to_post(str(recipient["post_id"]))
        else:
            psid = str(recipient.get("id", ""))
            if psid in self.state.owners:
                raise other_app()
            self._check_window(psid, HUMAN_AGENT_WINDOW if tag == "HUMAN_AGENT" else WINDOW)
        message = self._add(psid, text, from_page=True)
        message.quick_replies, message.buttons, message.metadata = quick_replies, buttons, metadata
        message.tag = tag
        if file is not None:
            message.along.append(Along(type=str(content["attachment"]["type"]), file=file))
        if "post_id" in recipient:
            self._page.state.posts[str(recipient["post_id"])].private_reply = message.mid
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

    def _in_thread(self, author: Customer, mid: str) -> Message:
        message = next((each for each in self.thread(author.psid) if each.mid == mid), None)
        if message is None:
            raise invalid(f"No message {mid} in this thread.")
        return message

    def _theirs(self, author: Customer, mid: str) -> Message:
        message = self._in_thread(author, mid)
        if message.from_page:
            raise invalid("This message is the Page's.")
        return message

    def thread(self, psid: str) -> list[Message]:
        """The messages with one customer, oldest first."""
        return [message for message in self.state.messages if message.psid == psid]

    def profile(self, person: Customer) -> dict[str, Any]:
        """What the Page may know of who has written to it ("User Profile API", 2026-03-18); of nobody else."""
        if person.psid not in self.state.last_contact:
            raise no_such_object(person.psid)
        names = {"name": person.name, "first_name": person.first_name, "last_name": person.last_name}
        return {"id": person.psid, **names}

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

    def _private_reply_to_post(self, post_id: str) -> str:
        post = self._page.state.posts.get(post_id)
        person = by_facebook(post.author_id) if post else None
        if post is None or person is None:
            raise invalid("Invalid post_id: only posts of visitors can be answered in private.", 2018292)
        if post.private_reply is not None:
            raise GraphError(10900, "(#10900) Activity already replied to")
        if self._clock() - post.created > PRIVATE_REPLY_WINDOW:
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


def _content(content: dict[str, Any], has_file: bool) -> tuple[str, list[Choice], list[Choice], str | None]:
    """Text, quick replies, buttons and metadata of a message, measured. A file takes the place of the text."""
    text = content.get("text")
    buttons: Sequence[dict[str, Any]] = ()
    attachment = content.get("attachment")
    payload = attachment.get("payload") if isinstance(attachment, dict) else None
    if isinstance(payload, dict) and payload.get("template_type") == "button":
        text, buttons = payload.get("text"), payload.get("buttons") or ()
    quick_replies = content.get("quick_replies") or []
    metadata = content.get("metadata")
    if has_file:
        if not isinstance(attachment, dict) or attachment.get("type") not in ASSETS or text is not None:
            raise invalid("Param message[attachment][type] must be one of {IMAGE, VIDEO, AUDIO, FILE}")
        text = ""
    elif not isinstance(text, str) or not text.strip():
        raise invalid("Message cannot be empty, must provide valid attachment or text", 2018034)
    if len(text) > TEXT_LIMIT:
        raise invalid(f"Length of param message[text] must be less than or equal to {TEXT_LIMIT}")
    if len(quick_replies) > QUICK_REPLIES or len(buttons) > BUTTONS:
        raise invalid(f"At most {QUICK_REPLIES} quick replies and {BUTTONS} buttons")
    if metadata is not None and len(metadata) > METADATA_LIMIT:
        raise invalid(f"Length of param message[metadata] must be less than or equal to {METADATA_LIMIT}")
    return text, _choices(quick_replies), _choices(buttons), metadata


def _choices(items: Sequence[dict[str, Any]]) -> list[Choice]:
    return [Choice(str(item.get("title", "")), item.get("payload"), item.get("url")) for item in items]
