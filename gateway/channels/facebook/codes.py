"""What the Graph API's error codes mean for a message: table by code and subcode, with the source of each.

    (status, code, subcode, transient?) -> `Meaning`

Sources: GE = "Handling errors", Graph API, read 22 Nov 2026; MP = "Common error codes", Messenger Platform, 18 Mar
2026; SA = Send API, "Error codes" (older page); PG = error lists of the edges of `Page`, Graph API v26.0; RL = "Rate
limits", Graph API; 3P = seen in public bug reports and clients, and printed nowhere by Meta.
"""

from enum import Enum
from typing import Final

from msgspec import Struct


class Meaning(Enum):
    """What became of the request, and what comes of it."""

    RETRY = "retry"
    """Nothing happened: try again."""
    THROTTLED = "throttled"
    """Nothing happened, for there was too much: try again later."""
    LOCKED_OUT = "locked_out"
    """Not ours any more: an operator must act, and what waits is kept."""
    REFUSED = "refused"
    """Never."""
    WINDOW = "window"
    """Never like this: the window of 24 hours is closed."""
    THREAD = "thread"
    """Not now: another application has the thread."""
    GONE = "gone"
    """Never: what it is about is not there, or not for us to see."""
    UNCLEAR = "unclear"
    """It may have happened."""


class Entry(Struct, frozen=True):
    """One code."""

    meaning: Meaning
    words: str
    """What it means, for the people at the desk and in the logs."""
    source: str


_TOO_MUCH: Final = "Facebook wants fewer calls for now."
_TOKEN: Final = "The Page's access token is not good any more. Make a new one."  # noqa: S105
_CLOSED: Final = "The customer has said nothing within Facebook's window, so Facebook lets nothing through."
_NOBODY: Final = "This person cannot be reached: they have blocked the Page, or are not on Messenger any more."
_RIGHT: Final = "The application lacks a permission, or the Page's role does not allow it."
_OTHER_APP: Final = "Another application answers in this thread at the moment."
_NOT_THERE: Final = "What it is about is not there any more, or not for us to see."
_CONTENT: Final = "Facebook does not take this content."

TABLE: Final[dict[tuple[int, int | None], Entry]] = {
    (1, None): Entry(Meaning.UNCLEAR, "Something went wrong at Facebook.", "GE"),
    (1, 99): Entry(Meaning.REFUSED, _RIGHT, "MP"),
    # "The messages are all sent successfully, but the endpoint returns an error."
    (1, 1357046): Entry(Meaning.UNCLEAR, "Facebook may have sent it, and says that it failed.", "MP"),
    (2, None): Entry(Meaning.RETRY, "Facebook asks to try again later.", "GE, MP"),
    (3, None): Entry(Meaning.REFUSED, "The application may not make this call.", "GE"),
    (4, None): Entry(Meaning.THROTTLED, _TOO_MUCH, "GE, MP"),
    (9, None): Entry(Meaning.THROTTLED, _TOO_MUCH, "MP"),
    (10, None): Entry(Meaning.REFUSED, _RIGHT, "GE"),
    (10, 2018065): Entry(Meaning.WINDOW, _CLOSED, "SA"),
    (10, 2018108): Entry(Meaning.REFUSED, _NOBODY, "SA"),
    (10, 2018278): Entry(Meaning.WINDOW, _CLOSED, "MP, SA"),
    (10, 2018300): Entry(Meaning.THREAD, _OTHER_APP, "3P"),
    (10, 2018321): Entry(Meaning.THREAD, _OTHER_APP, "3P"),
    (10, 2534022): Entry(Meaning.WINDOW, _CLOSED, "3P"),
    (12, None): Entry(Meaning.LOCKED_OUT, "This version of the Graph API is no longer there. Update Aside.", "GE"),
    (17, None): Entry(Meaning.THROTTLED, _TOO_MUCH, "GE, RL"),
    (32, None): Entry(Meaning.THROTTLED, _TOO_MUCH, "RL"),
    (100, None): Entry(Meaning.REFUSED, "Facebook finds the request wrong.", "PG"),
    (100, 33): Entry(Meaning.GONE, _NOT_THERE, "3P"),
    (100, 2018001): Entry(Meaning.REFUSED, "There is no such person on Messenger.", "SA"),
    (100, 2018034): Entry(Meaning.REFUSED, "The message is empty.", "3P"),
    (100, 2018008): Entry(Meaning.REFUSED, "Facebook could not take the file.", "3P"),
    (100, 2018047): Entry(Meaning.REFUSED, "Facebook could not take the file.", "3P"),
    (100, 2018074): Entry(Meaning.REFUSED, "Facebook does not know the file.", "3P"),
    (100, 2018109): Entry(Meaning.REFUSED, "The file is too large for Facebook.", "SA"),
    (100, 2018218): Entry(Meaning.REFUSED, "This person has no profile that the Page may see.", "3P"),
    (100, 2018292): Entry(Meaning.GONE, "Facebook takes no private reply to this.", "3P"),
    (100, 2018294): Entry(Meaning.REFUSED, "Facebook could not take the file.", "3P"),
    (102, None): Entry(Meaning.LOCKED_OUT, _TOKEN, "GE"),
    (190, None): Entry(Meaning.LOCKED_OUT, _TOKEN, "GE, PG"),
    (210, None): Entry(Meaning.REFUSED, "This person cannot be seen by the Page.", "PG"),
    (230, None): Entry(Meaning.REFUSED, "The Page may not write to this person.", "PG"),
    (341, None): Entry(Meaning.THROTTLED, _TOO_MUCH, "GE"),
    (368, None): Entry(Meaning.LOCKED_OUT, "Facebook has blocked the Page for now, for breaking its policies.", "GE"),
    (506, None): Entry(Meaning.REFUSED, "The same words stand there already.", "GE"),
    (551, None): Entry(Meaning.REFUSED, _NOBODY, "PG"),
    (613, None): Entry(Meaning.THROTTLED, _TOO_MUCH, "MP, PG"),
    (1200, None): Entry(Meaning.RETRY, "Facebook asks to try again later.", "SA"),
    (1404, None): Entry(Meaning.REFUSED, _CONTENT, "3P"),
    (10900, None): Entry(Meaning.REFUSED, "A private reply was sent already: there is one for each comment.", "3P"),
    (10901, None): Entry(Meaning.REFUSED, "The comment is too old for a private reply.", "3P"),
    (10903, None): Entry(Meaning.REFUSED, "Facebook takes no private reply to this person.", "3P"),
    (1609005, None): Entry(Meaning.REFUSED, "Facebook does not take the link.", "GE"),
    (2018218, None): Entry(Meaning.REFUSED, _NOBODY, "3P"),
    (2018300, None): Entry(Meaning.THREAD, _OTHER_APP, "3P"),
    (2018321, None): Entry(Meaning.THREAD, _OTHER_APP, "3P"),
}
"""By code and subcode. A subcode that is not here counts as its code."""

