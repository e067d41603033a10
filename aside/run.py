"""`aside run`: the assistant, its actions, the gateway with the desk and, if wanted, the playground, in one go.

alone? ports free? -> set up what changed -> start all -> wait until each answers -> connect what is pretended
    -> addresses and a sign-in -> until Ctrl-C
"""

import asyncio
import os
import secrets
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import click
import httpx
from sqlalchemy.exc import SQLAlchemyError

from aside import demo
from aside.channels import NAMES, RECEIVES, connect_pretended, opened, receive_of
from aside.processes import Child, Program, refuse_taken_ports
from aside.serve import claimed_database
from aside.setup import bot_python, migrated
from gateway.channels.care import Care, Check
from gateway.channels.supply import Receive
from gateway.clock import utc_now
from gateway.errors import AsideError, SettingsError
from gateway.messages import Channel
from gateway.settings import ROOT, Settings
from handoff import users
from handoff.users import Role

_DEMO_AGENT: Final = "robin"
_FIRST_ADMIN: Final = "admin"
_ONE_INTRODUCTION: Final = 15.0  # seconds
_NOT_TOLD: Final = ("ASIDE_BOT_TOKEN", "ASIDE_HOME", "PYTHONPATH")
"""Of the processes' environment, what commands beside the demo have from elsewhere."""


@contextmanager
def claimed(settings: Settings, *, playground: bool) -> Iterator[None]:
    """See, before anything is set up, that nothing else is in our place; keep others out. Raises `SettingsError`."""
    with demo.claimed(settings):
        refuse_taken_ports(_ports(settings, playground=playground))
        with claimed_database(settings):
            pass  # the gateway takes it; here we only see that nobody else has it
        yield


def run(settings: Settings, *, playground: bool) -> None:
    """Run everything on this machine until told to stop. Raises `SettingsError`."""
    refuse_taken_ports(_ports(settings, playground=playground))
    environment = _environment(settings, playground=playground)
    if playground:
        demo.tell(settings, {name: value for name, value in environment.items() if name not in _NOT_TOLD})
    sign_in = _sign_in(settings, playground=playground)
    accounts = asyncio.run(introduced(settings))
    asyncio.run(_keep_running(settings, environment, [sign_in, *accounts], playground=playground))


def _ports(settings: Settings, *, playground: bool) -> dict[str, int]:
    ports = {"ASIDE_PORT": settings.aside_port, "RASA_PORT": settings.rasa_port, "ACTIONS_PORT": settings.actions_port}
    return ports | ({"PLAYGROUND_PORT": settings.playground_port} if playground else {})


def assistant(settings: Settings) -> None:
    """Run the assistant and its action server alone. Raises `SettingsError`."""
    refuse_taken_ports({"RASA_PORT": settings.rasa_port, "ACTIONS_PORT": settings.actions_port})
    programs = _assistant_programs(settings, _environment(settings, playground=False))

    async def announce() -> None:
        click.echo(f"The assistant answers at {settings.assistant}.")

    asyncio.run(_supervise(programs, announce))


async def _keep_running(
    settings: Settings, environment: Mapping[str, str], told: Collection[str], *, playground: bool
) -> None:
    programs = _assistant_programs(settings, environment)
    programs.append(
        Program(
            name="the gateway",
            command=[sys.executable, "-m", "aside", "serve", "--all"],
            environment=environment,
            log=settings.home / "logs" / "gateway.log",
            ready=_answers(f"http://127.0.0.1:{settings.aside_port}/healthz"),
            patience=60,
        )
    )
    if playground:
        programs.append(
            Program(
                name="the playground",
                command=[sys.executable, "-m", "playground"],
                environment=dict(environment) | demo.without_the_real(environment),
                log=settings.home / "logs" / "playground.log",
                ready=_answers(f"http://127.0.0.1:{settings.playground_port}/"),
                patience=60,
            )
        )

    async def announce() -> None:
        if playground:
            for words in await _connected(environment):
                click.echo(words)
        click.echo("")
        if playground:
            click.echo(f"  Playground  http://127.0.0.1:{settings.playground_port}/   play the customers here")
        click.echo(f"  Desk        {settings.url}/desk   pick up handoffs here")
        click.echo(f"  API         {settings.url}/docs")
        for line in told:
            click.echo(f"  {line}")
        click.echo(f"  Logs        {settings.home / 'logs'}")
        click.echo("\nCtrl-C stops everything.")

    await _supervise(programs, announce)


async def _connected(environment: Mapping[str, str]) -> list[str]:
    """Have the pretend platforms deliver what Aside wants, as `aside channels connect` does; what went wrong."""
    os.environ.update(environment)
    try:
        return await connect_pretended(Settings())
    except (AsideError, SQLAlchemyError) as error:
        return [f"The pretend platforms could not be connected ({type(error).__name__}); `aside doctor` says more."]


