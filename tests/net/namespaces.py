"""Network namespaces with Ethernet interfaces between them, for the life of a `with` block."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.net.child import Child

PROBE = Path(__file__).with_name("probe.py")

_OFFLOADS = ("rx", "tx", "tso", "gso", "gro")


def _may_make_namespaces() -> bool:
    if os.geteuid() != 0 or any(shutil.which(tool) is None for tool in ("ip", "ethtool")):
        return False
    name = f"pmill-{os.getpid()}-try"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False)
    if made.returncode == 0:
        subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)
    return made.returncode == 0


needs_namespaces = pytest.mark.skipif(
    not _may_make_namespaces(), reason="needs root, ip, ethtool and network namespaces"
)


class Recorder:
    """Somebody who records frames."""

    def __init__(self, child: Child) -> None:
        self._child = child
        child.wait_for("ready\n")

    def frames(self) -> list[bytes]:
        """Return what it has recorded; wait until it ends."""
        assert self._child.wait() == 0, self._child.stderr
        return [bytes.fromhex(line) for line in self._child.stdout.splitlines()[1:]]


class Namespaces:
    """Namespaces with names of this process's own; `name` stands for one inside of the test."""

    def __init__(self) -> None:
        self._prefix = f"pmill-{os.getpid()}-{time.monotonic_ns() % 1_000_000}"
        self._names: list[str] = []
        self._children: list[Child] = []

    def add(self, *names: str) -> None:
        for name in names:
            _run("ip", "netns", "add", self._real(name))
            self._names.append(name)
            self.ip(name, "link", "set", "lo", "up")

    def link(
        self,
        one: str,
        interface: str,
        other: str,
        peer: str,
        *,
        queues: int | None = None,
        offloads: bool = False,
    ) -> None:
        """Connect two namespaces, as by a cable: what one sends the other receives unchanged.

        `queues` either way, None: as many as the kernel likes. With `offloads` a sender leaves
        checksums to its interface, which never computes them.
        """
        count = () if queues is None else ("numrxqueues", str(queues), "numtxqueues", str(queues))
        self.ip(
            one, "link", "add", "name", interface, *count, "type", "veth",
            "peer", "name", peer, *count, "netns", self._real(other),
        )  # fmt: skip
        for name, end in ((one, interface), (other, peer)):
            # No router solicitations and the like in between what the tests send.
            self.write(name, f"/proc/sys/net/ipv6/conf/{end}/disable_ipv6", "1")
            if not offloads:
                words = [word for offload in _OFFLOADS for word in (offload, "off")]
                self.run(name, "ethtool", "-K", end, *words)
            self.ip(name, "link", "set", end, "up")

    def ip(self, name: str, *words: str) -> str:
        return _run("ip", "-n", self._real(name), *words)

    def write(self, name: str, path: str, text: str) -> None:
        """Write a file that shows another content in each namespace, if it is there."""
        self.run(name, "sh", "-c", f"test ! -e {path} || echo {text} > {path}")

    def run(self, name: str, *command: str, timeout: float = 60, check: bool = True) -> str:
        """Run a command in a namespace to its end; return what it printed."""
        return _run(*self._inside(name, command), timeout=timeout, check=check)

    def probe(self, name: str, *words: object, timeout: float = 60) -> str:
        """Run a function of probe.py in a namespace."""
        return self.run(name, sys.executable, str(PROBE), *map(str, words), timeout=timeout).strip()

    def record(self, name: str, interface: str, number: int, seconds: float = 15) -> Recorder:
        """Record the frames that come in on an interface from now on, when it is up."""
        words = map(str, ("record", interface, number, seconds))
        return Recorder(self.start(name, sys.executable, str(PROBE), *words))

    def start(self, name: str, *command: str, cwd: Path | None = None) -> Child:
        """Start a command in a namespace; it ends with the namespaces."""
        child = Child(self._inside(name, command), cwd)
        self._children.append(child)
        return child

    def mac(self, name: str, interface: str) -> str:
        return self.run(name, "cat", f"/sys/class/net/{interface}/address").strip()

    def remove(self) -> None:
        for child in self._children:
            child.kill()
        for name in self._names:
            subprocess.run(
                ["ip", "netns", "delete", self._real(name)], capture_output=True, check=False
            )

    def _real(self, name: str) -> str:
        return f"{self._prefix}-{name}"

    def _inside(self, name: str, command: Sequence[str]) -> list[str]:
        return ["ip", "netns", "exec", self._real(name), *command]


@contextmanager
def namespaces() -> Iterator[Namespaces]:
    """Namespaces that are gone after the block, however it ends."""
    made = Namespaces()
    try:
        yield made
    finally:
        made.remove()


def _run(*command: str, timeout: float = 60, check: bool = True) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
    assert done.returncode == 0 or not check, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout
