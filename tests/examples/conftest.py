"""Fixtures for running the examples on generated and captured traffic."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT, Compiled, digest, once, run_pmill
from tests.traffic import malformed, read_pcap, router_mix, write_frames, write_pcap

TRACES = ROOT.parent / "shared" / "traces"
EXAMPLES = ROOT / "examples"
PORTS = 2


@dataclass(frozen=True)
class Result:
    """What a run left: frames by the port that sent them, statistics, messages."""

    sent: tuple[list[bytes], ...]
    stats: dict
    stderr: str


Ran = Callable[..., Result]


@cache
def real(name: str) -> tuple[bytes, ...]:
    """Return the frames of a capture of real traffic; none where it is not present."""
    path = TRACES / f"{name}.pcap"
    return tuple(frame for _, frame in read_pcap(path)) if path.exists() else ()


@cache
def everything(port: int) -> tuple[bytes, ...]:
    """Return all traffic there is: generated, malformed, real and weird."""
    generated = router_mix(1, 3000, port) + malformed(1 + port, 2000)
    return (*generated, *real("real-mix"), *real("weird"))


@cache
def rough(port: int) -> tuple[bytes, ...]:
    """Return what is malformed and weird, and a little of what is not."""
    return (*router_mix(2, 500, port), *malformed(3 + port, 3000), *real("weird"))


@pytest.fixture(scope="session")
def ran(session_directory: Path) -> Ran:
    """Run a configuration on frames given by port: `ran(config, {0: frames}, "-O0")`.

    All ports are on captures, so that all that is sent is seen. The same run is made only once.
    """

    def run_once(
        config: Path,
        inputs: dict[int, Iterable[bytes]],
        *args: str,
        ports: int = PORTS,
        timeout: float = 300,
    ) -> Result:
        inputs = {port: list(frames) for port, frames in inputs.items()}
        contents = [hashlib.sha256(b"\0\xff".join(f)).hexdigest() for f in inputs.values()]
        key = digest(config, ports, *inputs, *contents, *args)
        directory = session_directory / f"run-{key}"
        with once(directory) as missing:
            if missing:
                unfinished = directory.with_suffix(".new")
                unfinished.mkdir(exist_ok=True)
                _run(unfinished, config, inputs, args, ports, timeout)
                unfinished.rename(directory)
        return Result(
            sent=tuple(
                [frame for _, frame in read_pcap(directory / f"out{port}.pcap")]
                for port in range(ports)
            ),
            stats=json.loads((directory / "stats.json").read_text()),
            stderr=(directory / "stderr").read_text(),
        )

    return run_once


def _run(
    directory: Path,
    config: Path,
    inputs: dict[int, list[bytes]],
    args: tuple[str, ...],
    ports: int,
    timeout: float,
) -> None:
    options: list[object] = []
    for port, frames in inputs.items():
        capture = write_frames(directory / f"in{port}.pcap", frames)
        options += ["--pcap", f"{port}={capture}"]
    for port in range(ports):
        options += ["--out", f"{port}={directory / f'out{port}.pcap'}"]
    result = run_pmill("run", config, *args, *options, "--stats=json", timeout=timeout)
    if result.returncode != 0:
        command = " ".join(map(str, ("pmill run", config, *args, *options)))
        pytest.fail(
            f"{command}\nexit status {result.returncode}\n{result.stderr}\n{result.stdout}",
            pytrace=False,
        )
    (directory / "stats.json").write_text(result.stdout)
    (directory / "stderr").write_text(result.stderr)


@pytest.fixture(scope="session")
def sorted_captures(compiled: Compiled, session_directory: Path) -> Callable[..., tuple]:
    """Run examples/capture.click on packets (time, bytes); return what it wrote, and stderr.

    The program is compiled with the names of the example and runs where those files are.
    """

    def run(packets: list[tuple[int, bytes]], *args: str) -> tuple[list, list, str]:
        program = compiled(EXAMPLES / "capture.click", *args)
        directory = session_directory / f"capture-{os.getpid()}-{digest(*args)}"
        directory.mkdir(exist_ok=True)
        write_pcap(directory / "in.pcap", packets)
        result = subprocess.run(
            [program], cwd=directory, capture_output=True, text=True, timeout=300, check=False
        )
        assert result.returncode == 0, result.stderr
        good, rest = directory / "ip.pcap", directory / "rest.pcap"
        return read_pcap(good), read_pcap(rest), result.stderr

    return run
