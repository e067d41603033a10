"""Runs the assistant's graph of components, in an order that is worked out once.

targets -> plan (kept): the nodes that they need, each after those that provide for it -> run one after another

Rasa's own runner has dask find the order anew for each run, three times a turn, with bookkeeping for many workers that
are not there.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import GraphNode, GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner

Step = tuple[str, GraphNode, tuple[str, ...]]
"""A node's name, the node, and who provides for it: other nodes, or inputs of the run."""


class PlannedRunner(DaskGraphRunner):
    """See `GraphRunner`; nodes are made as by Rasa's own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._plans: dict[tuple[str, ...], list[Step]] = {}

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """See `GraphRunner`. Raises `GraphRunError`, and what a component raises."""
        wanted = tuple(targets or self._graph_schema.target_names)
        plan = self._plans.get(wanted)
        if plan is None:
            plan = self._plans[wanted] = self._plan(wanted)
        known = {name: (name, value) for name, value in (inputs or {}).items()}
        try:
            for name, node, providers in plan:
                if name not in known:  # an input takes the place of a node of its name
                    # Whoever is not there is named; the node then says what it misses.
                    known[name] = node(*[known.get(provider, provider) for provider in providers])
        except RuntimeError as error:
            raise GraphRunError("Error running runner.") from error
        return dict(known[target] for target in wanted)

    def _plan(self, targets: tuple[str, ...]) -> list[Step]:
        schema: GraphSchema = self._graph_schema.minimal_graph_schema(list(targets))
        plan: dict[str, Step] = {}

        def visit(name: str) -> None:
            if name in plan or name not in schema.nodes:
                return
            providers = tuple(schema.nodes[name].needs.values())
            for provider in providers:
                visit(provider)
            plan[name] = name, self._instantiated_nodes[name], providers

        for name in schema.nodes:
            visit(name)
        return list(plan.values())
