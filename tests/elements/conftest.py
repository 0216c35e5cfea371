"""`run_element`: packets in, packets out, of one element in a compiled program."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import compile_config
from pmill.options import CompileOptions
from tests.traffic.pcap import read_pcap, write_pcap

RunElement = Callable[..., "Result"]


@dataclass(frozen=True)
class Result:
    """What came out: bytes and timestamps (ns) by output, counters as `e.drops`, messages."""

    out: dict[int, list[bytes]]
    timestamps: dict[int, list[int]]
    counters: dict[str, int]
    stats: dict[str, object]
    stderr: str
    returncode: int


def configuration(config: str, before: str, outputs: int) -> str:
    """The program of a test: a capture, what prepares packets, the element, captures."""
    chain = f"FromDump(in.pcap, STOP true) -> {before + ' -> ' if before else ''}e :: {config};"
    sinks = [f"e[{i}] -> ToDump(out{i}.pcap, SNAPLEN 0);" for i in range(outputs)]
    return "\n".join([chain, *sinks]) + "\n"


@pytest.fixture
def run_element(tmp_path: Path) -> RunElement:
    """Send packets through an element; see `Result`.

    The files have fixed names in a folder of the test's own, so that an unchanged program comes
    from the cache. `args` are variables of the configuration; `level` is the -O level; a packet
    may be a pair (timestamp in ns, bytes).
    """

    def run(
        config: str,
        packets: list[bytes] | list[tuple[int, bytes]],
        *,
        before: str = "",
        outputs: int | None = None,
        args: dict[str, str] | None = None,
        level: int = 3,
        dialect: str = "fastclick",
        include: tuple[Path, ...] = (),
        expect_failure: bool = False,
    ) -> Result:
        count = 1 if outputs is None else outputs
        source = Source("element.click", configuration(config, before, count))
        options = CompileOptions(
            level=level, variables=args or {}, dialect=dialect, include=include
        )
        diags = Diagnostics()
        program = compile_config(source, options, diags).program
        timed = [p if isinstance(p, tuple) else (i * 1000, p) for i, p in enumerate(packets)]
        write_pcap(tmp_path / "in.pcap", timed, nanoseconds=True)
        done = subprocess.run(
            [str(program), "--stats=json"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=60,
            check=False,
        )
        if not expect_failure:
            assert done.returncode == 0, done.stderr
        return _result(tmp_path, count, done)

    return run


def _result(folder: Path, outputs: int, done: subprocess.CompletedProcess[str]) -> Result:
    captures = {
        i: read_pcap(path) if (path := folder / f"out{i}.pcap").exists() else []
        for i in range(outputs)
    }
    stats = json.loads(done.stdout) if done.returncode == 0 else {"elements": {}}
    counters = {
        f"{name}.{counter}": value
        for name, element in stats["elements"].items()
        for counter, value in element["counters"].items()
    }
    return Result(
        out={i: [data for _, data in packets] for i, packets in captures.items()},
        timestamps={i: [ns for ns, _ in packets] for i, packets in captures.items()},
        counters=counters,
        stats=stats,
        stderr=done.stderr,
        returncode=done.returncode,
    )
