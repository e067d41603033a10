"""The trainers' files, read so that each thing in them still knows its line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError


@dataclass(frozen=True, order=True)
class Problem:
    """Something wrong in a file, in a sentence for the person who edits it."""

    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        """Return for example `data/nlu/orders.yml:12: ...`."""
        return f"{self.file}:{self.line}: {self.sentence}"


@dataclass(frozen=True)
class Place:
    """Where something stands."""

    file: str
    line: int

    def problem(self, sentence: str) -> Problem:
        """Return a problem at this place."""
        return Problem(self.file, self.line, sentence)


@dataclass
class Sources:
    """All files of the training data and the domain that could be read, and the problems of the others."""

    files: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def read(cls, root: Path, *paths: Path) -> Sources:
        """Read every YAML file at or below `paths`; names are given relative to `root`."""
        sources = cls()
        for path in paths:
            files = [path] if path.is_file() else sorted([*path.rglob("*.yml"), *path.rglob("*.yaml")])
            for file in files:
                sources._read(str(file.relative_to(root)), file)
        return sources

    def _read(self, name: str, path: Path) -> None:
        try:
            content = YAML().load(path.read_text(encoding="utf-8"))
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            self.problems.append(Problem(name, line, f"this is not valid YAML: {error.problem or error.context}."))
            return
        except (YAMLError, UnicodeDecodeError) as error:
            self.problems.append(Problem(name, 1, f"this file cannot be read: {error}."))
            return
        if not isinstance(content, dict):
            self.problems.append(Problem(name, 1, 'this file must begin with a key such as "nlu:" or "rules:".'))
            return
        self.files[name] = content

    def sections(self, key: str) -> Iterator[tuple[str, Any]]:
        """Yield the name of each file that has `key` at its top, with what stands there."""
        for name, content in self.files.items():
            if content.get(key) is not None:
                yield name, content[key]


def place(file: str, parent: Any, key: str | int) -> Place:
    """Return where `key` of a mapping, or the item number `key` of a list, stands."""
    line = parent.lc.key(key)[0] if isinstance(parent, dict) else parent.lc.item(key)[0]
    return Place(file, line + 1)
