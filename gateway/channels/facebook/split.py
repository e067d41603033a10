"""A body of Facebook's, cut into its events, each with the platform's own key.

One body may hold many entries, and `messaging`, `standby` and `changes` may stand side by side in one of them. Nothing
here looks at more than it needs, for whatever is not recorded here is lost.
"""

import hashlib
from typing import Any

import msgspec

from gateway.channels.facebook.payloads import POST_ITEMS, UNREADABLE, Moment, Piece, text_id
from gateway.messages import RawEvent

_PARTS = ("messaging", "standby", "changes")


def split(body: bytes) -> list[RawEvent]:
    """Cut a body into its events. Never raises: a body that nobody knows is one event under its hash."""
    try:
        events = [raw(piece) for piece in _pieces(msgspec.json.decode(body))]
    except UNREADABLE:
        events = []
    return events or [RawEvent(native_id=_hash(body), payload=body)]


def raw(piece: Piece) -> RawEvent:
    """One event under its key, whoever composed it: the webhook, or we from what Graph lists."""
    key = ""
    if isinstance(piece.event, dict):
        key = _change_key(piece.event, piece.time) if piece.part == "changes" else _messaging_key(piece.event)
    if key and piece.part == "standby":
        key = f"standby:{key}"  # another app's thread now may be ours later: its keys must not shadow ours
    # Delivered again, the same event may stand in another envelope: its time does not count.
    key = key or _hash(msgspec.json.encode(msgspec.structs.replace(piece, time=None)))
    return RawEvent(native_id=key, payload=msgspec.json.encode(piece))


def _pieces(envelope: object) -> list[Piece]:
    pieces: list[Piece] = []
    if not isinstance(envelope, dict):
        return pieces
    entries, about = envelope.get("entry"), envelope.get("object")
    about = about if isinstance(about, str) and about not in ("", "page") else None
    for entry in entries if isinstance(entries, list) else ():
        lists = {part: entry[part] for part in _PARTS if entry.get(part)} if isinstance(entry, dict) else {}
        page = text_id(entry.get("id")) if isinstance(entry, dict) else ""
        time = _time(entry.get("time")) if isinstance(entry, dict) else None
        for part, found in lists.items():
            elements = found if isinstance(found, list) else [found]
            pieces += [Piece(part=part, page=page, event=each, time=time, object=about) for each in elements]
        if not lists:
            pieces.append(Piece(part="entry", page=page, event=entry, object=about))
    return pieces


def _time(value: object) -> Moment | None:
    return value if isinstance(value, int | float | str) and not isinstance(value, bool) else None


def _messaging_key(event: dict[str, Any]) -> str:
    """The key of a Messenger event, empty where its parts cannot be read."""
    person, timestamp = _at(event, "sender", "id"), text_id(event.get("timestamp"))
    mid = _at(event, "message", "mid")
    if mid:
        # The copy of our own message and the note of its removal carry the message's own id.
        kinds = [kind for kind in ("echo", "deleted") if event["message"].get(f"is_{kind}")]
        return ":".join([*kinds, mid])
    if "message_edit" in event:
        return _key("edit", _at(event, "message_edit", "mid"), _at(event, "message_edit", "num_edit"))
    if "postback" in event:
        payload = _digest(_at(event, "postback", "payload"))
        return _at(event, "postback", "mid") or _key("postback", person, timestamp, payload)
    if "reaction" in event:
        return _key("reaction", _at(event, "reaction", "mid"), person, timestamp, _at(event, "reaction", "action"))
    if "referral" in event:
        return _key("referral", person, timestamp, _digest(_at(event, "referral", "ref")))
    for kind in ("delivery", "read"):
        if kind in event:
            return _key(kind, person, _at(event, kind, "watermark"))
    return ""


def _change_key(change: dict[str, Any], time: Moment | None) -> str:
    """The key of a change of the Page, empty where its parts cannot be read."""
    field, value = change.get("field"), change.get("value")
    if field not in ("feed", "mention") or not isinstance(value, dict):
        return ""
    item, verb = text_id(value.get("item")), text_id(value.get("verb"))
    comment, post = text_id(value.get("comment_id")), text_id(value.get("post_id"))
    author = _at(value, "from", "id") or text_id(value.get("sender_id"))
    if verb == "add" and author:
        # What names the Page comes as `feed` and as `mention`. Without an author it must not shadow the one with.
        if item == "comment" and comment:
            return f"comment:{comment}"
        if item in POST_ITEMS and post:
            return f"post:{post}"
    created = text_id(value.get("created_time"))
    if verb == "add" and item not in ("reaction", "like"):
        return _key(field, item, comment or post, verb, created)
    # `created_time` is that of the comment, which can be edited, hidden and shown again many times; many like it.
    return _key(field, item, comment or post, verb, created or "0", str(time or 0), author or "0")


def _key(*parts: str) -> str:
    return ":".join(parts) if all(parts) else ""


def _at(event: dict[str, Any], name: str, inner: str) -> str:
    found = event.get(name)
    return text_id(found.get(inner)) if isinstance(found, dict) else ""


def _digest(text: str) -> str:
    # A payload or a ref may be long, and may say something: a key is neither.
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _hash(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
