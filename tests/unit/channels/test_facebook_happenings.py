"""What became of what was said on Facebook, and what came along with it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.channels.facebook.fields import reason
from gateway.channels.facebook.messaging import NOT_SAID
from gateway.channels.facebook.parse import parse
from gateway.channels.facebook.split import split
from gateway.happenings import Change, Changed, Event, Reacted, SaidForUs, Seen
from gateway.messages import Attachment, Ignored, Place, Said, Sender, Surface

PAGE = "104"
PERSON, AUTHOR = "65", "55"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PAYLOADS = Path(__file__).parents[2] / "payloads"
PUBLIC_BODIES = sorted([*PAYLOADS.glob("facebook/public/*.json"), *PAYLOADS.glob("public/facebook/*.json")])
DOCUMENTED = (Path(__file__).parents[3] / "docs" / "channels" / "facebook.md").read_text()


def understood(part: str, event: object, time: int | None = 1790000010, about: str = "page") -> Event:
    body = {"object": about, "entry": [{"id": PAGE, "time": time, part: [event]}]}
    (raw,) = split(json.dumps(body).encode())
    return parse(raw, PAGE, "555", lambda: NOW)


def messaging(**event: Any) -> Event:
    return understood(
        "messaging", {"sender": {"id": PERSON}, "recipient": {"id": PAGE}, "timestamp": 1790000000123} | event
    )


def feed(author: object = AUTHOR, **value: Any) -> Event:
    told = {"item": "comment", "verb": "add", "comment_id": "700_801", "post_id": f"{PAGE}_700", **value}
    if author:
        told["from"] = {"id": author, "name": "Jo"}
    return understood("changes", {"field": "feed", "value": told})


def attachments(*given: object, **message: Any) -> tuple[Attachment, ...]:
    said = messaging(message={"mid": "m_1", "attachments": list(given), **message})
    assert isinstance(said, Said)
    return said.attachments


@pytest.mark.parametrize("count", [3, "3"])
def test_an_edited_message_says_what_it_says_now_and_which_edit_is_the_latest(count: object) -> None:
    changed = messaging(message_edit={"mid": "m_1", "text": "new words", "num_edit": count})
    assert isinstance(changed, Changed)
    assert (changed.native_id, changed.change, changed.text, changed.order) == ("m_1", Change.EDITED, "new words", 3)
    assert changed.by == Sender(native_id=PERSON, scope="messenger")


@pytest.mark.parametrize(
    "event",
    [{"message": {"mid": "m_1", "is_deleted": True}}, {"message_unsend": {"mid": "m_1"}}],
)
def test_a_message_that_was_taken_back_is_removed(event: dict[str, Any]) -> None:
    changed = messaging(**event)
    assert isinstance(changed, Changed)
    assert (changed.native_id, changed.change) == ("m_1", Change.REMOVED)


@pytest.mark.parametrize(
    ("reaction", "emoji"),
    [
        ({"action": "react", "reaction": "love", "emoji": "❤️"}, "❤️"),
        ({"action": "react", "reaction": "smile"}, "smile"),
        ({"action": "unreact"}, ""),
    ],
)
def test_a_reaction_to_a_message_is_told_with_its_emoji(reaction: dict[str, str], emoji: str) -> None:
    reacted = messaging(reaction={"mid": "m_1", **reaction})
    assert isinstance(reacted, Reacted)
    assert (reacted.native_id, reacted.emoji, reacted.by.native_id) == ("m_1", emoji, PERSON)


def test_what_has_been_read_is_seen_up_to_its_watermark() -> None:
    seen = messaging(read={"watermark": 1790000000000})
    assert isinstance(seen, Seen)
    assert seen.at == datetime.fromtimestamp(1790000000, UTC)
    assert seen.place == Place(surface=Surface.PRIVATE, native_id=f"psid:{PERSON}")


@pytest.mark.parametrize(
    ("verb", "change"),
    [
        ("edited", Change.EDITED),
        ("edit", Change.EDITED),
        ("remove", Change.REMOVED),
        ("hide", Change.HIDDEN),
        ("unhide", Change.SHOWN),
    ],
)
@pytest.mark.parametrize("author", [AUTHOR, PAGE, None])
def test_a_comment_is_changed_whoever_changes_it(verb: str, change: Change, author: object) -> None:
    changed = feed(author=author, verb=verb, message="now", created_time=1790000000)
    assert isinstance(changed, Changed)
    assert (changed.native_id, changed.change) == ("700_801", change)
    assert changed.text == ("now" if change is Change.EDITED else "")
    assert changed.at == datetime.fromtimestamp(1790000010, UTC)  # not when the comment was written


@pytest.mark.parametrize("item", ["post", "status", "photo", "video"])
def test_a_visitors_post_is_changed_by_its_own_id(item: str) -> None:
    changed = feed(item=item, verb="remove")
    assert isinstance(changed, Changed)
    assert changed.native_id == f"{PAGE}_700"


@pytest.mark.parametrize(("verb", "emoji"), [("add", "love"), ("edit", "love"), ("remove", "")])
def test_a_reaction_to_a_comment_is_told(verb: str, emoji: str) -> None:
    reacted = feed(item="reaction", verb=verb, reaction_type="love")
    assert isinstance(reacted, Reacted)
    assert (reacted.native_id, reacted.emoji, reacted.by) == (
        "700_801",
        emoji,
        Sender(native_id=AUTHOR, scope="feed", name="Jo"),
    )


def test_the_pages_own_reaction_is_nobodys() -> None:
    assert feed(author=PAGE, item="reaction", reaction_type="like") == Ignored(reason="reaction")


def test_what_the_page_comments_is_said_for_us_in_the_thread_of_what_it_answers() -> None:
    said = feed(author=PAGE, parent_id="700_800", message="We look into it.")
    assert isinstance(said, SaidForUs)
    assert (said.native_id, said.place.native_id, said.target) == ("700_801", "700_800", "700_800")
    assert (said.place.surface, said.via) == (Surface.PUBLIC, "Facebook")


def test_below_a_visitors_post_the_page_speaks_in_the_thread_of_the_post() -> None:
    said = feed(author=PAGE, parent_id=f"{PAGE}_700", message="Sorry!")
    assert isinstance(said, SaidForUs)
    assert said.place.native_id == f"{PAGE}_700"


def test_what_the_page_posts_is_no_case() -> None:
    assert feed(author=PAGE, item="status", message="New socks!") == Ignored(reason="own_echo")


def test_a_page_is_known_by_its_posts_even_where_the_envelope_names_another() -> None:
    said = feed(author="999", post_id="999_1", message="Our words")
    assert isinstance(said, SaidForUs)


def test_authors_of_older_bodies_are_known_as_senders() -> None:
    said = feed(author=None, sender_id=77, sender_name="Jo", message="?")
    assert isinstance(said, Said)
    assert said.sender == Sender(native_id="77", scope="feed", name="Jo")


def test_a_comment_without_words_or_media_shows_that_something_came() -> None:
    said = feed()
    assert isinstance(said, Said)
    assert said.attachments == (Attachment(kind="other"),)


@pytest.mark.parametrize(
    ("given", "attachment"),
    [
        (
            {"type": "image", "payload": {"url": "https://x.example/i"}},
            Attachment(kind="image", url="https://x.example/i", native_id="m_1#0"),
        ),
        (
            {"type": "reel", "payload": {"url": "https://x.example/r", "title": "A reel", "reel_video_id": 1}},
            Attachment(kind="video", url="https://x.example/r", native_id="m_1#0", name="A reel"),
        ),
        (
            {"type": "location", "title": "Jo's place", "payload": {"coordinates": {"lat": 52.5, "long": 13.4}}},
            Attachment(kind="location", words="Jo's place 52.5, 13.4"),
        ),
        (
            {"type": "fallback", "title": "A page", "url": "https://x.example/p", "payload": None},
            Attachment(kind="link", url="https://x.example/p", words="A page"),
        ),
        ({"type": "fallback", "payload": "BLOB"}, Attachment(kind="link")),
        (
            {"type": "sticker", "payload": {"url": "https://x.example/s", "sticker_id": 5}},
            Attachment(kind="sticker", native_id="5", url="https://x.example/s"),
        ),
        (
            {"type": "template", "payload": {"product": {"elements": [{"title": "Socks", "subtitle": "9 €"}]}}},
            Attachment(kind="other", words="Socks · 9 €"),
        ),
        (
            {"type": "template", "payload": {"template_type": "button", "text": "Hi", "buttons": [{"title": "Go"}]}},
            Attachment(kind="other", words="Hi · Go"),
        ),
        ({"type": "appointment_booking", "payload": {}}, Attachment(kind="other")),
        ("rubbish", Attachment(kind="other")),
    ],
)
def test_each_kind_of_attachment_is_known(given: object, attachment: Attachment) -> None:
    assert attachments(given) == (attachment,)


def test_a_sticker_that_comes_as_a_picture_as_well_comes_once() -> None:
    media = {"url": "https://x.example/s", "sticker_id": 5}
    both = attachments({"type": "sticker", "payload": media}, {"type": "image", "payload": media}, sticker_id=5)
    assert both == (Attachment(kind="sticker", native_id="5", url="https://x.example/s"),)


def test_a_message_that_shows_nothing_shows_that_something_came() -> None:
    assert attachments() == attachments(is_unsupported=True) == (Attachment(kind="other"),)


def test_what_happens_in_another_applications_thread_is_its_matter_but_for_our_name() -> None:
    event = {"sender": {"id": PERSON}, "recipient": {"id": PAGE}, "timestamp": 1}
    other = Ignored(reason="other_app_owns_thread")
    assert understood("standby", {**event, "message": {"mid": "m_1", "text": "hi"}}) == other
    assert understood("standby", {**event, "postback": {"title": "Menu"}}) == other
    assert understood("standby", {**event, "message": 5}) == other
    assert understood("standby", event) == other
    inbox = {"mid": "m_2", "text": "It is me", "is_echo": True, "app_id": 263902037430900}
    own = {"sender": {"id": PAGE}, "recipient": {"id": PERSON}, "timestamp": 1, "message": inbox}
    assert isinstance(understood("standby", own), SaidForUs)


def test_the_dashboards_test_button_sends_messages_as_changes() -> None:
    value = {
        "sender": {"id": "12334"},
        "recipient": {"id": "23245"},
        "timestamp": "1527459824",
        "message": {"mid": "test_message_id", "text": "test_message"},
    }
    said = understood("changes", {"field": "messages", "value": value})
    assert isinstance(said, Said)
    assert (said.text, said.at) == ("test_message", datetime.fromtimestamp(1527459824, UTC))


def test_what_is_about_no_page_is_not_for_us() -> None:
    assert understood("messaging", {"message": {"mid": "1"}}, about="instagram") == Ignored(reason="not_a_page")
    assert understood("changes", {"field": "email"}, about="user") == Ignored(reason="permissions")


def test_an_event_without_any_time_is_of_now() -> None:
    said = understood("changes", {"field": "feed", "value": _comment()}, time=None)
    assert isinstance(said, Said)
    assert said.at == NOW


def _comment() -> dict[str, Any]:
    return {
        "item": "comment",
        "verb": "add",
        "comment_id": "1_2",
        "post_id": "1_1",
        "from": {"id": "5"},
        "message": "?",
    }


@pytest.mark.parametrize("kind", sorted(NOT_SAID))
def test_every_documented_event_is_ignored_by_a_reason_that_is_written_down(kind: str) -> None:
    ignored = messaging(**{kind: {"anything": 1}})
    assert isinstance(ignored, Ignored)
    assert f"`{ignored.reason}`" in DOCUMENTED


@pytest.mark.parametrize(
    "field", ["ratings", "leadgen", "live_videos", "conversations", "name", "inbox_labels", "send_cart", "group_feed"]
)
def test_every_documented_field_is_ignored_by_a_reason_that_is_written_down(field: str) -> None:
    assert reason(field) != "unknown_change"
    assert f"`{reason(field)}`" in DOCUMENTED


@pytest.mark.parametrize("path", PUBLIC_BODIES, ids=lambda path: path.stem)
def test_every_public_body_is_understood_or_ignored_by_a_reason_that_is_written_down(path: Path) -> None:
    for event in split(path.read_bytes()):
        result = parse(event, PAGE)
        if type(result) is Ignored:
            assert f"`{result.reason}`" in DOCUMENTED
            assert not result.reason.startswith("unknown") or path.stem == "botman-foo"
