"""The little HTTP of the pretend peers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import cast

import httpx
import pytest

from bench.assistant import Assistant
from bench.load import TELEGRAM_TOKEN
from bench.platform import Platform
from bench.wire import Connection, Handler, Server


@asynccontextmanager
async def served(handler: Handler) -> AsyncIterator[int]:
    server = await asyncio.get_running_loop().create_server(lambda: Server(handler), "127.0.0.1", 0)
    async with server:
        yield cast(int, server.sockets[0].getsockname()[1])


@asynccontextmanager
async def asking(handler: Handler) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        served(handler) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
    ):
        yield client


def platform() -> AbstractAsyncContextManager[httpx.AsyncClient]:
    return asking(Platform().answer)


async def test_telegram_takes_a_call_by_json_form_and_multipart() -> None:
    call = f"/telegram/bot{TELEGRAM_TOKEN}/sendMessage"
    given = {"chat_id": "50001", "text": "Grüße & more"}
    async with platform() as client:
        answers = [
            await client.post(call, json=given),
            await client.post(call, data=given),
            await client.post(call, files={name: (None, value) for name, value in given.items()}),
        ]
        assert [answer.json()["result"]["message_id"] for answer in answers] == [1, 2, 3]
        sent = (await client.get("/_sent?after=1")).json()
    assert [row[:3] for row in sent] == [["telegram", "50001", "Grüße & more"]] * 2


async def test_facebook_answers_with_a_message_id() -> None:
    async with platform() as client:
        body = {"recipient": {"id": "65"}, "message": {"text": "Hi"}}
        answer = await client.post("/facebook/v26.0/1/messages", json=body)
    assert answer.json() == {"recipient_id": "65", "message_id": "m_bench_1"}


async def test_only_the_channel_that_is_told_to_is_slow() -> None:
    async with platform() as client:
        await client.post("/_set", json={"telegram": {"delay": 30}})
        slow = asyncio.create_task(client.post(f"/bot{TELEGRAM_TOKEN}/sendMessage", json={"chat_id": 1, "text": "x"}))
        quick = await client.post("/facebook/v26.0/1/messages", json={"recipient": {"id": "1"}, "message": {}})
        assert quick.status_code == 200
        assert not slow.done()
        assert (await client.get("/_until?count=2")).json() == {"count": 2}
        slow.cancel()


async def test_a_bot_finds_its_webhook_again() -> None:
    async with platform() as client:
        await client.post(f"/bot{TELEGRAM_TOKEN}/setWebhook", params={"url": "http://127.0.0.1:1/a/b"})
        info = await client.get(f"/bot{TELEGRAM_TOKEN}/getWebhookInfo")
    assert info.json()["result"]["url"] == "http://127.0.0.1:1/a/b"


async def test_the_stub_answers_a_turn_with_what_was_said() -> None:
    async with asking(Assistant(0.0, 0).answer) as client:
        answer = await client.post("/webhooks/gateway/turn", json={"message_id": "1:said", "text": "ref-load-1"})
    assert answer.json()["message_id"] == "1:said"
    assert "ref-load-1" in answer.json()["replies"][0]["text"]


async def test_with_one_lane_turns_wait_for_each_other() -> None:
    async with asking(Assistant(0.05, 1).answer) as client:
        began = asyncio.get_running_loop().time()
        turn = {"message_id": "1", "text": "x"}
        await asyncio.gather(*(client.post("/webhooks/gateway/turn", json=turn) for _ in range(3)))
        assert asyncio.get_running_loop().time() - began >= 0.15


@pytest.mark.parametrize("pieces", [1, 7, 1000])
async def test_a_request_in_any_number_of_pieces_is_one(pieces: int) -> None:
    seen: list[bytes] = []

    def handler(method: str, path: str, body: bytes) -> tuple[int, bytes]:
        seen.append(body)
        return 200, b"{}"

    raw = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n2\r\nef\r\n0\r\n\r\n"
    async with served(handler) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for at in range(0, len(raw), pieces):
            writer.write(raw[at : at + pieces])
            await writer.drain()
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        writer.close()
        await writer.wait_closed()
    assert seen == [b"abcdef"]


async def test_a_connection_that_breaks_is_status_0() -> None:
    async with served(lambda method, path, body: (200, b"{}")) as port:
        _, connection = await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", port)
        assert await connection.request(b"GET / HTTP/1.1\r\n\r\n") == 200
        connection.close()
        await asyncio.sleep(0.01)
        assert not connection.is_open
        assert await connection.request(b"GET / HTTP/1.1\r\n\r\n") == 0
