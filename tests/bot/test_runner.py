"""Our runner of Rasa's graphs gives what Rasa's own gives."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner

from bot.dialogue.runner import PlannedRunner


class Joiner(GraphComponent):
    """Joins what it is given with its own name."""

    def __init__(self, name: str) -> None:
        self._name = name

    @classmethod
    def create(cls, config: dict[str, Any], *_: Any, execution_context: ExecutionContext, **__: Any) -> Joiner:
        return cls(execution_context.node_name)

    def join(self, first: str, second: str = "") -> str:
        return f"{self._name}({first},{second})"


def node(**needs: str) -> SchemaNode:
    return SchemaNode(needs=needs, uses=Joiner, constructor_name="create", fn="join", config={}, eager=True)


SCHEMA = GraphSchema(
    {
        "last": node(first="left", second="right"),
        "left": node(first="said"),
        "right": node(first="left", second="who"),
        "beside": node(first="said"),
    }
)


@pytest.fixture
def runner() -> PlannedRunner:
    made: PlannedRunner = PlannedRunner.create(SCHEMA, None, ExecutionContext(graph_schema=SCHEMA))
    return made


@pytest.mark.parametrize("targets", [["last"], ["right", "beside"], ["left"]])
def test_each_run_gives_what_dask_gives(runner: PlannedRunner, targets: list[str]) -> None:
    for said in ("hello", "left"):
        inputs = {"said": [said], "who": "me"}
        found = runner.run(inputs=inputs, targets=targets)
        assert found == DaskGraphRunner.run(runner, inputs=inputs, targets=targets)
        assert list(found) == targets


def test_an_input_takes_the_place_of_a_node(runner: PlannedRunner) -> None:
    found = runner.run(inputs={"left": "given", "who": "me"}, targets=["right"])
    assert found == {"right": "right(given,me)"}


def test_what_is_missing_is_named(runner: PlannedRunner) -> None:
    with pytest.raises(GraphRunError, match="who"):
        runner.run(inputs={"said": "hello"}, targets=["right"])
