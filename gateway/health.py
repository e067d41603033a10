"""Whether we live, whether every part is ready, and what Prometheus is told."""

import asyncio
from collections.abc import Mapping

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sanic import Blueprint, Request
from sanic.response import HTTPResponse, json, raw, text
from sqlalchemy.exc import SQLAlchemyError

from gateway import metrics
from gateway.channels.base import ChannelAdapter
from gateway.intake import inbox
from gateway.messages import Channel
from gateway.routing.assistant import Assistant
from gateway.sending import outbox
from gateway.storage.database import Database


def blueprint(channels: Mapping[Channel, ChannelAdapter], database: Database, assistant: Assistant) -> Blueprint:
    """The routes `/healthz`, `/readyz` and `/metrics`."""
    routes = Blueprint("health")

    @routes.get("/healthz")
    async def alive(_request: Request) -> HTTPResponse:
        return text("ok")

    @routes.get("/readyz")
    async def ready(_request: Request) -> HTTPResponse:
        stored, answers = await asyncio.gather(_database_answers(database), assistant.ready())
        parts = {"database": "ready" if stored else "down", "assistant": "ready" if answers else "down"}
        body = {
            "ready": stored and answers,
            "parts": parts,
            "channels": {name.value: "on" if name in channels else "off" for name in Channel},
        }
        return json(body, status=200 if stored and answers else 503)

    @routes.get("/metrics")
    async def told(_request: Request) -> HTTPResponse:
        arrived, said = await database.read(lambda conn: (inbox.counts(conn), outbox.counts(conn)))
        metrics.inbox_depth.clear()
        for (channel, status, _reason), count in arrived.items():
            metrics.inbox_depth.labels(channel, status).inc(count)
        metrics.outbox_depth.clear()
        for (channel, status), count in said.items():
            metrics.outbox_depth.labels(channel, status).set(count)
        return raw(generate_latest(metrics.REGISTRY), content_type=CONTENT_TYPE_LATEST)

    return routes


async def _database_answers(database: Database) -> bool:
    try:
        await database.read(lambda conn: conn.exec_driver_sql("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True
