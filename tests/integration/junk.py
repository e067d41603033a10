"""Answers that no platform documents: any JSON, and a documented answer with one part replaced."""

import copy
from typing import Any

from hypothesis import strategies as st

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)


@st.composite
def spoilt(draw: st.DrawFn, answer: Any) -> Any:
    """A documented answer with one of its parts replaced by anything, or taken out."""
    answer = copy.deepcopy(answer)
    holder, key = draw(st.sampled_from(list(_parts(answer))))
    if isinstance(holder, dict) and draw(st.booleans()):
        del holder[key]
    else:
        holder[key] = draw(ANYTHING)
    return answer


def _parts(node: Any) -> Any:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield node, key
        yield from _parts(value)
