"""Whether we live, whether every part is ready, and what Prometheus is told."""

import asyncio
from collections.abc import Container, Iterable, Mapping

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sanic import Blueprint, Request
from sanic.response import HTTPResponse, json, raw, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from gateway import metrics
from gateway.channels.base import ChannelAdapter
from gateway.clock import Clock, utc_now
from gateway.errors import AsideError
from gateway.messages import Channel
from gateway.readiness import Readiness
from gateway.routing.assistant import Assistant
from gateway.storage import checks, outages, pulse, queues
from gateway.storage.checks import Checked
from gateway.storage.database import Database
from gateway.storage.outages import Outage


def blueprint(
    channels: Mapping[Channel, ChannelAdapter], database: Database, assistant: Assistant, clock: Clock = utc_now
) -> Blueprint:
    """The routes `/healthz`, `/readyz` and `/metrics`."""
    routes = Blueprint("health")
    readiness = Readiness(database, clock)

    @routes.route("/healthz", methods=["GET", "HEAD"])  # type: ignore[untyped-decorator]
    async def alive(_request: Request) -> HTTPResponse:
        return text("ok")

    @routes.route("/readyz", methods=["GET", "HEAD"])  # type: ignore[untyped-decorator]
    async def ready(_request: Request) -> HTTPResponse:
        stored, answers = await asyncio.gather(_database_answers(database), assistant.ready())
        known, unwell = await database.read(_troubles) if stored else ([], [])
        why_not = await readiness.why_not() if stored else "The database does not answer."
        parts = {"database": "down" if why_not else "ready", "assistant": "ready" if answers else "down"}
        is_ready = answers and not why_not
        body = {
            "ready": is_ready,
            "parts": parts,
            "why": why_not or ("" if answers else "The assistant does not answer."),
            "channels": channel_states(channels, known, unwell),
            # A channel that is not well makes nobody unready: the others go on, and a restart would not help.
            "unwell": {f"{one.channel}/{one.name}": one.words for one in unwell if one.channel in channels},
        }
        return json(body, status=200 if is_ready else 503)

    @routes.get("/metrics")
    async def told(_request: Request) -> HTTPResponse:
        now = clock()
        waiting, set_aside = await database.read(lambda conn: (queues.waiting(conn, now), queues.set_aside(conn)))
        checked, arrivals = await database.read(lambda conn: (checks.all_of(conn), pulse.last(conn)))
        metrics.channel_checks.clear()
        for one in checked:
            metrics.channel_checks.labels(one.channel, one.name).set(-1 if one.well is None else int(one.well))
        for channel, at in arrivals.items():
            metrics.channel_silence.labels(channel).set(max(0.0, (now - at).total_seconds()))
        for name, found in waiting.items():
            age = 0.0 if found.since is None else max(0.0, (now - found.since).total_seconds())
            metrics.queue_depth.labels(name).set(found.depth)
            metrics.queue_oldest.labels(name).set(age)
        metrics.dead_letters.set(set_aside)
        return raw(generate_latest(metrics.REGISTRY), content_type=CONTENT_TYPE_LATEST)

    return routes


async def _database_answers(database: Database) -> bool:
    try:
        await database.read(lambda conn: conn.exec_driver_sql("SELECT 1"))
    except (SQLAlchemyError, AsideError):
        return False
    return True


def _troubles(conn: Connection) -> tuple[list[Outage], list[Checked]]:
    return outages.all_of(conn), checks.ill(conn)


def channel_states(
    channels: Container[Channel], known: Iterable[Outage], unwell: Iterable[Checked] = ()
) -> dict[str, str]:
    """Each channel as `on`, `off`, `failing` or `unwell`, whichever process has found that out.

    `off`: its secrets are missing; `failing`: nothing can be sent there; `unwell`: something else is the matter.
    """
    states = {name.value: "on" if name in channels else "off" for name in Channel}
    for state, those in (("unwell", {one.channel for one in unwell}), ("failing", {one.channel for one in known})):
        states |= {name.value: state for name in those if name in channels}
    return states
