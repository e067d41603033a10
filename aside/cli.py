"""The console command `aside`. A person who errs gets one sentence and an exit status of 1; never a traceback."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

import click
import msgspec
from pydantic import ValidationError
from sqlalchemy.engine import Connection

from aside import channels as accounts
from aside import demo, misread, privacy
from aside import doctor as examining
from aside import replay as replaying
from aside import run as runner
from aside import serve as server
from aside import setup as setting_up
from aside import vault as sealing
from aside.findings import Verdict
from aside.serve import Parts
from gateway import brand, public_answers
from gateway.clock import utc_now
from gateway.errors import AsideError, SettingsError
from gateway.messages import Channel
from gateway.privacy.detect import Detector
from gateway.settings import ROOT, Settings
from gateway.storage.database import is_shared
from handoff import tokens, users
from handoff.users import Role

T = TypeVar("T")


@click.group()
def cli() -> None:
    """Customer service on social channels that knows when to step aside."""
    os.umask(0o077)  # what customers say, logs and secrets are for their owner's eyes only, wherever they lie


@cli.command()
def setup() -> None:
    """Prepare what `run` needs: token, trained model, database. Does only what changed."""
    setting_up.set_up(_settings())
    click.echo("Ready. `make run` starts everything.")


@cli.command()
@click.option("--playground", is_flag=True, help="With pretend X, Facebook and Telegram.")
def run(playground: bool) -> None:
    """Run everything on this machine: Rasa, actions, gateway with desk and worker."""
    settings = _settings()
    misread.say(with_assistant=True)
    with runner.claimed(settings, playground=playground):
        setting_up.set_up(settings)
        runner.run(_settings(), playground=playground)


@cli.command()
@click.option("--all", "everything", is_flag=True, help="With the worker; on SQLite it always is.")
@click.option("--no-desk", is_flag=True, help="Webhooks only, for a host that the internet reaches.")
def serve(everything: bool, no_desk: bool) -> None:
    """Take in webhooks and serve the desk; on SQLite do the work as well.

    The assistant runs elsewhere (`aside assistant`, RASA_URL), and on PostgreSQL the work (`aside work`).
    """
    settings = _settings()
    misread.say()
    works = everything or not is_shared(settings.database)
    server.serve(settings, Parts(works=works, desk=not no_desk))


@cli.command()
def work() -> None:
    """Take turns and send answers, beside any number of others (PostgreSQL)."""
    settings = _settings()
    server.refuse_to_share(settings, "work")
    misread.say()
    server.work(settings)


@cli.command()
def desk() -> None:
    """Serve the desk alone, beside any number of others (PostgreSQL)."""
    settings = _settings()
    server.refuse_to_share(settings, "desk")
    server.serve(settings, Parts(webhooks=False, works=False))


@cli.command()
def assistant() -> None:
    """Run the assistant alone: Rasa and its action server."""
    settings = _settings()
    misread.say(with_assistant=True)
    runner.assistant(settings)


@cli.command(name="migrate")
def migrate_database() -> None:
    """Bring the database to this version's tables."""
    with setting_up.migrated(_settings()):
        pass
    click.echo("The database is up to date.")


@cli.command()
@click.option("--channel", type=click.Choice([channel.value for channel in Channel]), help="Only of this channel.")
@click.option("--ignored", is_flag=True, help="Also what was taken for not being for us.")
@click.option("--id", "ids", type=int, multiple=True, help="Only this event, as /desk/channels numbers it; repeatable.")
@click.option("--reason", help="Only what was set aside, or ignored, for this reason.")
def replay(channel: str | None, ignored: bool, ids: tuple[int, ...], reason: str | None) -> None:
    """Have events that were set aside understood once more, for example after an update."""
    for line in replaying.replay(
        _settings(), Channel(channel) if channel else None, ignored=ignored, ids=ids, reason=reason
    ):
        click.echo(line)


_NAMES: Final = click.Choice([channel.value for channel in Channel])
_CHANNEL: Final = click.option("--channel", type=_NAMES, help="Only this one.")
_NAME: Final = click.argument("name", type=_NAMES, required=False)


@cli.command()
@_CHANNEL
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def doctor(channel: str | None, as_json: bool) -> None:
    """Look at everything that Aside needs, and say what to do; exits with 1 where something is broken."""
    demo.join(_settings())
    lines = examining.examine(_settings(), Channel(channel) if channel else None)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode({"lines": lines}), indent=2))
    else:
        for line in lines:
            advice = f" -> {line.advice}" if line.advice and line.verdict is not Verdict.OK else ""
            click.echo(f"{line.verdict:<7} {line.part:<10} {line.name}: {line.words}{advice}")
    if any(line.verdict is Verdict.BROKEN for line in lines):
        sys.exit(1)


@cli.group()
def channels() -> None:
    """The accounts on X, Facebook and Telegram: have them deliver, see how they are."""
    demo.join(_settings())


@channels.command()
@_CHANNEL
@_NAME
@click.option("--url", default="", help="The https address under which platforms reach us; default ASIDE_PUBLIC_URL.")
def connect(channel: str | None, name: str | None, url: str) -> None:
    """Register webhooks and subscriptions, and set what the platforms need; as often as you like."""
    with setting_up.migrated(_settings()):
        pass
    if not accounts.connect(_settings(), _which(channel, name), url):
        sys.exit(1)


