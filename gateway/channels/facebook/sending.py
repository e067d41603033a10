"""A private message on its way to Facebook.

    window -> POST /{page}/messages -> taken
                    |-> the window has closed meanwhile: once more, with a person's tag, for a person only
                    |-> another application has the thread: take it and send again, for a person only

What is sent a second time was refused the first time, so that it cannot be there twice.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from gateway.channels.base import Loaded
from gateway.channels.facebook import render, windows
from gateway.channels.facebook.client import GraphAnswer, GraphClient, ThreadElsewhere, WindowClosed
from gateway.errors import SendRefused, SendUnclear
from gateway.messages import Author, Outbound

_OTHER_APP: Final = "Another application answers in this thread at the moment. A person can take it over by answering."
_NOT_GIVEN: Final = "Another application has this thread and does not give it up. Answer in the Page inbox."


async def send(
    client: GraphClient, page: str, out: Outbound, reference: str, files: Sequence[Loaded], now: datetime
) -> GraphAnswer:
    """Send `out`, or the one file of it. Raises `SendRetryable`, `SendRefused` or `SendUnclear`."""
    if len(files) > 1:
        raise SendRefused("Facebook takes one file in a message.")
    kind, by_person = windows.kind_of(out, now), out.author is Author.AGENT
    try:
        return await _send(client, page, out, reference, files, kind)
    except WindowClosed:
        # Nobody knew when the customer was last heard.
        if not by_person or kind is windows.TAGGED or out.opens_private:
            raise
        return await _send(client, page, out, reference, files, windows.TAGGED)
    except ThreadElsewhere as error:
        if not by_person or out.opens_private:
            raise SendRefused(f"{_OTHER_APP} {error.message}") from error
    await _take(client, page, out.target)
    return await _send(client, page, out, reference, files, kind)


async def _send(
    client: GraphClient, page: str, out: Outbound, reference: str, files: Sequence[Loaded], kind: dict[str, Any]
) -> GraphAnswer:
    if files:
        body = render.private_file(out, page, reference, kind, files[0].file)
        return await client.send_file(page, body, files[0])
    return await client.send_message(page, render.private_message(out, page, reference, kind))


async def _take(client: GraphClient, page: str, person: str) -> None:
    """Take the thread's control ("Conversation routing", 24 Sep 2025); only some applications may."""
    try:
        await client.write("POST", f"{quote(page, safe='')}/take_thread_control", {"recipient": {"id": person}})
    except (SendRefused, SendUnclear) as error:
        raise SendRefused(f"{_NOT_GIVEN} {error.message}") from error
