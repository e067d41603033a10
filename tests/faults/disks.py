"""Disks of a run's own: a small ext4 in a file, whose power can be cut, and a small tmpfs, which fills up.

What a program wrote to the ext4 stays in the machine's page cache until somebody calls `fsync`; the file behind it
holds what a real disk would hold. A copy of that file is what is found after a power cut. The time after which the
journal is written by itself is set far beyond a run. Both need root.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_NOBODY_FLUSHES: Final = 300  # seconds between commits of the journal


def why_not() -> str:
    """Why no disk can be made here; empty where one can."""
    return "" if os.geteuid() == 0 else "mounting a disk of its own needs root"


class Ext4:
    """A file system in a file, mounted."""

    def __init__(self, image: Path, mount: Path) -> None:
        self.image = image
        self.mount = mount

    def copy(self, to: Path) -> None:
        """What the disk holds at this moment, as the power is cut."""
        _run("cp", "--sparse=always", str(self.image), str(to))

    def abort(self) -> None:
        """Make it read-only at once, as an error of the hardware does. Only unmounting heals it."""
        _run("mount", "-o", "remount,abort", str(self.mount))


def mend(disk: Ext4) -> None:
    """After `abort`: unmount, check and mount again. Nobody may have a file of it open."""
    _run("umount", str(disk.mount))
    subprocess.run(["fsck.ext4", "-p", "-f", str(disk.image)], check=False, capture_output=True)  # 1: it was mended
    _mount(disk.image, disk.mount)


@contextmanager
def ext4(folder: Path, megabytes: int = 64) -> Iterator[Ext4]:
    """A fresh ext4. Raises `subprocess.CalledProcessError` where none can be mounted."""
    image = folder / "disk.img"
    with image.open("wb") as file:
        file.truncate(megabytes * 1_000_000)
    _run("mkfs.ext4", "-q", "-F", str(image))
    with mounted(image, folder / "disk") as mount:
        yield Ext4(image, mount)


@contextmanager
def mounted(image: Path, mount: Path) -> Iterator[Path]:
    """An image, mounted for a while; its journal is replayed, as after a power cut."""
    mount.mkdir(exist_ok=True)
    _mount(image, mount)
    try:
        yield mount
    finally:
        _run("umount", str(mount))


@contextmanager
def tmpfs(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system in memory that is soon full."""
    folder.mkdir(exist_ok=True)
    _run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(folder))
    try:
        yield folder
    finally:
        _run("umount", "-l", str(folder))


def _mount(image: Path, mount: Path) -> None:
    _run("mount", "-o", f"loop,commit={_NOBODY_FLUSHES}", str(image), str(mount))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
