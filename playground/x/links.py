"""Short links: X writes every link of a text as https://t.co/..., and tells its goal beside the text.

Docs: `entities.urls` with start, end, url, expanded_url, display_url (docs.x.com/x-api/fundamentals/data-dictionary,
read 2026-11-22).
"""

import hashlib
from typing import Any

from playground.x.weight import URL


def shortened(text: str) -> tuple[str, list[dict[str, Any]]]:
    """The text as X shows it, and the goals of its links."""
    shown, last, urls = "", 0, []
    for match in URL.finditer(text):
        shown += text[last : match.start()]
        # A full stop or a bracket that follows a link is no part of it.
        link = match.group().rstrip(".,;:!?)]}\"'")
        goal = link if "://" in link else f"http://{link}"
        short = "https://t.co/" + hashlib.sha256(goal.encode()).hexdigest()[:10]
        start = len(shown)
        shown += short
        display = goal.partition("://")[2].removeprefix("www.")
        urls.append(
            {
                "start": start,
                "end": len(shown),
                "url": short,
                "expanded_url": goal,
                "display_url": display if len(display) <= 26 else display[:26] + "…",
            }
        )
        last = match.start() + len(link)
    return shown + text[last:], urls
