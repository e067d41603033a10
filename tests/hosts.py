"""Hosts of a test's own: network namespaces on a switch of their own, cut off and joined again at will.

    here (the test) --cable--+
    host --cable-----------switch (a bridge in a namespace of its own)
    host --cable-------------+

What runs in a host sees its own loopback, its own ports, and the other hosts by their addresses; nothing else of the
machine's network. Needs root, and Debian's `iproute2`.
"""

import ipaddress
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

_PREFIX: Final = "aside-"
_NETWORKS: Final = ipaddress.ip_network("10.213.0.0/16")  # nobody's, as far as we can see; checked before use


def missing() -> str:
    """What hosts lack on this machine, as a sentence; empty where nothing is lacking."""
    if os.geteuid() != 0:
        return "hosts of a test's own need root"
    if not shutil.which("ip"):
        return "hosts of a test's own need the command ip (Debian: apt-get install iproute2)"
    probe = f"{_PREFIX}{os.getpid()}-probe"
    tried = subprocess.run(["ip", "netns", "add", probe], capture_output=True, text=True)
    if tried.returncode:
        return f"no network namespace can be made here: {tried.stderr.strip()}"
    with suppress(RuntimeError):
        _ip("netns", "delete", probe)
    return ""


class Host:
    """A machine of its own, as far as the network goes."""

    def __init__(self, name: str, namespace: str, switch: str, port: str, address: str) -> None:
        self.name = name
        self.address = address
        """Where the other hosts, and the test, find it."""
        self.within = ("ip", "netns", "exec", namespace)
        """What a command begins with that runs in this host. The process is the command's own, not one before it."""
        self._namespace = namespace
        self._switch = switch
        self._port = port

    def run(self, *command: str) -> str:
        """Run a command to its end; what it printed. Raises `RuntimeError` where it fails."""
        return _run([*self.within, *command])

    def cut(self) -> None:
        """Pull its plug out of the switch: nothing goes in or out, and nobody is told."""
        _ip("-n", self._switch, "link", "set", self._port, "nomaster")

    def heal(self) -> None:
        """Put its plug back, and forget whom it did not hear."""
        _ip("-n", self._switch, "link", "set", self._port, "master", "bridge")
        with suppress(RuntimeError):
            _ip("-n", self._namespace, "route", "flush", "type", "blackhole")

    def cut_from(self, other: "Host") -> None:
        """Let it no longer reach one other host; the rest of the network stays."""
        _ip("-n", self._namespace, "route", "add", "blackhole", other.address)

    def kill_all(self) -> None:
        """`kill -9` of whatever runs in it."""
        for pid in _ip("netns", "pids", self._namespace).split():
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)


class Network:
    """A switch with hosts, as a context: leaving it removes them with all that runs in them."""

    def __init__(self) -> None:
        _remove_left_behind()
        self._subnet = _free_subnet()
        self._numbers = self._subnet.hosts()
        self._mark = f"{_PREFIX}{os.getpid()}-{str(self._subnet).split('.')[2]}"
        self._switch = f"{self._mark}-switch"
        self._cable = f"as{os.getpid() % 10**7}-{str(self._subnet).split('.')[2]}"
        self._hosts: dict[str, Host] = {}
        self.address = str(next(self._numbers))
        """Where hosts find the test itself."""

    def __enter__(self) -> Self:
        try:
            _ip("netns", "add", self._switch)
            _ip("-n", self._switch, "link", "add", "bridge", "type", "bridge")
            _ip("-n", self._switch, "link", "set", "bridge", "up")
            _ip("link", "add", self._cable, "type", "veth", "peer", "name", "here", "netns", self._switch)
            _ip("-n", self._switch, "link", "set", "here", "master", "bridge", "up")
            _ip("address", "add", f"{self.address}/{self._subnet.prefixlen}", "dev", self._cable)
            _ip("link", "set", self._cable, "up")
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    def host(self, name: str) -> Host:
        """Add a host. `name` is letters and digits, at the most ten."""
        namespace, port, address = f"{self._mark}-{name}", f"to-{name}", str(next(self._numbers))
        _ip("netns", "add", namespace)
        host = self._hosts[name] = Host(name, namespace, self._switch, port, address)
        _ip("link", "add", port, "netns", self._switch, "type", "veth", "peer", "name", "eth0", "netns", namespace)
        _ip("-n", self._switch, "link", "set", port, "master", "bridge", "up")
        _ip("-n", namespace, "address", "add", f"{address}/{self._subnet.prefixlen}", "dev", "eth0")
        _ip("-n", namespace, "link", "set", "eth0", "up")
        _ip("-n", namespace, "link", "set", "lo", "up")
        return host

    def remove(self) -> None:
        """Leave nothing behind."""
        with suppress(RuntimeError):
            _ip("link", "delete", self._cable)
        _remove(self._mark)


def _remove(mark: str) -> None:
    """Remove the namespaces whose names begin so, with what runs in them; their cables go with them."""
    for namespace in _namespaces():
        if namespace.startswith(mark):
            Host("", namespace, "", "", "").kill_all()
            with suppress(RuntimeError):
                _ip("netns", "delete", namespace)


def _remove_left_behind() -> None:
    """Remove the hosts of test runs that were killed before they could."""
    for namespace in _namespaces():
        run = namespace.removeprefix(_PREFIX).partition("-")[0]
        if namespace.startswith(_PREFIX) and run.isdigit() and not Path(f"/proc/{run}").exists():
            _remove(namespace)


def _namespaces() -> list[str]:
    return [line.split()[0] for line in _ip("netns", "list").splitlines() if line]


def _free_subnet() -> ipaddress.IPv4Network:
    taken = _ip("-4", "route", "show")
    for subnet in _NETWORKS.subnets(new_prefix=24):
        if isinstance(subnet, ipaddress.IPv4Network) and f"{subnet} " not in taken:
            return subnet
    raise RuntimeError("no free network")


def _ip(*arguments: str) -> str:
    return _run(["ip", *arguments])


def _run(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout
