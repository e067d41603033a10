"""Train the wall's second reader on our own sentences, and say how well it reads those it has not seen.

data/wall, the lists of the wall's tests -> sentences, by the rules -> wordings -> logistic regression -> weights

`make reader` writes `gateway/privacy/second_reader.bin`; with `--only-measure` nothing is written.
"""

import argparse
import random
import sys
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
import numpy as np
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression

from gateway.privacy import second_reader
from gateway.privacy.disguises import undisguised
from gateway.privacy.folding import Folded, fold
from gateway.privacy.requests import is_elsewhere, read
from gateway.privacy.wordings import wordings
from scripts.reader_lists import ASKS, FILLED, FRAMES, HARMLESS, ROOT, SLOT, digest, lines

WEIGHTS: Final = ROOT / "gateway" / "privacy" / second_reader.FILE
WEIGHT_OF_FRAMES: Final = 0.5
STRENGTH: Final = 10.0  # scikit-learn's C: the higher, the less the weights are held back
FOLDS: Final = 5
CLEAR: Final = -1.0  # below it a rough rule is not believed: lower lets more of them stand
PASSED: Final = 0.995  # of the harmless replies that the rules let pass, the reader is to let pass so many
ROUNDS: Final = 2  # of choosing the sentence that asks, where the rules do not know which of a reply it is


class Reading(msgspec.Struct):
    """A sentence that the reader is asked about."""

    wordings: set[str]
    hit: bool
    """The rules find a request in it."""
    rough: bool
    """A rule that the reader may overrule."""
    question: bool


class Reply(msgspec.Struct):
    """A line of a list."""

    text: str
    asks: bool
    weight: float
    readings: list[Reading] = []

    def is_refused(self, scores: Sequence[float], bar: float) -> bool:
        """Whether rules and reader together take it for a request."""
        return any(
            (not reading.rough or score >= CLEAR) if reading.hit else score > bar
            for reading, score in zip(self.readings, scores, strict=True)
        )

    def is_refused_by_rules(self) -> bool:
        """Whether the rules alone do."""
        return any(reading.hit for reading in self.readings)


