"""The second reader: what it adds to the rules, what it may overrule, and what its weights are made of."""

import pytest

from gateway.messages import Channel
from gateway.privacy import second_reader
from gateway.privacy.folding import fold
from gateway.privacy.requests import is_elsewhere, read
from gateway.privacy.wall import Wall, WallKind
from scripts.reader_lists import ROOT, digest


def is_refused(wall: Wall, text: str) -> bool:
    return WallKind.REQUEST in {finding.kind for finding in wall.findings(text, Channel.FACEBOOK)}


def is_hit_by_a_rule(text: str) -> bool:
    found = list(read(fold(text).text.lower()))
    return any(sentence.asked and not is_elsewhere(found, index) for index, sentence in enumerate(found))


@pytest.mark.parametrize(
    "text",
    [
        "Would you mind telling us which name the reservation is under?",
        "What is the PSN online ID on the affected account?",
        "That doesn't look like one of our order numbers. Could you double check and reply with the right one?",
    ],
)
def test_a_request_that_no_rule_knows_is_refused(wall: Wall, text: str) -> None:
    assert not is_hit_by_a_rule(text)
    assert is_refused(wall, text)


def test_what_is_asked_for_in_private_is_not_read(wall: Wall) -> None:
    text = "Would you mind telling us by DM which name the reservation is under?"
    assert not is_refused(wall, text)


@pytest.mark.parametrize("text", ["The engineer shows an ID card.", "We only ask for your e-mail once."])
def test_a_rough_rule_is_not_believed_where_the_sentence_plainly_asks_nothing(wall: Wall, text: str) -> None:
    assert is_hit_by_a_rule(text)
    assert not is_refused(wall, text)


@pytest.mark.parametrize("text", ["We only ask for your password once.", "The engineer asks for your PIN, please."])
def test_it_clears_nobody_who_asks_for_a_secret(wall: Wall, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_reader, "score", lambda *_, **__: -100.0)
    assert is_refused(wall, text)
    assert not is_refused(wall, "What's your order number?")


def test_it_clears_no_sentence_of_another_language(wall: Wall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_reader, "score", lambda *_, **__: -100.0)
    assert is_refused(wall, "Wie lautet deine Bestellnummer?")


@pytest.mark.parametrize("text", ["", "?", "§§§", "a" * 5000, "42 42 42", "日本語のツイート"])
def test_it_reads_anything(text: str) -> None:
    assert not second_reader.asks(text, named=False)


def test_its_weights_are_of_the_lists_and_the_words_that_lie_beside_them() -> None:
    assert second_reader.header().of == digest(), "the lists or the wordings have changed: run `make reader`"


def test_its_weights_are_small_and_a_byte_each() -> None:
    shipped = (ROOT / "gateway" / "privacy" / second_reader.FILE).read_bytes()
    assert len(shipped.partition(b"\n")[2]) == second_reader.BUCKETS
    assert len(shipped) < 500_000
