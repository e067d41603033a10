"""What the assistant says in public passes the wall: a trainer's change is held against it here."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway import brand
from gateway import public_answers as gateway_answers
from gateway.errors import WallRefusal
from gateway.messages import Channel
from gateway.privacy.detect import Detector
from gateway.privacy.wall import Wall

DOMAIN = Path(__file__).resolve().parents[2] / "bot" / "domain"
WALL = Wall(Detector(brand.load().formats))


def public_answers() -> list[tuple[str, str, str]]:
    """(response, channel, text) of every answer to a question, and of every word with which a matter moves aside."""
    policy = yaml.safe_load((DOMAIN / "policy.yml").read_text())["questions"]
    responses: dict[str, Any] = {}
    for path in sorted(DOMAIN.glob("*.yml")):
        responses |= yaml.safe_load(path.read_text()).get("responses") or {}
    found = []
    for name, variations in responses.items():
        if name.removeprefix("utter_") not in policy and not name.startswith("utter_move_aside"):
            continue
        for variation in variations:
            channels = [variation["channel"]] if "channel" in variation else [channel.value for channel in Channel]
            found += [(name, channel, variation["text"]) for channel in channels if "{" not in variation["text"]]
    return found


def test_the_gateway_finds_the_same_answers_and_holds_them_against_the_wall() -> None:
    its_own = {(answer.name, answer.text) for answer in gateway_answers.answers()}
    assert {(name, text) for name, _, text in public_answers()} - its_own == set()
    assert gateway_answers.refused(WALL) == []


def test_a_public_answer_that_asks_for_data_is_told_of_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "policy.yml").write_text("questions:\n  hours: {public: answer, private: answer}\n")
    said = 'responses:\n  utter_hours:\n    - text: "Hi {name}! Your order number?"\n  utter_other:\n    - text: x\n'
    (tmp_path / "own.yml").write_text(said)
    [(answer, finding)] = gateway_answers.refused(WALL, tmp_path)
    assert (answer.name, answer.file, finding.kind) == ("utter_hours", "own.yml", "request")


def test_there_are_public_answers() -> None:
    assert len({name for name, _, _ in public_answers()}) > 25


@pytest.mark.parametrize(("name", "channel", "text"), public_answers())
def test_a_public_answer_passes_the_wall(name: str, channel: str, text: str) -> None:
    try:
        WALL.check(f"@somebody_with_a_name {text}" if channel == "twitter" else text, Channel(channel))
    except WallRefusal as refusal:
        pytest.fail(f"{name} on {channel}: {refusal.message}")


@pytest.mark.parametrize(
    "text", ["Your parcel: 10 42 17", "it is 104-217", "1 0 4 2 1 7 it is", "see 104.217 for more", "104 217"]
)
def test_an_order_number_written_apart_does_not_pass(text: str) -> None:
    with pytest.raises(WallRefusal):
        WALL.check(text, Channel.TWITTER)


@pytest.mark.parametrize(
    "text", ["Open Mon-Sat 9-7, Sun 11-5.", "Call 0808 157 0142.", "It takes 2-4 days.", "From 1.5.2026"]
)
def test_hours_dates_and_our_own_number_pass(text: str) -> None:
    assert str(WALL.check(text, Channel.TWITTER)) == text
