"""Rows become the vocabulary's structs, by the names of their fields."""

from typing import Any, TypeVar

import msgspec

T = TypeVar("T", bound=msgspec.Struct)


def as_struct(row: Any, kind: type[T], **instead: object) -> T:
    """The struct of a row that holds at least its fields; `instead` replaces some of the row's values."""
    known = row._mapping
    # Columns' names are a kind of str that msgspec does not take for one.
    values = {str(name): instead[name] if name in instead else known[name] for name in kind.__struct_fields__}
    return msgspec.convert(values, kind, strict=False)