_SUBCODES: Final[dict[int, Entry]] = {
    1545041: Entry(Meaning.REFUSED, _NOBODY, "3P: with 551, and older ones with 200 and 1200"),
    # Once the error of Messenger's own clients; nothing was taken.
    1545012: Entry(Meaning.RETRY, "Facebook asks to try again later.", "3P"),
    **{code: Entry(Meaning.LOCKED_OUT, _TOKEN, "GE") for code in (456, 457, *range(458, 469), 492)},
}
"""Subcodes that say the same whatever the code."""

_SERVICE: Final = 2
_RIGHTS: Final = Entry(Meaning.REFUSED, _RIGHT, "GE: 200-299")
_USE_CASE: Final = Entry(Meaning.THROTTLED, _TOO_MUCH, "RL: 80000-80014")
_PROOF: Final = Entry(
    Meaning.LOCKED_OUT, "FACEBOOK_SECRET is not the secret of the application that the token belongs to.", "3P"
)


def find(code: int, subcode: int | None, message: str = "") -> Entry | None:
    """What Meta says of a code; None for a code that stands nowhere here.

    `message` counts in one case only: a wrong proof of the secret has no code of its own.
    """
    if code in (100, 104) and "appsecret_proof" in message:
        return _PROOF
    if subcode is not None and (found := TABLE.get((code, subcode)) or _SUBCODES.get(subcode)):
        return found
    if found := TABLE.get((code, None)):
        return found
    if 200 <= code <= 299:
        return _RIGHTS
    return _USE_CASE if 80_000 <= code <= 80_014 else None


def judge(status: int, code: int, subcode: int | None, transient: bool | None, message: str = "") -> Meaning:
    """What an answer that is none of success means. `code` 0: the answer names none."""
    found = find(code, subcode, message)
    meaning = found.meaning if found else None
    if meaning is Meaning.LOCKED_OUT or meaning is Meaning.THROTTLED:
        return meaning
    if status == 429:
        return Meaning.THROTTLED
    if transient:
        return Meaning.RETRY
    if code == _SERVICE and meaning is Meaning.RETRY and status >= 500 and status != 503:
        return Meaning.UNCLEAR  # what went wrong in the middle may have happened
    if meaning is not None:
        return meaning
    if status == 503 or 300 <= status < 400:
        return Meaning.RETRY
    if status >= 500 or (status < 300 and not code):
        return Meaning.UNCLEAR
    return Meaning.REFUSED
