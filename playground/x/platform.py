"""The pretend X: its rules, and what they let people and the brand do."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import msgspec

from playground.ids import Clock
from playground.people import Customer
from playground.settings import Settings
from playground.x.errors import forbidden, invalid, not_found
from playground.x.events import XEvents
from playground.x.media import Media
from playground.x.objects import Objects
from playground.x.records import DirectMessage, Post, XState
from playground.x.weight import LIMIT, weighted_length

MESSAGE_LIMIT = 10_000  # characters of a Direct Message
MOST_EDITS = 5
EDITABLE_FOR = 3600.0  # seconds after a post
DUPLICATE_FOR = 15 * 60.0
"""Seconds in which the same text to the same post is refused; X prints no number."""


class X:
    """Posts, replies and Direct Messages."""

    def __init__(
        self,
        state: XState,
        settings: Settings,
        objects: Objects,
        events: XEvents,
        clock: Clock,
        changed: Callable[[], None],
        media: Media,
        next_id: Callable[[], str],
    ) -> None:
        self.state = state
        self.objects = objects
        self.media = media
        self._next_id = next_id
        self._brand_id = settings.twitter_user_id
        self._events = events
        self._clock = clock
        self._changed = changed

    def open(self) -> None:
        """The brand's first post, so that the town is not empty."""
        if not self.state.posts:
            self._add(self._brand_id, "Good morning! The new winter socks are in. Questions? We are here all day. 🧦")

    # What customers do

    def customer_posts(
        self,
        author: Customer,
        text: str,
        in_reply_to: str | None = None,
        quote_of: str | None = None,
        medium: str = "",
    ) -> tuple[Post, list[str]]:
        """A customer posts; returns the post and the kinds of events that the brand is told."""
        self._measure(text)
        parent = self._existing(in_reply_to)
        quoted = self._existing(quote_of)
        post = self._add(author.x_id, text, parent, quoted)
        if medium:
            post.media.append(self.media.make(medium).id)
        return post, self._events.posted(post, parent, quoted)

    def customer_edits(self, author: Customer, post_id: str, text: str) -> tuple[Post, list[str]]:
        """A customer edits a post: it gets a new id, and is told anew (five times, within an hour).

        Docs: "edited Posts carry edit_history_tweet_ids" (docs.x.com/x-api/fundamentals/edit-posts, read 2026-11-22).
        """
        self._measure(text)
        old = self._own(author.x_id, post_id)
        if len(old.versions) >= MOST_EDITS or self._clock() - old.created > EDITABLE_FOR:
            raise forbidden("This Post can no longer be edited.")
        number = self._next_id()
        # A conversation keeps the id of its first post's first version.
        post = msgspec.structs.replace(old, id=number, text=text, versions=[*old.versions, old.id])
        # Where the old one stood: what answers it stays below it.
        ordered = [post if kept is old else kept for kept in self.state.posts.values()]
        self.state.posts = {kept.id: kept for kept in ordered}
        self._changed()
        parent, quoted = (self.state.posts.get(one or "") for one in (post.in_reply_to, post.quote_of))
        return post, self._events.posted(post, parent, quoted)

    def customer_deletes(self, author: Customer, post_id: str) -> None:
        """A customer deletes a post; the brand is not told."""
        del self.state.posts[self._own(author.x_id, post_id).id]
        self._changed()

    def customer_likes(self, author: Customer, post_id: str) -> None:
        """A customer likes a post."""
        post = self.post(post_id)
        self.state.likes.append((author.x_id, post_id))
        self._changed()
        if post.author_id == self._brand_id:
            self._events.liked(author.x_id, post)

    def customer_writes(self, author: Customer, text: str, medium: str = "") -> DirectMessage:
        """A customer sends the brand a Direct Message."""
        made = self.media.make(medium).id if medium else ""
        message = self._write(author.x_id, author.x_id, text, made)
        self._events.received(message)
        return message

    def customer_reads(self, author: Customer) -> str:
        """A customer opens the conversation; returns the id of the last message of the brand's."""
        for message in reversed(self.conversation(author.x_id)):
            if message.sender_id == self._brand_id:
                self._events.read(author.x_id, message)
                return message.id
        raise invalid("There is nothing to read.")

    def customer_writes_encrypted(self, author: Customer) -> str:
        """A customer writes by XChat: nothing of it can be read; returns its id."""
        return self._events.encrypted(author.x_id)

    def customer_blocks(self, author: Customer, *, undone: bool = False) -> None:
        """A customer blocks the brand, or lets it in again; the brand is not told."""
        others = [one for one in self.state.blocked_by if one != author.x_id]
        self.state.blocked_by = others if undone else [*others, author.x_id]
        self._changed()

    def way_in(self, post_id: str) -> str:
        """The button "Send a private message" under a post: returns the text the composer is filled with."""
        post = self._existing(post_id)
        link = (post and post.direct_message_deep_link) or ""
        query = parse_qs(urlsplit(link).query)
        if query.get("recipient_id") != [self._brand_id]:
            raise invalid("This post has no button to this brand's Direct Messages.")
        return "".join(query.get("text", []))

    # What the brand does

    def brand_posts(self, text: str, in_reply_to: str | None, quote_of: str | None, deep_link: str | None) -> Post:
        """The brand posts or replies."""
        self._measure(text)
        parent = self._existing(in_reply_to)
        quoted = self._existing(quote_of)
        if parent is not None and not self._summoned(parent):
            raise forbidden(
                "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged "
                "by the author of the post you are replying to."
            )
        if self._duplicate(text, in_reply_to):
            raise forbidden("You are not allowed to create a Tweet with duplicate content.")
        if parent is not None and parent.author_id in self.state.blocked_by:
            raise forbidden("You have been blocked from replying to this user's Posts.")
        post = self._add(self._brand_id, text, parent, quoted, deep_link)
        self._events.own_post(post)
        return post

    def app_posts(self, text: str, in_reply_to: str) -> Post:
        """Somebody at the brand answers in X's own app, where nobody needs to be summoned."""
        self._measure(text)
        post = self._add(self._brand_id, text, self._existing(in_reply_to))
        self._events.own_post(post)
        return post

    def app_blocks(self, user_id: str, *, undone: bool = False) -> None:
        """Somebody at the brand blocks a customer in X's own app, or lets them in again."""
        others = [one for one in self.state.blocked if one != user_id]
        self.state.blocked = others if undone else [*others, user_id]
        self._changed()
        self._events.blocked(user_id, undone=undone)

    def brand_writes(self, participant_id: str, text: str, media_id: str = "") -> DirectMessage:
        """The brand sends a Direct Message, to somebody who wrote first.

        Docs: "Send DMs: only after user DMs you first" (docs.x.com/developer-guidelines, Automated actions, read
        2026-11-21).
        """
        if not any(message.sender_id == participant_id for message in self.conversation(participant_id)):
            raise forbidden("You do not have permission to DM one or more participants.")
        if participant_id in (*self.state.blocked, *self.state.blocked_by):
            raise forbidden("You cannot send messages to this user.")
        medium = self.media.uploaded(media_id) if media_id else ""
        message = self._write(participant_id, self._brand_id, text, medium)
        self._events.sent(message)
        return message

    def hide(self, post_id: str, hidden: bool) -> None:
        """Hide a reply, or show it again; only in conversations that the brand began."""
        post = self.post(post_id)
        root = self.state.posts.get(post.conversation_id)
        if post.in_reply_to is None or root is None or root.author_id != self._brand_id:
            raise forbidden("You can only hide replies in conversations you started.")
        post.hidden = hidden
        self._changed()

    def delete(self, post_id: str) -> None:
        """Delete a post of the brand's own."""
        post = self.post(post_id)
        if post.author_id != self._brand_id:
            raise forbidden("You are not authorized to delete this Tweet.")
        del self.state.posts[post_id]
        self._changed()
        self._events.deleted(post)

    # What both read

    def post(self, post_id: str) -> Post:
        """One post."""
        if post_id not in self.state.posts:
            raise not_found("tweet", post_id)
        return self.state.posts[post_id]

    def conversation(self, participant_id: str) -> list[DirectMessage]:
        """The Direct Messages with one customer, oldest first."""
        return [message for message in self.state.messages if message.participant_id == participant_id]

    def mentions(self) -> list[Post]:
        """Posts of others that name the brand or answer it, newest first."""
        others = (post for post in reversed(self.state.posts.values()) if post.author_id != self._brand_id)
        return [post for post in others if self.objects.mentions_brand(post.text) or self._answers_brand(post)]

    def posts_of(self, author_id: str) -> list[Post]:
        """One author's posts, newest first."""
        return [post for post in reversed(self.state.posts.values()) if post.author_id == author_id]

    # The rules

    def _summoned(self, parent: Post) -> bool:
        """Docs, changelog of 2026-02-23: a reply is refused unless the author of the post @mentions the replying
        account or quotes one of its posts (docs.x.com/changelog, read 2026-11-21).

        Whether answering the brand counts as naming it is not documented; here it does, as X fills the name in.
        """
        if parent.author_id == self._brand_id or self.objects.mentions_brand(parent.text):
            return True
        quoted = self.state.posts.get(parent.quote_of or "")
        return self._answers_brand(parent) or (quoted is not None and quoted.author_id == self._brand_id)

    def _answers_brand(self, post: Post) -> bool:
        parent = self.state.posts.get(post.in_reply_to or "")
        return parent is not None and parent.author_id == self._brand_id

    def _duplicate(self, text: str, in_reply_to: str | None) -> bool:
        """The same words to another person are no duplicate: X fills in that person's name."""
        since = self._clock() - DUPLICATE_FOR
        return any(
            post.text == text and post.in_reply_to == in_reply_to and post.created > since
            for post in self.posts_of(self._brand_id)
        )

    def _measure(self, text: str) -> None:
        if not text.strip():
            raise invalid("One or more parameters to your request was invalid: text must not be empty.")
        if weighted_length(text) > LIMIT:
            raise invalid(f"Your post is too long: at most {LIMIT} weighted characters are allowed.")

    def _existing(self, post_id: str | None) -> Post | None:
        if post_id is None:
            return None
        if post_id not in self.state.posts:
            raise forbidden("You attempted to reply to a Tweet that is deleted or not visible to you.")
        return self.state.posts[post_id]

    # The records

    def _add(
        self,
        author_id: str,
        text: str,
        parent: Post | None = None,
        quoted: Post | None = None,
        deep_link: str | None = None,
    ) -> Post:
        number = self._next_id()
        post = Post(
            id=number,
            author_id=author_id,
            text=text,
            created=self._clock(),
            conversation_id=parent.conversation_id if parent else number,
            in_reply_to=parent.id if parent else None,
            quote_of=quoted.id if quoted else None,
            direct_message_deep_link=deep_link,
        )
        self.state.posts[number] = post
        self._changed()
        return post

    def _own(self, author_id: str, post_id: str) -> Post:
        if (post := self.post(post_id)).author_id == author_id:
            return post
        raise forbidden("This Post is somebody else's.")

    def _write(self, participant_id: str, sender_id: str, text: str, medium: str = "") -> DirectMessage:
        if (not text.strip() and not medium) or len(text) > MESSAGE_LIMIT:
            raise invalid(f"A Direct Message has 1 to {MESSAGE_LIMIT} characters.")
        message = DirectMessage(self._next_id(), participant_id, sender_id, text, self._clock(), medium)
        self.state.messages.append(message)
        self._changed()
        return message
