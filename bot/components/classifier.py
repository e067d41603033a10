"""`IntentRanker`: Rasa's door to our intent model."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.cleaning import clean
from bot.components.intent_model import IntentModel, IntentSettings


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentRanker(IntentClassifier, GraphComponent):
    """Settings in `config.yml`: those of `IntentSettings`, and `ranking_length`."""

    @classmethod
    def required_components(cls) -> list[type]:
        """A featurizer must come first: the sentence embedding is read from the message."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See the class of the same method in Rasa."""
        defaults = IntentSettings()
        return {**vars(defaults), "ranking_length": 5}

    @staticmethod
    def required_packages() -> list[str]:
        """What must be installed, for Rasa's own message about it."""
        return ["sklearn"]

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, model: IntentModel | None
    ) -> None:
        self._settings = IntentSettings(**{name: config[name] for name in vars(IntentSettings())})
        self._ranking_length = config["ranking_length"]
        self._model_storage = model_storage
        self._resource = resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> IntentRanker:
        """See the class of the same method in Rasa."""
        return cls(config, model_storage, resource, None)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> IntentRanker:
        """Read the trained model; a damaged one is an error, never an untrained classifier in its place."""
        with model_storage.read_from(resource) as directory:
            return cls(config, model_storage, resource, IntentModel.load(directory))

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on all examples with an intent and keep the result in the model storage."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        self._model = IntentModel.fit(
            [clean(example.get(TEXT)) for example in examples],
            _embeddings(examples),
            [example.get(INTENT) for example in examples],
            self._settings,
        )
        with self._model_storage.write_to(self._resource) as directory:
            self._model.save(directory)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set `intent` and `intent_ranking`, best first."""
        if self._model is None:
            raise RuntimeError("The intent model is neither trained nor loaded.")
        texts = [clean(message.get(TEXT)) for message in messages]
        predicted = self._model.confidences(texts, _embeddings(messages))
        for message, confidences in zip(messages, predicted, strict=True):
            best_first = np.argsort(-confidences, kind="stable")[: self._ranking_length]
            ranking = [
                {INTENT_NAME_KEY: self._model.classes[i], PREDICTED_CONFIDENCE_KEY: float(confidences[i])}
                for i in best_first
            ]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave the examples as they are: nothing after this component is trained on its predictions."""
        return training_data


def _embeddings(messages: list[Message]) -> np.ndarray:
    return np.concatenate([message.get_dense_features(TEXT)[1].features for message in messages])