def main() -> None:
    """Train, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only-measure", action="store_true")
    only_measure = parser.parse_args().only_measure
    replies = gather()
    folds = random.Random(1).sample(range(len(replies)), len(replies))
    scores: list[Sequence[float]] = [()] * len(replies)
    for fold_ in range(FOLDS):
        held_out = set(folds[fold_::FOLDS])
        model = train([reply for index, reply in enumerate(replies) if index not in held_out])
        for index in held_out:
            scores[index] = score(model, replies[index])
    bar = measure(replies, scores)
    if not only_measure:
        write(train(replies), bar)


def gather() -> list[Reply]:
    """The replies of all lists, and the frames, filled in; always the same."""
    replies = [Reply(text, True, 1.0) for path in ASKS for text in lines(path)]
    replies += [Reply(text, False, 1.0) for path in HARMLESS for text in lines(path)]
    chance = random.Random(7)
    for frames, fillings, asks in FRAMES:
        things = lines(fillings)
        for frame in lines(frames):
            for thing in chance.sample(things, FILLED):
                text = frame.replace(SLOT, thing)
                replies.append(Reply(text[0].upper() + text[1:], asks, WEIGHT_OF_FRAMES))
    for reply in replies:
        look(reply)
    return replies


def look(reply: Reply) -> None:
    """Read a reply as the wall does, but for the second reader."""
    plain = fold(reply.text)
    plain = Folded(plain.text.lower(), plain.origins, plain.length)
    views = [list(read(text.text)) for text in (plain, undisguised(plain)) if text is not None]
    reply.readings = [
        Reading(
            wordings(sentence.said, named=sentence.named),
            bool(sentence.asked),
            sentence.rough and second_reader.is_english(sentence.said),
            "?" in sentence.said,
        )
        for view in views
        for index, sentence in enumerate(view)
        if (sentence.asked or second_reader.is_readable(sentence.said)) and not is_elsewhere(view, index)
    ]


def most_likely(reply: Reply) -> int:
    """Which sentence of a reply asks, as long as nothing is known: the last question, else the last sentence."""
    return max(range(len(reply.readings)), key=lambda at: (reply.readings[at].question, at))


def matrix(sentences: Sequence[Iterable[str]]) -> Any:
    """Sentences as rows of equal length, a column for each bucket."""
    rows = [sorted({second_reader.bucket(wording) for wording in sentence}) for sentence in sentences]
    values = np.concatenate([np.full(len(row), 1 / len(row) ** 0.5) for row in rows])
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    return csr_matrix((values, np.concatenate(rows), starts), shape=(len(rows), second_reader.BUCKETS))


def train(replies: Sequence[Reply]) -> Any:
    """A model of which sentences ask. Where the rules do not say which sentence of a reply asks, the likeliest does."""
    certain: list[set[str]] = []
    answers: list[bool] = []
    weights: list[float] = []
    unsure: list[Reply] = []
    for reply in replies:
        if reply.asks and not reply.is_refused_by_rules() and len(reply.readings) > 1:
            unsure.append(reply)
            continue
        for reading in reply.readings:
            if not reply.asks or reading.hit or len(reply.readings) == 1:
                certain.append(reading.wordings)
                answers.append(reply.asks)
                weights.append(reply.weight)
    known = matrix(certain)
    candidates = [matrix([reading.wordings for reading in reply.readings]) for reply in unsure]
    chosen = [most_likely(reply) for reply in unsure]
    for _ in range(ROUNDS):
        rows = vstack([known, *(rows[at] for rows, at in zip(candidates, chosen, strict=True))]).tocsr()
        model = LogisticRegression(
            C=STRENGTH, solver="liblinear", max_iter=300, class_weight="balanced", random_state=0
        )
        model.fit(rows, answers + [True] * len(unsure), weights + [reply.weight for reply in unsure])
        chosen = [int(np.argmax(model.decision_function(rows))) for rows in candidates]
    return model


def score(model: Any, reply: Reply) -> Sequence[float]:
    """How much each sentence of a reply sounds like a request."""
    rows = [reading.wordings for reading in reply.readings]
    return [float(one) for one in model.decision_function(matrix(rows))] if rows else []


def measure(replies: Sequence[Reply], scores: Sequence[Sequence[float]]) -> float:
    """Say how rules and reader do together on replies that the reader has not seen; the bar for `PASSED`."""
    whole = [(reply, said) for reply, said in zip(replies, scores, strict=True) if reply.weight == 1.0]
    asks = [(reply, said) for reply, said in whole if reply.asks]
    harmless = [(reply, said) for reply, said in whole if not reply.asks]
    loudest = sorted(
        (max(said, default=float("-inf")) for reply, said in harmless if not reply.is_refused_by_rules()), reverse=True
    )
    bar = loudest[int(len(loudest) * (1 - PASSED))]
    out = sys.stdout.write
    out(f"bar {bar:.2f}; of replies that the reader has not seen:\n")
    out(f"  {len(asks)} requests: {sum(reply.is_refused_by_rules() for reply, _ in asks)} refused by the rules, ")
    out(f"{sum(max(said, default=bar) > bar for _, said in asks)} by the reader, ")
    out(f"{sum(reply.is_refused(said, bar) for reply, said in asks)} by the two together\n")
    out(f"  {len(harmless)} harmless: {sum(not reply.is_refused_by_rules() for reply, _ in harmless)} passed by the ")
    out(f"rules, {sum(not reply.is_refused(said, bar) for reply, said in harmless)} by the two together\n")
    return bar


def write(model: Any, bar: float) -> None:
    """Write the weights, a byte each."""
    weights = model.coef_[0]
    scale = float(np.abs(weights).max()) / 127
    header = second_reader.Header(digest(), round(scale, 6), round(float(model.intercept_[0]), 4), round(bar, 2), CLEAR)
    WEIGHTS.write_bytes(msgspec.json.encode(header) + b"\n" + np.rint(weights / scale).astype(np.int8).tobytes())
    sys.stdout.write(f"{WEIGHTS.relative_to(ROOT)}: {WEIGHTS.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
