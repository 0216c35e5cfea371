"""Malformed packets are dumped, and malformed dumps are read, under sanitizers."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import compile_config
from pmill.options import CompileOptions
from tests.elements.summaries import FIELDS
from tests.traffic.malformed import malformed
from tests.traffic.pcap import write_frames

ALL = " ".join(FIELDS)
WRITE = f"""
FromDump(in.pcap, STOP true) -> MarkIPHeader(14) -> t :: Tee(3);
t[0] -> ToIPSummaryDump(a.txt, FIELDS {ALL}, BAD_PACKETS true) -> Discard;
t[1] -> ToIPSummaryDump(a.bin, FIELDS {ALL}, BAD_PACKETS true, BINARY true) -> Discard;
t[2] -> Strip(20) -> Queue -> ToIPSummaryDump(stripped.txt, FIELDS {ALL}) -> Discard;
"""
# What is random is left out: no two runs would agree.
READ = """
FromIPSummaryDump({0}, CHECKSUM true, IPV6 true, BURST 32, STOP true) -> CheckIPHeader
  -> ToIPSummaryDump({0}.out, FIELDS {1}) -> Discard;
FromIPSummaryDump({0}, ZERO false) -> r :: CheckIPHeader -> Discard; r[1] -> Discard;
"""


def run(folder: Path, text: str, options: CompileOptions) -> str:
    program = compile_config(Source("summary.click", text), options, Diagnostics()).program
    done = subprocess.run(
        [str(program)], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-5000:]
    assert "ERROR: AddressSanitizer" not in done.stderr
    assert "runtime error" not in done.stderr
    return done.stderr


def damaged(rng: random.Random, content: bytes) -> bytes:
    """Change bytes, and cut and repeat parts, behind the line that names the fields."""
    head, mark, rest = content.partition(b"!data ")
    names, newline, rest = rest.partition(b"\n")
    body = bytearray(rest)
    for _ in range(len(body) // 60):
        at = rng.randrange(len(body))
        match rng.randrange(4):
            case 0:
                body[at] = rng.randrange(256)
            case 1:
                del body[at : at + rng.randrange(8)]
            case 2:
                body[at:at] = body[at : at + rng.randrange(20)]
            case _:
                body[at] = rng.choice(b" -.:;,+^{}\"'!\\\n0")
    return head + mark + names + newline + bytes(body)


@pytest.mark.slow
def test_malformed_packets_and_dumps(tmp_path: Path) -> None:
    write_frames(tmp_path / "in.pcap", malformed(23, 2000))
    checked = CompileOptions(sanitize=("address", "undefined"))
    run(tmp_path, WRITE, checked)
    written = {n: (tmp_path / n).read_bytes() for n in ("a.txt", "a.bin", "stripped.txt")}
    assert min(map(len, written.values())) > 100_000
    for level in (0, 3):
        run(tmp_path, WRITE, CompileOptions(level=level))
        assert {n: (tmp_path / n).read_bytes() for n in written} == written

    rng = random.Random("damaged dumps")
    broken = damaged(rng, written["a.txt"]) + rng.randbytes(5000)
    # A binary file ends at the first length that is wrong, so there are several.
    pieces = [damaged(rng, written["a.bin"]) for _ in range(3)]
    for number, content in enumerate([broken, *pieces, rng.randbytes(20_000)]):
        (tmp_path / "broken").write_bytes(content)
        messages = run(tmp_path, READ.format("broken", ALL), checked)
        first = (tmp_path / "broken.out").read_bytes()
        assert "broken:" in messages
        assert number or first.count(b"\n") > 300
        run(tmp_path, READ.format("broken", ALL), CompileOptions(level=0))
        assert (tmp_path / "broken.out").read_bytes() == first
