"""What comes along with a text on X: pictures, films, polls, places, posts. Their t.co links stay in the text too."""

from collections.abc import Iterator, Mapping

from gateway.channels.twitter.fields import entries, identifier, mapping, native_id, string
from gateway.messages import Attachment

_KINDS = {"photo": "image", "video": "video", "animated_gif": "video"}
_ENDINGS = {"jpg": "image", "jpeg": "image", "png": "image", "webp": "image", "gif": "video", "mp4": "video"}
"""For media without a type, as some senders of direct messages make them."""
_FILM = "video/mp4"
_BIT_RATE = 2_500_000
"""Bits a second: of a film's versions, the best one up to this; a minute of it is no larger than a file may be."""


def of_post(body: Mapping[str, object], beside: Mapping[str, object] | None = None) -> tuple[Attachment, ...]:
    """The media and the poll of a post: in 1.1 inside it, in API 2 `beside` it, or only their keys."""
    extended = mapping(body.get("extended_tweet"))
    lists = (
        mapping(source.get(key)).get("media")
        for source in (extended, body)
        for key in ("extended_entities", "entities")
    )
    inside = next((found for found in map(entries, lists) if found), [])
    if inside:
        return tuple(_medium(mapping(item)) for item in inside)
    attached, told = mapping(body.get("attachments")), beside or {}
    media = {string(medium.get("media_key")): medium for medium in map(mapping, entries(told.get("media")))}
    polls = {native_id(poll): poll for poll in map(mapping, entries(told.get("polls")))}
    keys = [key for key in map(identifier, entries(attached.get("media_keys"))) if key]
    poll_ids = [one for one in map(identifier, entries(attached.get("poll_ids"))) if one]
    return (
        *(_medium(media[key], key) if key in media else Attachment(kind="other", native_id=key) for key in keys),
        *(Attachment(kind="other", native_id=one, words=_choices(polls.get(one, {}))) for one in poll_ids),
    )


def of_message(data: Mapping[str, object]) -> tuple[Attachment, ...]:
    """The one attachment that a direct message can have, and the posts that it shares."""
    attached = mapping(data.get("attachment"))
    links = tuple(_shared_posts(data))
    if not attached:
        return links
    kind = string(attached.get("type"))
    if kind == "location":
        return (Attachment(kind="location", words=_where(mapping(attached.get("location")))), *links)
    if kind not in ("media", ""):
        return (Attachment(kind="other", words=kind), *links)
    return (_medium(mapping(attached.get("media"))), *links)


def _medium(media: Mapping[str, object], key: str = "") -> Attachment:
    film = _film(entries(mapping(media.get("video_info")).get("variants")) or entries(media.get("variants")))
    still = string(media.get("media_url_https")) or string(media.get("url")) or string(media.get("preview_image_url"))
    kind = _KINDS.get(string(media.get("type"))) or _ENDINGS.get(still.partition("?")[0].rpartition(".")[2].lower())
    return Attachment(
        kind=kind or "other",
        native_id=key or native_id(media) or identifier(media.get("media_key")),
        url=film or still,
        mime=_FILM if film else "",
        words=string(media.get("alt_text")) or string(media.get("ext_alt_text")),
    )


def _film(variants: list[object]) -> str:
    """The address of a film's best version that is not too large; empty where there is none."""
    films = [film for film in map(mapping, variants) if string(film.get("content_type")) == _FILM]
    rates = sorted((_rate(film), string(film.get("url"))) for film in films if string(film.get("url")))
    fitting = [url for rate, url in rates if rate <= _BIT_RATE]
    return fitting[-1] if fitting else rates[0][1] if rates else ""


def _rate(film: Mapping[str, object]) -> int:
    rate = film.get("bit_rate", film.get("bitrate"))
    return rate if isinstance(rate, int) else 0


def _choices(poll: Mapping[str, object]) -> str:
    """What there is to choose in a poll."""
    return " / ".join(filter(None, (string(mapping(one).get("label")) for one in entries(poll.get("options")))))


def _where(location: Mapping[str, object]) -> str:
    """A place in words: its name, or its latitude and longitude, which X writes the other way round (GeoJSON)."""
    place = mapping(location.get("shared_place"))
    if name := string(place.get("full_name")) or string(place.get("name")):
        return name
    coordinates = mapping(location.get("shared_coordinate")).get("coordinates")
    pair = entries(mapping(coordinates).get("coordinates"))
    numbers = [number for number in pair if isinstance(number, int | float) and not isinstance(number, bool)]
    return f"{numbers[1]}, {numbers[0]}" if len(numbers) == 2 else ""


def _shared_posts(data: Mapping[str, object]) -> Iterator[Attachment]:
    """Posts that a direct message shares: X puts them in as links."""
    for link in map(mapping, entries(mapping(data.get("entities")).get("urls"))):
        goal = string(link.get("expanded_url"))
        if goal.startswith(("https://twitter.com/", "https://x.com/")) and "/status/" in goal:
            yield Attachment(kind="link", url=goal, words=string(link.get("display_url")))
