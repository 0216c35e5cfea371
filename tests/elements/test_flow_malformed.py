"""The elements of flows get malformed packets with no check in front of them, under sanitizers."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path

import pytest

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import compile_config
from pmill.options import CompileOptions
from tests.elements.flow_frames import ETHER, ICMP, OUTSIDE, TCP, UDP, Flow, body, frame, ip
from tests.elements.ip_frames import EXTRA
from tests.traffic.malformed import malformed
from tests.traffic.pcap import write_frames

# What leaves comes back, whole, cut off, and quoted by errors that quote as much or little.
CONFIG = f"""
FromDump(in.pcap, STOP true) -> MarkIPHeader(14) -> t :: Tee(2);
t[0] -> m :: FlowIPManagerIMP(CAPACITY 300, TIMEOUT 1) -> c :: FlowCounter
  -> n :: FlowIPNAT({OUTSIDE}/30, MIN_PORT 1, MAX_PORT 50) -> sent :: Tee(4);
m[1] -> Discard; n[1] -> Discard;
t[1] -> r :: FlowIPNATReverse(n); r[0] -> Discard; r[1] -> Discard;
sent[0] -> RemoteEnd -> back :: Tee(2);
back[0] -> FlowIPNATReverse(n) -> ICMPError(10.0.0.1, unreachable, port) -> [0] m;
back[1] -> Truncate(50) -> MarkIPHeader(14) -> r;
sent[1] -> ICMPError(198.51.100.1, unreachable, port, MTU 57) -> r;
sent[2] -> ICMPError(198.51.100.1, unreachable, port) -> r;
sent[3] -> Discard;
"""


def odd_frames(seed: int, number: int) -> list[bytes]:
    """Packets of a few flows, and of errors about them, cut off or changed anywhere."""
    rng = random.Random(seed)
    frames = []
    for _ in range(number):
        flow = Flow(
            rng.choice([TCP, UDP, ICMP]), f"10.0.0.{rng.randrange(4)}", rng.randrange(60),
            "198.51.100.7", rng.choice([0, 80]),
        )  # fmt: skip
        options = bytes([1] * 4 * rng.choice([0, 0, 0, 1, 10]))
        raw = frame(
            flow, rng.randbytes(rng.randrange(30)), flags=rng.randrange(64), options=options
        )
        if rng.random() < 0.4:
            back = Flow(flow.protocol, "198.51.100.7", 80, OUTSIDE, rng.randrange(60))
            quoted = ip(back, body(back, b""), options=options)[: rng.randrange(60)]
            about = Flow(ICMP, flow.source, 0, flow.destination)
            raw = ETHER + ip(about, bytes([rng.choice([3, 5, 11, 12])]) + bytes(7) + quoted)
        changed = bytearray(raw)
        for _ in range(rng.choice([0, 0, 1, 3])):
            changed[rng.randrange(14, len(changed))] = rng.choice([0, 0x45, 0x4F, 255, 3, 8])
        frames.append(bytes(changed[: rng.choice([len(raw), rng.randrange(len(raw) + 1)])]))
    return frames


@pytest.mark.slow
def test_no_byte_outside_of_a_packet_is_touched(tmp_path: Path) -> None:
    options = CompileOptions(sanitize=("address", "undefined"), include=EXTRA)
    program = compile_config(Source("malformed.click", CONFIG), options, Diagnostics()).program
    write_frames(tmp_path / "in.pcap", malformed(7, 2000) + odd_frames(8, 20_000))
    done = subprocess.run(
        [str(program), "--stats=json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-5000:]
    assert "ERROR: AddressSanitizer" not in done.stderr
    assert "runtime error" not in done.stderr
    elements = json.loads(done.stdout)["elements"]
    for name, counter in (
        ("n", "packets"),
        ("n", "unsupported"),
        ("r", "packets"),
        ("r", "unknown"),
    ):
        assert elements[name]["counters"][counter] > 100
