"""Malformed packets are pulled through queues and agnostic elements, under sanitizers."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import compile_config
from pmill.options import CompileOptions
from tests.traffic.malformed import malformed
from tests.traffic.pcap import read_pcap, write_frames

CONFIG = """
FromDump(in.pcap) -> q :: Queue(300) -> copies :: PullTee(2) -> CheckIPHeader(14)
  -> ttl :: DecIPTTL -> Strip(14) -> Unqueue(3) -> Queue -> turns :: RoundRobinSched
  -> EtherMirror -> ToDump(out.pcap, SNAPLEN 0);
q[1] -> Discard; copies[1] -> Discard; ttl[1] -> ICMPError(10.0.0.1, timeexceeded) -> Discard;
FromDump(in.pcap) -> [1] turns;
"""


def output(folder: Path, options: CompileOptions) -> list[tuple[int, bytes]]:
    program = compile_config(Source("pulled.click", CONFIG), options, Diagnostics()).program
    done = subprocess.run(
        [str(program)], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-5000:]
    assert "ERROR: AddressSanitizer" not in done.stderr
    assert "runtime error" not in done.stderr
    return read_pcap(folder / "out.pcap")


@pytest.mark.slow
def test_no_byte_outside_of_a_packet_is_touched(tmp_path: Path) -> None:
    write_frames(tmp_path / "in.pcap", malformed(17, 2000))
    sanitized = output(tmp_path, CompileOptions(sanitize=("address", "undefined")))
    assert len(sanitized) > 2000
    for level in (0, 3):
        assert output(tmp_path, CompileOptions(level=level)) == sanitized
