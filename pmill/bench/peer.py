"""Measures another program with Click's command line: it is asked how many packets it received.

It polls, so that its lcore is never idle: cycles a packet are the clock's, over what arrived.
"""

from __future__ import annotations

import re
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pmill.bench.contestants import ClickPeer
from pmill.bench.sample import Sample, failure, processor_seconds
from pmill.bench.settings import Devices, Memory, Settings

_START_SECONDS: Final = 60.0
_PAUSE: Final = 0.02
_READ: Final = re.compile(rb"^DATA (\d+)\r?\n", re.MULTILINE)


def measure_peer(
    peer: ClickPeer, settings: Settings, memory: Memory, devices: Devices, tsc_hz: float
) -> Sample:
    """Run a peer and read its counters twice; PM0903 when it fails or receives nothing."""
    with tempfile.TemporaryDirectory(prefix="pmill-peer-") as name:
        address = Path(name) / "control"
        command = peer.command(settings, memory, devices)
        command += ["-u", str(address)]
        with (Path(name) / "said").open("w+") as said:
            try:
                process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT
                )
            except OSError as error:
                raise failure(peer.name, f"{peer.path}: {error.strerror}") from None
            try:
                with _Control(_connected(peer, process, address, Path(name) / "said")) as control:
                    return _between(peer, process, control, settings, tsc_hz)
            except OSError as error:
                raise failure(peer.name, f"it no longer answers: {error}") from None
            finally:
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(5)
                process.kill()
                process.wait()


def _between(
    peer: ClickPeer,
    process: subprocess.Popen[bytes],
    control: _Control,
    settings: Settings,
    tsc_hz: float,
) -> Sample:
    inputs = [n for n in control.names() if control.read(f"{n}.class") == "FromDPDKDevice"]
    if not inputs:
        raise failure(peer.name, "it has no FromDPDKDevice")
    time.sleep(settings.warm_up)
    before, start, ran = control.count(inputs), time.monotonic(), processor_seconds(process.pid)
    time.sleep(settings.seconds)
    after, stop = control.count(inputs), time.monotonic()
    passed, packets = stop - start, after - before
    if packets == 0:
        raise failure(peer.name, "it received nothing")
    share = min(1.0, (processor_seconds(process.pid) - ran) / passed)
    cycles = tsc_hz * passed * share / packets
    return Sample(cycles=cycles, packets=packets, seconds=passed, share=share)


@dataclass(frozen=True, slots=True)
class _Control:
    """A connection to Click's control socket, protocol 1.3."""

    connection: socket.socket

    def __enter__(self) -> _Control:
        self.connection.settimeout(_START_SECONDS)
        self._line()  # its greeting
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def names(self) -> list[str]:
        """Return the names of all elements; the first line is their number."""
        return self.read("list").split("\n")[1:]

    def count(self, elements: list[str]) -> int:
        """Return the packets that elements have seen, together."""
        return sum(int(self.read(f"{name}.count")) for name in elements)

    def read(self, handler: str) -> str:
        """Return what a read handler says; OSError when there is none."""
        self.connection.sendall(f"READ {handler}\n".encode())
        status = self._line()
        while status[3:4] == b"-":  # more lines follow
            status = self._line()
        if not status.startswith(b"200"):
            raise OSError(f"{handler}: {status.decode(errors='replace').strip()}")
        found = _READ.match(self._line() + b"\n")
        if found is None:
            raise OSError(f"{handler}: no data")
        return self._bytes(int(found[1])).decode(errors="replace").strip()

    def _line(self) -> bytes:
        line = b""
        while not line.endswith(b"\n"):
            line += self._bytes(1)
        return line.rstrip(b"\r\n")

    def _bytes(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            more = self.connection.recv(size - len(found))
            if not more:
                raise OSError("the connection was closed")
            found += more
        return found


def _connected(
    peer: ClickPeer, process: subprocess.Popen[bytes], address: Path, said: Path
) -> socket.socket:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            tail = "\n".join(said.read_text(errors="replace").splitlines()[-8:])
            raise failure(peer.name, f"it exited with {process.returncode}:\n{tail}")
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(address))
        except OSError:
            connection.close()
            time.sleep(_PAUSE)
            continue
        return connection
    raise failure(peer.name, "it never opened its control socket")