def _assistant_programs(settings: Settings, environment: Mapping[str, str]) -> list[Program]:
    token = environment["ASIDE_BOT_TOKEN"]
    return [
        Program(
            name="the action server",
            command=[sys.executable, "-m", "actions.serve"],
            environment=environment,
            log=settings.home / "logs" / "actions.log",
            ready=_answers(f"http://127.0.0.1:{settings.actions_port}/health"),
            patience=60,
        ),
        Program(
            name="the assistant",
            command=[str(bot_python()), "-m", "bot.serve"],
            environment={**environment, "RASA_CACHE_DIRECTORY": str(settings.home / "rasa-cache")},
            log=settings.home / "logs" / "rasa.log",
            ready=_answers(f"{settings.assistant}/webhooks/gateway/ready", token),
            patience=240,
        ),
    ]


async def _supervise(programs: list[Program], announce: Callable[[], Awaitable[None]]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    children = [Child(program, ROOT, click.echo) for program in programs]
    stopped: asyncio.Task[bool] = asyncio.create_task(stop.wait())
    try:
        for child in children:
            await child.start()
        ready = asyncio.create_task(_all_ready(children))
        await asyncio.wait({ready, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            ready.cancel()
        else:
            try:
                await ready
            except* SettingsError as errors:
                raise errors.exceptions[0] from None
            await announce()
            await stopped
    finally:
        stopped.cancel()
        click.echo("\nStopping …")
        await asyncio.gather(*(child.stop() for child in children))
        click.echo("Stopped.")


async def _all_ready(children: list[Child]) -> bool:
    async with asyncio.TaskGroup() as group:
        for child in children:
            group.create_task(_say_when_ready(child))
    return True


async def _say_when_ready(child: Child) -> None:
    started = time.monotonic()
    click.echo(f"Starting {child.program.name} …")
    await child.wait_ready()
    click.echo(f"{child.program.name.capitalize()} is ready ({time.monotonic() - started:.0f} s).")


def _answers(url: str, token: str = "") -> Callable[[], Awaitable[bool]]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def ask() -> bool:
        try:
            async with httpx.AsyncClient(trust_env=False, timeout=2.0) as client:
                return (await client.get(url, headers=headers)).status_code == 200
        except httpx.HTTPError:
            return False

    return ask


def _environment(settings: Settings, *, playground: bool) -> dict[str, str]:
    token = settings.aside_bot_token.get_secret_value()
    if not token:
        raise SettingsError("ASIDE_BOT_TOKEN is not set. `make setup` writes one into .env.")
    environment = {
        "ASIDE_HOME": str(settings.home),
        "ASIDE_PORT": str(settings.aside_port),
        "PLAYGROUND_PORT": str(settings.playground_port),
        "RASA_PORT": str(settings.rasa_port),
        "ACTIONS_PORT": str(settings.actions_port),
        "ASIDE_BOT_TOKEN": token,
        "PYTHONPATH": str(ROOT),
    }
    if playground:
        environment.update(demo.environment(environment))
    return environment


async def introduced(settings: Settings) -> list[str]:
    """A line for each real account, with its name where the platform tells it. Raises `SettingsError`."""
    lines = []
    async with opened(settings) as channels:
        for name, channel in channels.items():
            said = ""
            if isinstance(channel, Care):
                with suppress(TimeoutError):
                    async with asyncio.timeout(_ONE_INTRODUCTION):
                        found = await channel.checks("")
                        said = next((f" {_in_short(name, one)}" for one in found if one.name == "token"), "")
            if receive_of(channel) is Receive.WEBHOOK and not settings.aside_public_url:
                said += " Set ASIDE_PUBLIC_URL, then `aside channels connect`."
            lines.append(f"{NAMES[name]:<11} the real account, {RECEIVES[receive_of(channel)]}.{said}")
    return lines


def _in_short(name: Channel, token: Check) -> str:
    if token.well is not None:
        return token.words
    return (
        f"{NAMES[name]} cannot be reached from here now: nothing comes and goes until it can, then all of it does. "
        f"`aside doctor --channel {name}` says more."
    )


def _sign_in(settings: Settings, *, playground: bool) -> str:
    """A way into the desk: a demo agent with the playground; the first admin on an empty desk; else nothing new."""
    with migrated(settings) as engine, engine.begin() as conn:
        if playground:
            password = _demo_password(settings.home / "demo-password")
            if users.find(conn, _DEMO_AGENT) is None:
                users.add(conn, _DEMO_AGENT, Role.SUPERVISOR, utc_now(), password)
            return f"Sign in     {_DEMO_AGENT} / {password}"
        if not users.list_all(conn):
            password = secrets.token_urlsafe(9)
            users.add(conn, _FIRST_ADMIN, Role.ADMIN, utc_now(), password)
            return f"Sign in     {_FIRST_ADMIN} / {password}   (shown this once; `aside agent password` changes it)"
        return "Sign in     as before; `aside agent add NAME` makes another"


def _demo_password(path: Path) -> str:
    """The demo agent's password: made once, for this machine, so that whoever is signed in stays so."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(9))
    return path.read_text().strip()
