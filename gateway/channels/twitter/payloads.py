"""The two envelopes in which X delivers, cut into pieces that can be understood one by one.

X Activity API: `{"data": {event_uuid, filter, event_type, payload, includes}}`
(X docs, x-api/activity/event-payloads, Aug 2026).
Account Activity API, deprecated but in service: `{"for_user_id", "tweet_create_events": [...], "users": {...}, ...}`
(X docs, x-api/account-activity/introduction, Aug 2026).

Both carry the same direct messages, and posts that differ in the names of their fields only. A `Piece` is the one shape
between `split`, which writes it, and `parse`, which reads it.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping

import msgspec

from gateway.channels.twitter.fields import entries, identifier, is_true, mapping, native_id, string
from gateway.messages import RawEvent

POST = "post"
MESSAGE = "message"
DELETE = "delete"
OTHER_ACCOUNT = "other_account"
BROKEN = "broken"
"""An envelope of the Activity API that does not say what it holds."""
UNKNOWN = "unknown"

_EVENT_TYPE = re.compile(r"[A-Za-z0-9_.]{1,64}")
_UUID = re.compile(r"-?[A-Za-z0-9-]{1,64}")  # decimal, and it may be negative
_ABOUT = frozenset({"for_user_id", "user_has_blocked", "is_blocked_by", "users", "apps"})
"""What the Account Activity envelope says about its lists; nothing that happened."""
_KINDS = {
    "tweet_create_events": POST,
    "post.create": POST,
    "post.mention.create": POST,
    "post.reply.create": POST,
    "post.quote.create": POST,
    "direct_message_events": MESSAGE,
    "dm.received": MESSAGE,
    "dm.sent": MESSAGE,
    "tweet_delete_events": DELETE,
    "post.delete": DELETE,
}


_AUTOMATED = "Automated"
"""What the badge of an account says that is run by a program (X docs, activity/event-payloads, `affiliation`)."""


class Person(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an envelope tells of somebody beside the event."""

    name: str = ""
    handle: str = ""
    automated: bool = False
    """Labelled as run by a program."""


class Piece(msgspec.Struct, frozen=True, kw_only=True, tag="piece", omit_defaults=True):
    """One event with all of its envelope that is needed to understand it."""

    kind: str
    """`post`, `message`, `delete` or one of the other constants here; else X's own name of the event."""
    body: object
    """The event as X sent it."""
    speaker: Person = Person()
    for_user: str = ""
    """The account whose subscription brought it; empty where the envelope does not say."""
    blocked: bool = False
    """Our account has blocked the author."""
    uuid: str = ""
    """X's key of this delivery, in the Activity API."""
    listener: Person = Person()
    """To whom a direct message goes, or whose post is answered."""
    beside: Mapping[str, object] = {}
    """What API 2 tells beside a post of what comes along with it: `media` and `polls`."""
    app: str = ""
    """With which program a direct message was written, where the envelope says so."""


def split(body: bytes, account: str) -> list[RawEvent]:
    """Cut a delivery into its events. Never raises: a body that is no JSON object is one event, as it came.

    A post has one key whether it came as a mention, a reply or a quote: one post can be all of these, in deliveries of
    different `event_uuid` (X docs, x-api/activity/introduction, Aug 2026). Deliveries for another `account` (several
    can share a webhook) get keys apart, so that they never pass for ours.
    """
    try:
        tree = _decode(body)
        pieces = [*_cut(tree)] or [Piece(kind=UNKNOWN, body=tree)]
        events = [_record(piece, account) for piece in pieces]
    except (ValueError, RecursionError):
        return [RawEvent(native_id=_hash(body), payload=body)]
    unique: dict[str, RawEvent] = {}
    for event in events:
        unique.setdefault(event.native_id, event)
    return list(unique.values())


def listener_id(body: Mapping[str, object]) -> str:
    """The user id of whom a direct message goes to, or whose post is answered; empty where there is none."""
    target = mapping(mapping(body.get("message_create")).get("target"))
    return native_id(target, "recipient_id") or native_id(body, "in_reply_to_user_id")


def speaker_id(body: Mapping[str, object]) -> str:
    """The user id of who wrote a post or a direct message; empty where there is none."""
    said = mapping(body.get("message_create"))
    return native_id(said, "sender_id") or native_id(mapping(body.get("user"))) or native_id(body, "author_id")


def _decode(body: bytes) -> Mapping[str, object]:
    """Read a JSON object. Raises ValueError or RecursionError."""
    try:
        return msgspec.json.decode(body, type=dict[str, object])
    except ValueError:
        # Half a surrogate pair ("\ud83d"), as a cut emoji leaves it, is no reason to lose a customer's message.
        repaired = json.dumps(json.loads(body.decode("utf-8")), ensure_ascii=False).encode("utf-8", "replace")
        return msgspec.json.decode(repaired, type=dict[str, object])


