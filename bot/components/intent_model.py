"""Which intent a text has: logistic regression over a sentence embedding and TF-IDF of words and characters.

The three parts are scaled against each other, because unscaled counts drown an embedding of length one (measured:
F1 .46 against .83 on the same folds). Confidences are softened or sharpened by one number, the temperature, so that
of the answers given with confidence .8 about 80 % are right; it is fitted on predictions for examples that the
predicting model has not seen.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from bot.components.scoring import Scorer, Terms

#: Three give the same temperature as five to the second digit, in half the time.
_FOLDS = 3


@dataclass(frozen=True)
class IntentSettings:
    """What may be set in `config.yml`."""

    #: Inverse strength of the regularisation.
    C: float = 5.0
    #: Weight of each part before they are put side by side.
    dense_scale: float = 2.0
    word_scale: float = 0.7
    char_scale: float = 1.0
    seed: int = 42


class IntentModel:
    """A fitted model. Made by `fit` or `load`; predicts without any state of its own."""

    def __init__(
        self,
        settings: IntentSettings,
        words: TfidfVectorizer,
        chars: TfidfVectorizer,
        classes: list[str],
        weights: np.ndarray,
        bias: np.ndarray,
        temperature: float,
    ) -> None:
        self._settings = settings
        self._words = words
        self._chars = chars
        self.classes = classes
        self._weights = weights
        self._bias = bias
        parts = [Terms(words, settings.word_scale), Terms(chars, settings.char_scale)]
        self._scorer = Scorer(weights, bias, settings.dense_scale, parts)
        self.temperature = temperature

    @classmethod
    def fit(
        cls,
        texts: list[str],
        dense: np.ndarray,
        labels: list[str],
        settings: IntentSettings,
        calibrate: bool = True,
    ) -> IntentModel:
        """Fit on cleaned `texts`, their embeddings (one row each) and the name of each one's intent.

        Without `calibrate` it takes a quarter of the time, and confidences come out too low.

        Raises:
            ValueError: fewer than two intents.
        """
        model = cls._fit_uncalibrated(texts, dense, labels, settings)
        smallest = min(labels.count(label) for label in model.classes)
        if calibrate and smallest >= 2:
            model.temperature = _fitted_temperature(texts, dense, labels, settings, min(_FOLDS, smallest))
        return model

    @classmethod
    def _fit_uncalibrated(
        cls, texts: list[str], dense: np.ndarray, labels: list[str], settings: IntentSettings
    ) -> IntentModel:
        words = _word_vectorizer().fit(texts)
        chars = _char_vectorizer().fit(texts)
        regression = LogisticRegression(
            C=settings.C,
            max_iter=300,
            tol=1e-3,
            class_weight="balanced",
            random_state=settings.seed,
            multi_class="multinomial",
        )
        regression.fit(_features(settings, words, chars, texts, dense), labels)
        weights, bias = regression.coef_, regression.intercept_
        if len(regression.classes_) == 2:
            # scikit-learn keeps one row for two classes; two rows need no special case anywhere else.
            weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
        return cls(
            settings, words, chars, list(regression.classes_), weights.astype(np.float32), bias.astype(np.float32), 1.0
        )

    def scores(self, texts: list[str], dense: np.ndarray) -> np.ndarray:
        """Return one row per text: how much speaks for each of `classes`, without bound."""
        return self._scorer.scores(texts, dense)

    def confidences(self, texts: list[str], dense: np.ndarray) -> np.ndarray:
        """Return one row per text that sums to 1: the calibrated confidence in each of `classes`."""
        return _softmax(self.scores(texts, dense) * self.temperature)

    def save(self, directory: Path) -> None:
        """Write `intents.npz` (numbers) and `intents.json` (names); neither can hold code."""
        np.savez_compressed(
            directory / "intents.npz",
            weights=self._weights,
            bias=self._bias,
            word_idf=self._words.idf_,
            char_idf=self._chars.idf_,
        )
        names = {
            "settings": asdict(self._settings),
            "classes": self.classes,
            "temperature": self.temperature,
            "words": _terms(self._words),
            "chars": _terms(self._chars),
        }
        (directory / "intents.json").write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, directory: Path) -> IntentModel:
        """Read what `save` wrote.

        Raises:
            OSError: a file is missing.
            ValueError: a file is damaged.
        """
        names = json.loads((directory / "intents.json").read_text(encoding="utf-8"))
        with np.load(directory / "intents.npz", allow_pickle=False) as numbers:
            return cls(
                IntentSettings(**names["settings"]),
                _restored(_word_vectorizer, names["words"], numbers["word_idf"]),
                _restored(_char_vectorizer, names["chars"], numbers["char_idf"]),
                names["classes"],
                numbers["weights"],
                numbers["bias"],
                float(names["temperature"]),
            )


def _word_vectorizer(vocabulary: dict[str, int] | None = None) -> TfidfVectorizer:
    return TfidfVectorizer(
        ngram_range=(1, 2), sublinear_tf=True, tokenizer=str.split, token_pattern=None, vocabulary=vocabulary
    )


def _char_vectorizer(vocabulary: dict[str, int] | None = None) -> TfidfVectorizer:
    min_df = 1 if vocabulary else 2  # what is seen once in all examples says nothing about an intent
    return TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=min_df, vocabulary=vocabulary
    )


def _terms(vectorizer: TfidfVectorizer) -> list[str]:
    return list(vectorizer.get_feature_names_out())


def _restored(make, terms: list[str], idf: np.ndarray) -> TfidfVectorizer:
    vectorizer = make({term: column for column, term in enumerate(terms)})
    vectorizer.idf_ = idf
    return vectorizer


def _features(
    settings: IntentSettings, words: TfidfVectorizer, chars: TfidfVectorizer, texts: list[str], dense: np.ndarray
) -> csr_matrix:
    parts = [
        csr_matrix(dense) * settings.dense_scale,
        words.transform(texts) * settings.word_scale,
        chars.transform(texts) * settings.char_scale,
    ]
    return hstack(parts, format="csr")


def _softmax(scores: np.ndarray) -> np.ndarray:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def _fitted_temperature(
    texts: list[str], dense: np.ndarray, labels: list[str], settings: IntentSettings, folds: int
) -> float:
    """Return the factor on the scores under which unseen examples are least surprising."""
    classes = sorted(set(labels))
    truth = np.array([classes.index(label) for label in labels])
    unseen = np.zeros((len(texts), len(classes)))
    splits = StratifiedKFold(folds, shuffle=True, random_state=settings.seed)
    for seen, held_out in splits.split(texts, truth):
        model = IntentModel._fit_uncalibrated(
            [texts[i] for i in seen], dense[seen], [labels[i] for i in seen], settings
        )
        unseen[held_out] = model.scores([texts[i] for i in held_out], dense[held_out])

    def surprise(log_temperature: float) -> float:
        confidences = _softmax(unseen * np.exp(log_temperature))
        return float(-np.log(confidences[np.arange(len(truth)), truth] + 1e-12).mean())

    return float(np.exp(minimize_scalar(surprise, bounds=(-2.0, 3.0), method="bounded").x))
