"""Nothing but what the wall made goes out in public: the type checker says so before a test could."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
_HEAD = """
from gateway.channels.base import ChannelAdapter
from gateway.messages import Channel, Outbound
from gateway.privacy.detect import Detector
from gateway.privacy.wall import PublicText, Wall


async def say(channel: ChannelAdapter, out: Outbound) -> None:
"""


def checked(folder: Path, *lines: str) -> str:
    """What mypy --strict says of a sender with these lines."""
    probe = folder / "probe.py"
    probe.write_text(_HEAD + "".join(f"    {line}\n" for line in lines), encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(folder / "cache"), str(probe)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    return done.stdout


def test_the_type_checker_takes_what_the_wall_made_and_nothing_else(tmp_path: Path) -> None:
    said = checked(
        tmp_path,
        'await channel.send_public(out, Wall(Detector()).check("hello", Channel.TWITTER), "r")',
        'await channel.send_public(out, "hello", "r")',
        'await channel.send_public(out, out.text, "r")',
        'await channel.send_public(out, None, "r")',
        "class Forged(PublicText): ...",
    )
    errors = [line.partition("probe.py:")[2].partition(":")[0] for line in said.splitlines() if ": error:" in line]
    first = _HEAD.count("\n") + 1
    assert errors == [str(first + offset) for offset in (1, 2, 3, 4)], said


def test_no_other_code_can_make_one() -> None:
    from gateway.privacy.wall import PublicText

    with pytest.raises(TypeError):
        PublicText("hello", key=None)
