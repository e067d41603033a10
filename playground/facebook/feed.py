"""Posts and comments as the Graph API shows them to the Page ("Page Feed", "Comments", "Paginated results")."""

from typing import Any

from playground.facebook.conversations import conversation_id
from playground.facebook.errors import invalid
from playground.facebook.fields import only, wanted
from playground.facebook.files import Files
from playground.facebook.messenger import Messenger
from playground.facebook.page import Page
from playground.facebook.records import Comment, PagePost, iso
from playground.people import BRAND


class Feed:
    """What stands on the Page."""

    def __init__(self, page: Page, messenger: Messenger, files: Files) -> None:
        self._page = page
        self._messenger = messenger
        self._files = files

    def posts(self, edge: str, given: dict[str, Any]) -> dict[str, Any]:
        """`GET /{page}/feed`, newest first: the Page's own and visitors'; `posts` and `visitor_posts`: one of them."""
        chosen = [
            post
            for post in reversed(self._page.state.posts.values())
            if edge == "feed" or bool(post.author_id) is (edge == "visitor_posts")
        ]
        return _paged([self._post(post) for post in chosen], given, f"{self._page.id}/{edge}")

    def comments(self, node: str, given: dict[str, Any]) -> dict[str, Any]:
        """`GET /{post or comment}/comments`; with `filter=stream` all that stands below a post."""
        if node not in self._page.state.posts:
            self._page.comment(node)
        stream = given.get("filter") == "stream"
        every = self._page.state.comments.values()
        comments = [each for each in every if node in ((each.post_id, each.parent_id) if stream else (each.parent_id,))]
        order = str(given.get("order") or "chronological")
        if order not in ("chronological", "reverse_chronological"):
            raise invalid("Param order must be one of {CHRONOLOGICAL, REVERSE_CHRONOLOGICAL}")
        if order == "reverse_chronological":
            comments = comments[::-1]
        return _paged([self._comment(comment) for comment in comments], given, f"{node}/comments")

    def node(self, node: str) -> dict[str, Any]:
        """The Page, a post or a comment."""
        if node == self._page.id:
            return {"id": node, "name": BRAND, "category": "Shop", "link": f"https://www.facebook.com/{node}"}
        if node in self._page.state.posts:
            return self._post(self._page.state.posts[node])
        return self._comment(self._page.comment(node))

    def _post(self, post: PagePost) -> dict[str, Any]:
        author = (post.author_id, post.author_name) if post.author_id else (self._page.id, BRAND)
        return {
            "id": post.id,
            "message": post.message,
            "created_time": iso(post.created),
            "updated_time": iso(max(post.updated, post.created)),
            "from": {"id": author[0], "name": author[1]},
            "is_hidden": post.hidden,
            "can_reply_privately": bool(post.author_id) and post.private_reply is None,
        }

    def _comment(self, comment: Comment) -> dict[str, Any]:
        own = comment.author_id == self._page.id
        content: dict[str, Any] = {
            "id": comment.id,
            "message": comment.message,
            "created_time": iso(comment.created),
            "from": {"id": comment.author_id, "name": comment.author_name},
            "is_hidden": comment.hidden,
            "can_hide": not own,
            "can_remove": True,
            "can_reply_privately": not own and comment.private_reply is None,
        }
        if comment.parent_id != comment.post_id:
            content["parent"] = {"id": comment.parent_id}
        if comment.photo is not None:
            content["attachment"] = {"type": "photo", "media": {"image": {"src": self._files.url(comment.photo)}}}
        if comment.private_reply is not None:
            message = next((each for each in self._messenger.state.messages if each.mid == comment.private_reply), None)
            content["private_reply_conversation"] = {"id": conversation_id(message.psid if message else "")}
        return content


def number(given: dict[str, Any], limit: int) -> tuple[int, int]:
    """`limit` and `after` of a list."""
    return _number(given, "limit", limit), _number(given, "after", 0)


def _paged(rows: list[dict[str, Any]], given: dict[str, Any], path: str) -> dict[str, Any]:
    limit, after = number(given, 25)
    asked = wanted(str(given["fields"])) if given.get("fields") else []
    page = rows[after : after + limit]
    answer: dict[str, Any] = {"data": [only(row, asked) for row in page]}
    if page:
        end = after + len(page)
        answer["paging"] = {"cursors": {"before": str(after), "after": str(end)}}
        if end < len(rows):
            answer["paging"]["next"] = f"https://graph.facebook.com/{path}?after={end}"
    return answer


def _number(given: dict[str, Any], name: str, default: int) -> int:
    try:
        return max(int(given.get(name, default)), 0)
    except (ValueError, TypeError):
        raise invalid(f"Param {name} must be an integer") from None
