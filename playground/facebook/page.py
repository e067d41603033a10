"""The Page: posts, comments and what the Page may do with them."""

from collections.abc import Callable

from playground.facebook.errors import GraphError, invalid, no_such_object
from playground.facebook.events import FacebookEvents
from playground.facebook.records import Comment, FacebookState, PagePost
from playground.ids import Clock, growing
from playground.people import BRAND, Customer

COMMENT_LIMIT = 8000
"""Characters of a comment."""


class Page:
    """One Page and the comments under its posts."""

    def __init__(
        self, state: FacebookState, page_id: str, events: FacebookEvents, clock: Clock, changed: Callable[[], None]
    ) -> None:
        self.state = state
        self.id = page_id
        self._events = events
        self._clock = clock
        self._changed = changed

    def open(self) -> None:
        """The Page's first post: comments need something to stand under."""
        if not self.state.posts:
            number = f"{self.id}_{self.next_id()}"
            text = "The winter catalogue is here: wool, felt and one very patient sheep. What shall the window show?"
            self.state.posts[number] = PagePost(number, text, self._clock(), updated=self._clock())
            self._changed()

    def customer_comments(
        self, author: Customer, text: str, parent_id: str | None = None, photo: str | None = None
    ) -> Comment:
        """A customer comments on the Page's latest post, or answers a comment."""
        own = [post.id for post in self.state.posts.values() if not post.author_id]
        return self._add(parent_id or own[-1], author.facebook_id, author.name, text, photo)

    def customer_posts(self, author: Customer, text: str) -> PagePost:
        """A customer writes on the Page."""
        if not text.strip():
            raise invalid("An empty post.")
        now = self._clock()
        post = PagePost(f"{self.id}_{self.next_id()}", text, now, author.facebook_id, author.name, updated=now)
        self.state.posts[post.id] = post
        self._events.post(post, "add")
        self._changed()
        return post

    def customer_edits(self, author: Customer, comment_id: str, text: str) -> Comment:
        """A customer puts other words in place of a comment."""
        comment = self._own(author, comment_id)
        comment.message = text
        self._events.comment(comment, "edited")
        self._changed()
        return comment

    def customer_deletes(self, author: Customer, comment_id: str) -> None:
        """A customer removes a comment."""
        self._own(author, comment_id)
        self.delete(comment_id)

    def customer_reacts(self, author: Customer, comment_id: str, reaction: str) -> None:
        """A customer likes a comment, or does so no longer (`reaction` is empty)."""
        comment = self.comment(comment_id)
        before = comment.reactions.pop(author.facebook_id, "")
        if reaction:
            comment.reactions[author.facebook_id] = reaction
        verb = "remove" if not reaction else "edit" if before else "add"
        self._events.feed_reaction(comment, (author.facebook_id, author.name), verb, reaction or before)
        self._changed()

    def page_comments(self, parent_id: str, text: str) -> Comment:
        """The Page comments on a post or answers a comment."""
        return self._add(parent_id, self.id, BRAND, text)

    def hide(self, comment_id: str, hidden: bool) -> None:
        """Hide a comment or a visitor's post from everybody but its author and their friends, or show it again."""
        if (post := self.state.posts.get(comment_id)) is not None and post.author_id:
            post.hidden = hidden
            self._events.post(post, "hide" if hidden else "unhide")
            self._changed()
            return
        comment = self.comment(comment_id)
        if comment.author_id == self.id:
            raise GraphError(200, "(#200) You cannot hide this comment.", status=403)
        comment.hidden = hidden
        self._events.comment(comment, "hide" if hidden else "unhide")
        self._changed()

    def delete(self, comment_id: str) -> None:
        """Delete a comment or post; a Page may delete anybody's on it."""
        if (post := self.state.posts.pop(comment_id, None)) is not None:
            self._events.post(post, "remove")
            self._changed()
            return
        comment = self.comment(comment_id)
        del self.state.comments[comment_id]
        self._events.comment(comment, "remove")
        self._changed()

    def comment(self, comment_id: str) -> Comment:
        """One comment."""
        if comment_id not in self.state.comments:
            raise no_such_object(comment_id)
        return self.state.comments[comment_id]

    def comments_of(self, object_id: str) -> list[Comment]:
        """What stands directly under a post or a comment, oldest first."""
        return [comment for comment in self.state.comments.values() if comment.parent_id == object_id]

    def next_id(self) -> int:
        """A number above all before it."""
        self.state.last_id = growing(self._clock, self.state.last_id)
        return self.state.last_id

    def _own(self, author: Customer, comment_id: str) -> Comment:
        comment = self.comment(comment_id)
        if comment.author_id != author.facebook_id:
            raise invalid("This comment is somebody else's.")
        return comment

    def _add(self, parent_id: str, author_id: str, name: str, text: str, photo: str | None = None) -> Comment:
        if not (text.strip() or photo) or len(text) > COMMENT_LIMIT:
            raise invalid(f"A comment has 1 to {COMMENT_LIMIT} characters.")
        if parent_id in self.state.posts:
            post_id = parent_id
        else:
            parent = self.comment(parent_id)
            # Facebook nests one level: an answer to an answer stands beside it.
            post_id = parent.post_id
            parent_id = parent.parent_id if parent.parent_id in self.state.comments else parent.id
        number = f"{post_id.rpartition('_')[2]}_{self.next_id()}"
        comment = Comment(number, post_id, parent_id, author_id, name, text, self._clock(), photo=photo)
        self.state.comments[number] = comment
        self.state.posts[post_id].updated = comment.created
        self._events.comment(comment, "add")
        self._changed()
        return comment
