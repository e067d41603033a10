"""The model understands plain phrases, and holds its own on examples that it has not seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold

from bot.components.cleaning import clean
from bot.components.embedding import shared_embedder
from bot.components.intent_model import IntentModel, IntentSettings, _features
from bot.training.checks import labelled_examples
from bot.training.validate import read_sources
from tests.bot.assistant import Assistant, request

F1_FLOOR = 0.80
#: Of the answers given above the fallback's threshold, so many are right.
RIGHT_FLOOR = 0.85
THRESHOLD = 0.4

PLAIN = {
    "where is my order??": "where_is_my_order",
    "WHERE IS MY ORDER": "where_is_my_order",
    "Where is order 104217? it should have been here on Monday": "where_is_my_order",
    "I want a human": "human",
    "talk to a real person": "human",
    "agent please": "human",
    "I'd like to speak with someone": "human",
    "what are your opening hours?": "opening_hours",
    "When are you open": "opening_hours",
    "how long does delivery take?": "delivery_time",
    "can I return an item": "returns_policy",
    "how do I pay": "payment_methods",
    "do you ship to Germany?": "delivery_abroad",
    "my parcel arrived broken": "damaged_parcel",
    "can't log in to my account": "account_locked",
    "i never got my money back for the chair": "refund_status",
    "what is the capital of France?": "out_of_scope",
    "u guys hiring?": "jobs",
    "104217": "inform",
    "#W-104217": "inform",
    "never mind": "never_mind",
    "thx!!": "thanks",
    "Hello!": "greet",
    "are you a robot?": "bot_identity",
}


@pytest.mark.parametrize(("text", "intent"), PLAIN.items())
def test_a_plain_phrase_is_understood(assistant: Assistant, text: str, intent: str) -> None:
    _, answer = assistant.post(request(text))
    assert answer["intent"]["name"] == intent


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("104217", [("order_number", "104217")]),
        ("my number is #104217 ok", [("order_number", "104217")]),
        ("W-104217", [("order_number", "104217")]),
        ("w104217.", [("order_number", "104217")]),
        ("call 0104217 or 1042179", []),
        ("tom.brook@post.example!", [("email", "tom.brook@post.example")]),
        ("ask @WrenAndCo", []),
    ],
)
def test_order_numbers_and_addresses_are_found_and_nothing_else(
    assistant: Assistant, text: str, found: list[tuple[str, str]]
) -> None:
    _, answer = assistant.post(request(text))
    assert [(entity["entity"], entity["value"]) for entity in answer["entities"]] == found


def test_unseen_examples_are_understood_well_enough() -> None:
    examples = labelled_examples(read_sources())
    texts = [clean(text) for text, _ in examples]
    labels = [intent for _, intent in examples]
    dense = shared_embedder(None).embed(texts)
    predicted, confidence = np.empty(len(texts), dtype=object), np.zeros(len(texts))
    for seen, unseen in StratifiedKFold(3, shuffle=True, random_state=7).split(texts, labels):
        model = IntentModel.fit(
            [texts[i] for i in seen], dense[seen], [labels[i] for i in seen], IntentSettings(), calibrate=False
        )
        confidences = model.confidences([texts[i] for i in unseen], dense[unseen])
        predicted[unseen] = [model.classes[best] for best in confidences.argmax(axis=1)]
        confidence[unseen] = confidences.max(axis=1)
    right = predicted == np.array(labels, dtype=object)
    assert f1_score(labels, list(predicted), average="weighted") >= F1_FLOOR
    assert right[confidence >= THRESHOLD].mean() >= RIGHT_FLOOR


def test_the_same_examples_make_the_same_model(tmp_path: Path) -> None:
    texts = ["where is it", "where are they", "hi there", "hello you", "good day", "where now"] * 2
    labels = ["ask", "ask", "greet", "greet", "greet", "ask"] * 2
    dense = shared_embedder(None).embed(texts)
    first = IntentModel.fit(texts, dense, labels, IntentSettings())
    first.save(tmp_path)
    for other in (IntentModel.fit(texts, dense, labels, IntentSettings()), IntentModel.load(tmp_path)):
        assert np.array_equal(first.confidences(texts, dense), other.confidences(texts, dense))
    assert first.confidences(["where is she"], shared_embedder(None).embed(["where is she"])).sum() == pytest.approx(
        1.0
    )


def test_a_text_scores_what_the_features_of_training_say() -> None:
    texts = ["where is it", "where are they now", "hi there", "hello you", "good day", "where now"] * 2
    labels = ["ask", "ask", "greet", "greet", "part", "ask"] * 2
    model = IntentModel.fit(texts, shared_embedder(None).embed(texts), labels, IntentSettings(), calibrate=False)
    asked = ["", "where where where is my order", "zzqx", "hello there you", "good morning"]
    dense = shared_embedder(None).embed(asked)
    features = _features(model._settings, model._words, model._chars, asked, dense)
    assert np.allclose(model.scores(asked, dense), features @ model._weights.T + model._bias, atol=1e-5)


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("@WrenAndCo WHERE is it???", "where is it?"),
        ("soooooo slow https://t.example/x", "soo slow"),
        ("#WheresMyOrder", "wheres my order"),
        ("order #104217 pls", "order ordernumber pls"),
        ("i am a.b@c.example", "i am emailaddress"),
        ("   ", ""),
    ],
)
def test_cleaning_takes_out_what_means_nothing(written: str, seen: str) -> None:
    assert clean(written) == seen


def test_embeddings_have_length_one_and_no_text_has_none() -> None:
    rows = shared_embedder(None).embed(["where is my parcel", ""])
    assert np.linalg.norm(rows[0]) == pytest.approx(1.0, abs=1e-5)
    assert not rows[1].any()
