"""Whether we live, whether every part is ready, and what Prometheus is told."""

import asyncio
from collections.abc import Container, Iterable, Mapping

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sanic import Blueprint, Request
from sanic.response import HTTPResponse, json, raw, text
from sqlalchemy.exc import SQLAlchemyError

from gateway import metrics
from gateway.channels.base import ChannelAdapter
from gateway.clock import Clock, utc_now
from gateway.errors import AsideError
from gateway.messages import Channel
from gateway.routing.assistant import Assistant
from gateway.storage import outages, queues
from gateway.storage.database import Database
from gateway.storage.outages import Outage


def blueprint(
    channels: Mapping[Channel, ChannelAdapter], database: Database, assistant: Assistant, clock: Clock = utc_now
) -> Blueprint:
    """The routes `/healthz`, `/readyz` and `/metrics`."""
    routes = Blueprint("health")

    @routes.route("/healthz", methods=["GET", "HEAD"])  # type: ignore[untyped-decorator]
    async def alive(_request: Request) -> HTTPResponse:
        return text("ok")

    @routes.route("/readyz", methods=["GET", "HEAD"])  # type: ignore[untyped-decorator]
    async def ready(_request: Request) -> HTTPResponse:
        stored, answers = await asyncio.gather(_database_answers(database), assistant.ready())
        known = await database.read(outages.all_of) if stored else []
        parts = {"database": "ready" if stored else "down", "assistant": "ready" if answers else "down"}
        body = {
            "ready": stored and answers,
            "parts": parts,
            "channels": channel_states(channels, known),
        }
        return json(body, status=200 if stored and answers else 503)

    @routes.get("/metrics")
    async def told(_request: Request) -> HTTPResponse:
        now = clock()
        waiting, set_aside = await database.read(lambda conn: (queues.waiting(conn, now), queues.set_aside(conn)))
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


def channel_states(channels: Container[Channel], known: Iterable[Outage]) -> dict[str, str]:
    """Each channel as `on`, `off` (its secrets are missing) or `failing`, whichever process has found that out."""
    failing = {outage.channel for outage in known}
    return {name.value: "off" if name not in channels else "failing" if name in failing else "on" for name in Channel}
