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
            self.state.posts[number] = PagePost(number, text, self._clock())
            self._changed()

    def customer_comments(self, author: Customer, text: str, parent_id: str | None = None) -> Comment:
        """A customer comments on the latest post, or answers a comment."""
        parent = parent_id or next(reversed(self.state.posts))
        return self._add(parent, author.facebook_id, author.name, text)

    def page_comments(self, parent_id: str, text: str) -> Comment:
        """The Page comments on a post or answers a comment."""
        return self._add(parent_id, self.id, BRAND, text)

    def hide(self, comment_id: str, hidden: bool) -> None:
        """Hide a comment from everybody but its author and their friends, or show it again."""
        comment = self.comment(comment_id)
        if comment.author_id == self.id:
            raise GraphError(200, "(#200) You cannot hide this comment.", status=403)
        comment.hidden = hidden
        self._events.comment(comment, "hide" if hidden else "unhide")
        self._changed()

    def delete(self, comment_id: str) -> None:
        """Delete a comment; a Page may delete anybody's under its own posts."""
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

    def _add(self, parent_id: str, author_id: str, name: str, text: str) -> Comment:
        if not text.strip() or len(text) > COMMENT_LIMIT:
            raise invalid(f"A comment has 1 to {COMMENT_LIMIT} characters.")
        if parent_id in self.state.posts:
            post_id = parent_id
        else:
            parent = self.comment(parent_id)
            # Facebook nests one level: an answer to an answer stands beside it.
            post_id = parent.post_id
            parent_id = parent.parent_id if parent.parent_id in self.state.comments else parent.id
        number = f"{post_id.rpartition('_')[2]}_{self.next_id()}"
        comment = Comment(number, post_id, parent_id, author_id, name, text, self._clock())
        self.state.comments[number] = comment
        self._events.comment(comment, "add")
        self._changed()
        return comment