def _cut(tree: Mapping[str, object]) -> Iterator[Piece]:
    """All of a body in pieces; what nobody has documented is one piece of its own."""
    rest: dict[str, object] = {}
    for key, value in tree.items():
        if key == "data":
            for entry in value if isinstance(value, list) else [value]:
                yield from _cut_activity(mapping(entry), entry)
        elif key.endswith("_events"):
            for entry in value if isinstance(value, list) else [value]:
                yield _piece(_KINDS.get(key, key), entry, tree)
        elif key in ("user_event", "replay_job_status"):
            yield _piece(key, value, tree)
        elif key not in _ABOUT:
            rest[key] = value
    if rest:
        yield _piece(UNKNOWN, rest, tree)


def _cut_activity(entry: Mapping[str, object], raw: object) -> Iterator[Piece]:
    """The events of one envelope of the Activity API."""
    event_type = string(entry.get("event_type"))
    if not _EVENT_TYPE.fullmatch(event_type):
        yield Piece(kind=BROKEN, body=raw)
        return
    payload = entry.get("payload")
    kind = _KINDS.get(event_type, event_type)
    includes = mapping(entry.get("includes"))
    about = {
        "for_user_id": mapping(entry.get("filter")).get("user_id"),
        "users": includes.get("users"),
        "uuid": entry.get("event_uuid"),
        "includes": includes,
    }
    if kind == MESSAGE:
        about["users"] = mapping(payload).get("users")
        for message in entries(mapping(payload).get("direct_message_events")) or [payload]:
            yield _piece(kind, message, about)
    else:
        yield _piece(kind, payload, about)


def _piece(kind: str, body: object, about: Mapping[str, object]) -> Piece:
    event_uuid = about.get("uuid")
    uuid = str(event_uuid) if isinstance(event_uuid, str | int) else ""
    piece = Piece(
        kind=kind,
        body=body,
        speaker=_person(about.get("users"), speaker_id(mapping(body))),
        for_user=identifier(about.get("for_user_id")),
        blocked=is_true(about.get("user_has_blocked")) or is_true(about.get("is_blocked_by")),
        uuid=uuid if _UUID.fullmatch(uuid) else "",
    )
    if kind not in (POST, MESSAGE):
        return piece  # as ever: the key of what has no id is a hash of it
    includes = mapping(about.get("includes"))
    return msgspec.structs.replace(
        piece,
        listener=_person(about.get("users"), listener_id(mapping(body))),
        beside={name: includes[name] for name in ("media", "polls") if entries(includes.get(name))},
        app=_app(mapping(about.get("apps")), mapping(body)),
    )


def _app(apps: Mapping[str, object], body: Mapping[str, object]) -> str:
    """The name of the program that a direct message was written with: `{"apps": {"268278": {"id", "name", "url"}}}`."""
    created = mapping(body.get("message_create"))
    return string(mapping(apps.get(native_id(created, "source_app_id"))).get("name"))


def _person(users: object, wanted: str) -> Person:
    """Find somebody in what an envelope tells of users: a map by id or a list, each user bare or inside `data`."""
    for candidate in [mapping(users).get(wanted), *entries(users)]:
        user = mapping(mapping(candidate).get("data")) or mapping(candidate)
        if wanted and native_id(user) == wanted:
            handle = string(user.get("username")) or string(user.get("screen_name"))
            badge = string(mapping(user.get("affiliation")).get("description"))
            return Person(name=string(user.get("name")), handle=handle, automated=badge == _AUTOMATED)
    return Person()


def _record(piece: Piece, account: str) -> RawEvent:
    if piece.for_user and piece.for_user != account:
        piece = msgspec.structs.replace(piece, kind=OTHER_ACCOUNT)
    # Sorted: the hash that is the key of events without an id must not hang on the order of fields.
    payload = msgspec.json.encode(piece, order="sorted")
    return RawEvent(native_id=_key(piece) or _hash(payload), payload=payload)


def _key(piece: Piece) -> str:
    """The platform's own key of a piece; empty where it has none."""
    body = mapping(piece.body)
    if piece.kind == POST:
        own = native_id(body)
        return own and f"post:{own}"
    if piece.kind == MESSAGE:
        own = native_id(body)
        return own and f"dm:{own}"
    if piece.kind == DELETE:
        own = native_id(mapping(body.get("status"))) or native_id(body)
        return own and f"delete:{own}"
    if piece.kind in (OTHER_ACCOUNT, UNKNOWN):
        return ""
    return piece.uuid and f"{piece.kind}:{piece.uuid}"


def _hash(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()