@channels.command()
@_CHANNEL
@_NAME
def disconnect(channel: str | None, name: str | None) -> None:
    """Have the platforms deliver nothing more."""
    with setting_up.migrated(_settings()):
        pass
    if not accounts.disconnect(_settings(), _which(channel, name)):
        sys.exit(1)


@channels.command()
@_CHANNEL
@_NAME
def status(channel: str | None, name: str | None) -> None:
    """How each channel receives, what came last, what is not well; as the database knows it, without asking anybody."""
    of = _which(channel, name)
    for line in _transaction(lambda conn: accounts.status(_settings(), of, conn)):
        click.echo(line)


@cli.group(name="vault")
def the_vault() -> None:
    """What lies sealed in the database."""


@the_vault.command()
def seal() -> None:
    """Seal everything by the newest key of ASIDE_VAULT_KEY, and mask the older transcript. Stop Aside before."""
    settings = _settings()
    with server.claimed_database(settings):
        sealing.seal(settings, lambda column, changed: click.echo(f"{column}: {changed} sealed"))


@cli.group()
def agent() -> None:
    """The people who sign in to the desk."""


@agent.command(name="add")
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.AGENT.value, show_default=True)
@click.option("--print-token", is_flag=True, help="Print a token for the API instead of asking for a password.")
def add_agent(name: str, role: str, print_token: bool) -> None:
    """Add somebody."""
    if _transaction(lambda conn: users.find(conn, name)) is not None:
        raise SettingsError(f"There is somebody called {name} already.")
    password = None if print_token else _ask_password()

    def add(conn: Connection) -> str:
        user = users.add(conn, name, role, utc_now(), password)
        return tokens.issue(conn, user.id, utc_now()) if print_token else ""

    token = _transaction(add)
    click.echo(token or f"{name} can sign in now.")


@agent.command(name="list")
def list_agents() -> None:
    """List everybody."""
    for user in _transaction(users.list_all):
        click.echo(f"{user.name}\t{user.role}\t{'disabled' if user.disabled_at else 'enabled'}")


@agent.command(name="disable")
@click.argument("name")
def disable_agent(name: str) -> None:
    """Shut somebody out: sessions end, tokens are revoked."""
    _transaction(lambda conn: users.disable(conn, name, utc_now()))
    click.echo(f"{name} is shut out.")


@agent.command(name="password")
@click.argument("name")
def set_password(name: str) -> None:
    """Give somebody a new password."""
    password = _ask_password()

    def change(conn: Connection) -> None:
        user = users.find(conn, name)
        if user is None:
            raise SettingsError(f"There is nobody called {name}.")
        users.set_password(conn, user.id, password)

    _transaction(change)
    click.echo(f"{name} has a new password.")


@cli.group()
def nlu() -> None:
    """What the assistant learns from."""


@nlu.command()
def validate() -> None:
    """Say what is wrong in the training data, with file and line, and which public answers the wall would refuse."""
    public_answers.must_pass(brand.load())
    _in_bot("bot.training.validate")


@nlu.command()
def train() -> None:
    """Train the assistant, if its data or settings changed and the wall lets its public answers pass."""
    public_answers.must_pass(brand.load())
    if status := setting_up.train({}):
        sys.exit(status)
    click.echo("A running assistant takes it up when it is started again.")


@cli.group(name="privacy")
def of_privacy() -> None:
    """What is found of personal data."""


@of_privacy.command(name="scan")
@click.argument("source", metavar="IN.jsonl", type=click.Path(path_type=Path))
@click.option("--out", "target", metavar="OUT.jsonl", type=click.Path(path_type=Path), required=True)
def scan(source: Path, target: Path) -> None:
    """Find personal data in texts: {"text"} a line in, {"text", "findings"} a line out."""
    count = privacy.scan(source, target, Detector(brand.load().formats))
    click.echo("1 text." if count == 1 else f"{count} texts.")


def main() -> None:
    """Run the command line."""
    try:
        cli(standalone_mode=True)
    except AsideError as error:
        click.echo(error.message, err=True)
        sys.exit(1)


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(f"{str(item['loc'][0]).upper()}: {item['msg']}" for item in error.errors())
        raise SettingsError(f"A setting is wrong: {wrong}.") from error


def _which(option: str | None, name: str | None) -> Channel | None:
    """The channel that is meant, by `--channel` or by its bare name; None: all."""
    given = name or option
    return Channel(given) if given else None


def _ask_password() -> str:
    if not sys.stdin.isatty():
        raise SettingsError("A password is asked for at a terminal only. For the API, say --print-token.")
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password


def _transaction(work: Callable[[Connection], T]) -> T:
    with setting_up.migrated(_settings()) as engine, engine.begin() as conn:
        return work(conn)


def _in_bot(module: str) -> None:
    done = subprocess.run([str(setting_up.bot_python()), "-m", module], cwd=ROOT, check=False)  # noqa: S603
    if done.returncode:
        sys.exit(done.returncode)
