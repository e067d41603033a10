"""`MiniLMFeaturizer`: gives every message one dense sentence vector."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.cleaning import clean
from bot.components.embedding import shared_embedder


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class MiniLMFeaturizer(DenseFeaturizer, GraphComponent):
    """Settings in `config.yml`: `model_path`, a folder with `model.onnx` and `tokenizer.json`; empty: the installed."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See the class of the same method in Rasa."""
        return {**DenseFeaturizer.get_default_config(), "model_path": None}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing to check: a wrong `model_path` is said by the embedder, with the file's name."""

    @staticmethod
    def required_packages() -> list[str]:
        """What must be installed, for Rasa's own message about it."""
        return ["onnxruntime", "tokenizers"]

    def __init__(self, name: str, config: dict[str, Any]) -> None:
        """Load the model unless another component of this process has done so."""
        super().__init__(name, config)
        self._embedder = shared_embedder(config["model_path"])

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MiniLMFeaturizer:
        """See the class of the same method in Rasa."""
        return cls(execution_context.node_name, config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the vector to each message that has a text."""
        with_text = [message for message in messages if message.get(TEXT)]
        vectors = self._embedder.embed([clean(message.get(TEXT)) for message in with_text])
        for message, vector in zip(with_text, vectors, strict=True):
            self.add_features_to_message(None, vector[None, :], TEXT, message)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Do the same for the examples."""
        self.process(training_data.training_examples)
        return training_data
