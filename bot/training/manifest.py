"""What lies beside a trained model, and says that it is the one that was trained.

models/aside-0123456789ab.tar.gz   the model, as Rasa packs it
models/aside-0123456789ab.json     its manifest
models/current                     the name of the one to serve; changing it promotes or rolls back
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CURRENT = "current"


class ManifestError(RuntimeError):
    """A model is missing, incomplete or not the one that was trained."""


@dataclass(frozen=True)
class Manifest:
    """One model. The policy table is part of it, so that rolling back rolls back the whole behaviour."""

    name: str
    sha256: str
    fingerprint: str
    policy: dict[str, Any]
    directory: Path

    @property
    def model_path(self) -> Path:
        """Where the model's file is."""
        return self.directory / f"{self.name}.tar.gz"

    @classmethod
    def of_trained(cls, model: Path, fingerprint: str, policy: dict[str, Any]) -> Manifest:
        """Describe a model that has just been written."""
        return cls(model.name.removesuffix(".tar.gz"), _sha256(model), fingerprint, policy, model.parent)

    @classmethod
    def read(cls, directory: Path, name: str | None = None) -> Manifest:
        """Read the manifest of the model `name`, or of the current one.

        Raises:
            ManifestError: there is none, or it cannot be read.
        """
        try:
            name = name or (directory / CURRENT).read_text(encoding="utf-8").strip()
            content = json.loads((directory / f"{name}.json").read_text(encoding="utf-8"))
            return cls(name, content["sha256"], content["fingerprint"], content["policy"], directory)
        except FileNotFoundError as error:
            raise ManifestError(f"There is no trained model in {directory}. Train one first.") from error
        except (ValueError, KeyError, OSError) as error:
            raise ManifestError(f"The manifest of the model {name} cannot be read: {error}.") from error

    def write(self) -> None:
        """Write the manifest, then make this model the current one; each in one step that cannot be half done."""
        content = {"sha256": self.sha256, "fingerprint": self.fingerprint, "policy": self.policy}
        _replace(self.directory / f"{self.name}.json", json.dumps(content, indent=1, ensure_ascii=False) + "\n")
        _replace(self.directory / CURRENT, self.name + "\n")

    def verify(self) -> None:
        """Raises `ManifestError` unless the model's file is the one that was trained: loading a model runs code."""
        if not self.model_path.is_file():
            raise ManifestError(f"The file of the model {self.name} is missing.")
        if _sha256(self.model_path) != self.sha256:
            raise ManifestError(f"The file of the model {self.name} is not the one that was trained.")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _replace(path: Path, text: str) -> None:
    draft = path.with_suffix(path.suffix + ".new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
