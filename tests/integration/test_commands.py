"""`aside doctor`, `aside channels` and `aside replay`, as processes, with the playground as the platforms."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from aside.replay import outcome
from gateway.clock import utc_now
from gateway.intake import inbox
from gateway.intake.inbox import InboxStatus
from gateway.messages import Channel, RawEvent
from gateway.storage import seal
from gateway.storage.database import create_engine
from gateway.storage.migrate import migrate
from gateway.storage.seal import Ring
from gateway.storage.tables import inbox as inbox_table
from tests.stack import ROOT, free_ports

_CHANNELS = ("TWITTER_", "FACEBOOK_", "TELEGRAM_")


def aside(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command, with no channel on but what `environment` says."""
    known = {name: value for name, value in os.environ.items() if not name.startswith((*_CHANNELS, "ASIDE"))}
    # Set, so that no .env of this checkout is looked at for them.
    off = {f"{prefix}{name}": "" for prefix in _CHANNELS for name in ("ACCESS_TOKEN", "PAGE_ACCESS_TOKEN")}
    port, rasa = (str(port) for port in free_ports(2))  # whatever else runs on this machine is none of these tests'
    here = {"ASIDE_HOME": str(home), "ASIDE_PORT": port, "RASA_PORT": rasa, "ASIDE_BOT_TOKEN": "t", **off}
    return subprocess.run(
        [sys.executable, "-m", "aside", *arguments],
        cwd=ROOT,
        env={**known, **here, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def lines(done: subprocess.CompletedProcess[str]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(line["part"], line["name"]): line for line in json.loads(done.stdout)["lines"]}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    engine = create_engine(f"sqlite:///{folder / 'aside.db'}")
    migrate(engine)
    engine.dispose()
    return folder


def test_the_doctor_finds_nothing_broken_where_no_channel_is_on(home: Path) -> None:
    done = aside(home, "doctor", "--json")
    found = lines(done)
    assert done.returncode == 0, done.stdout
    assert found["database", "tables"]["verdict"] == "ok"
    assert found["machine", "home"]["verdict"] == "ok"
    assert found["machine", "ASIDE_PORT"]["verdict"] == "look"
    assert "TELEGRAM_ACCESS_TOKEN" in found["telegram", "secrets"]["words"]
    plain = aside(home, "doctor")
    assert "ok      database   tables:" in plain.stdout


def test_the_doctor_says_what_is_wrong_with_settings_and_what_to_do(home: Path) -> None:
    home.chmod(0o755)
    done = aside(
        home,
        *("doctor", "--json"),
        ASIDE_PUBLIC_URL="http://shop.example",
        ASIDE_LIMITS="nonsense",
        FACEBOOK_PAGE_ACCESS_TOKEN="t",
        FACEBOOK_VERIFY="v",
    )
    found = lines(done)
    assert done.returncode == 1
    assert found["settings", "ASIDE_PUBLIC_URL"]["verdict"] == "broken"
    assert found["settings", "ASIDE_LIMITS"]["verdict"] == "broken"
    assert "chmod" in found["machine", "home"]["advice"]
    facebook = found["facebook", "secrets"]
    assert facebook["verdict"] == "broken"
    assert "FACEBOOK_SECRET" in facebook["words"]
    assert "FACEBOOK_VERIFY" not in facebook["words"]


def test_the_doctor_says_where_the_key_does_not_open_what_is_stored(home: Path) -> None:
    old, new = (base64.b64encode(byte * 32).decode() for byte in (b"a", b"b"))
    engine = create_engine(f"sqlite:///{home / 'aside.db'}")
    event = {"channel": "telegram", "account": "a", "native_id": "1", "body": b"{}", "status": "ignored"}
    seal.use(Ring.of(old))
    with engine.begin() as conn:
        conn.execute(inbox_table.insert().values(**event, received_at=utc_now()))
    seal.use(None)
    engine.dispose()
    for keys, verdict in ((old, "ok"), (new, "broken"), (f"{new},{old}", "ok")):
        done = aside(home, "doctor", "--json", ASIDE_VAULT_KEY=keys)
        assert lines(done)["database", "sealed"]["verdict"] == verdict


def test_the_doctor_finds_a_database_that_is_away(home: Path) -> None:
    [port] = free_ports(1)
    done = aside(home, "doctor", "--json", DATABASE_URL=f"postgresql+psycopg://u:geheim@127.0.0.1:{port}/x")
    assert done.returncode == 1
    assert lines(done)["database", "tables"]["verdict"] == "broken"
    assert "geheim" not in done.stdout


def test_a_command_for_a_channel_that_is_off_says_so_in_a_sentence(home: Path) -> None:
    for verb in ("connect", "disconnect"):
        done = aside(home, "channels", verb, "--channel", "telegram")
        assert done.returncode == 1
        assert done.stderr.strip() == (
            "Telegram is off: its secrets are missing. `aside doctor --channel telegram` says which."
        )
    done = aside(home, "channels", "connect", "--url", "http://shop.example")
    assert "https" in done.stderr
    assert "Telegram: off; access_token missing" in aside(home, "channels", "status").stdout


def test_replay_takes_some_of_what_was_set_aside_by_number_or_reason(home: Path) -> None:
    engine = create_engine(f"sqlite:///{home / 'aside.db'}")
    with engine.begin() as conn:
        events = [RawEvent(native_id=str(number), payload=b"{}") for number in range(5)]
        inbox.record(conn, Channel.TELEGRAM, "1", events, utc_now())
        conn.execute(inbox_table.update().values(status=InboxStatus.SET_ASIDE, reason="not_understood"))
        conn.execute(inbox_table.update().where(inbox_table.c.id == 5).values(reason="deadly"))
    engine.dispose()
    for arguments, said in (
        (("--id", "1", "--id", "2"), "2 event(s)"),
        (("--reason", "deadly"), "1 event(s)"),
        (("--channel", "twitter"), "0 event(s)"),
        ((), "2 event(s)"),
        ((), "0 event(s)"),
    ):
        done = aside(home, "replay", *arguments)
        assert done.stdout.startswith(said), arguments
        assert ("does not run" in done.stdout) is (said != "0 event(s)"), "nobody waits where nobody works"


def test_the_outcome_of_a_replay_is_told_once_all_is_through(home: Path) -> None:
    engine = create_engine(f"sqlite:///{home / 'aside.db'}")
    stands = [
        *(InboxStatus.DONE, InboxStatus.DONE, InboxStatus.IGNORED, InboxStatus.IGNORED),
        *(InboxStatus.SET_ASIDE, InboxStatus.NEW),
    ]
    with engine.begin() as conn:
        events = [RawEvent(native_id=str(number), payload=b"{}") for number in range(len(stands))]
        inbox.record(conn, Channel.TELEGRAM, "1", events, utc_now())
        for number, status in enumerate(stands, 1):
            conn.execute(inbox_table.update().where(inbox_table.c.id == number).values(status=status))
    said = list(outcome(engine, range(1, len(stands) + 1), longest=0))
    engine.dispose()
    assert said == [
        "2 understood: they are in their cases.",
        "2 understood, and not for us.",
        "1 set aside again: see /desk/channels for why.",
        "1 still to be looked at; `aside channels status` shows what stays set aside.",
    ]


def test_a_file_of_texts_goes_through_the_detector(tmp_path: Path) -> None:
    texts = ["where is my order 104217?", "😀 mail me: ines@example.org", "what are your opening hours?"]
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("\n".join(json.dumps({"text": text, "id": 7}) for text in texts) + "\n")
    done = aside(tmp_path, "privacy", "scan", str(source), "--out", str(target))
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in target.read_text().splitlines()]
    assert [line["text"] for line in found] == texts
    shown = [[(one["type"], line["text"][one["start"] : one["end"]]) for one in line["findings"]] for line in found]
    assert shown == [[("order_number", "104217")], [("email", "ines@example.org")], []]
    assert set(found[0]["findings"][0]) == {"type", "start", "end", "score", "reason"}


@pytest.mark.parametrize(("content", "told"), [('{"text": "a"}\n{"txt": "b"}\n', "Line 2"), (None, "cannot be read")])
def test_a_file_that_cannot_be_read_is_said_and_nothing_is_written(
    content: str | None, told: str, tmp_path: Path
) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    if content is not None:
        source.write_text(content)
    done = aside(tmp_path, "privacy", "scan", str(source), "--out", str(target))
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert told in done.stderr
    assert not target.exists()
