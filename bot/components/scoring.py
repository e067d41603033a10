"""What speaks for each intent in one text: the numbers that training's features give, without their machinery.

    text -> terms of the vocabularies, weighed (TF-IDF) -> their rows of the weights, summed, with the embedding's share

scikit-learn makes sparse matrices of a text, checks and stacks them, and multiplies by a copy of all weights; for the
two hundred terms that a post has, that takes twenty times as long as the sum itself.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer


class Terms:
    """One fitted vectorizer, for one text at a time. It must count sublinearly and make vectors of length one."""

    def __init__(self, vectorizer: TfidfVectorizer, scale: float) -> None:
        self._analyze = vectorizer.build_analyzer()
        self._columns = {term: column for column, term in enumerate(vectorizer.get_feature_names_out())}
        self._idf = np.asarray(vectorizer.idf_)
        self._scale = scale

    def __len__(self) -> int:
        return len(self._columns)

    def weigh(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the columns of the terms that the text has, and the weight of each."""
        known = self._columns
        counts = Counter(known[term] for term in self._analyze(text) if term in known)
        columns = np.fromiter(counts.keys(), dtype=np.intp, count=len(counts))
        weights = (np.log(np.fromiter(counts.values(), dtype=np.float64, count=len(counts))) + 1.0) * self._idf[columns]
        length = np.sqrt(weights @ weights)
        return columns, weights * (self._scale / length) if length else weights


class Scorer:
    """A fitted model's weights, laid out so that one term's lie side by side."""

    def __init__(self, weights: np.ndarray, bias: np.ndarray, dense_scale: float, parts: list[Terms]) -> None:
        """Take weights with one row per intent; the columns are those of the embedding, then of each of `parts`."""
        rows = np.ascontiguousarray(weights.T, dtype=np.float64)
        dimensions = len(rows) - sum(len(part) for part in parts)
        self._dense = rows[:dimensions] * dense_scale
        self._bias = bias.astype(np.float64)
        self._parts: list[tuple[Terms, np.ndarray]] = []
        for part in parts:
            self._parts.append((part, rows[dimensions : dimensions + len(part)]))
            dimensions += len(part)

    def scores(self, texts: list[str], dense: np.ndarray) -> np.ndarray:
        """Return one row per text: how much speaks for each intent, without bound."""
        return np.stack([self._of(text, vector) for text, vector in zip(texts, dense, strict=True)])

    def _of(self, text: str, vector: np.ndarray) -> np.ndarray:
        total = vector @ self._dense + self._bias
        for part, rows in self._parts:
            columns, weights = part.weigh(text)
            total += weights @ rows[columns]
        return total
