"""Elements for frames get malformed ones with no check in front of them, under sanitizers."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import compile_config
from pmill.options import CompileOptions
from tests.traffic.malformed import malformed
from tests.traffic.pcap import write_frames

CONFIG = """
FromDump(in.pcap, STOP true) -> r :: RoundRobinSwitch;
r[0] -> h :: HostEtherFilter(02:00:00:00:00:01, true) -> DropBroadcasts -> Discard;
h[1] -> HostEtherFilter(02:00:00:00:00:01, false, false, OFFSET 33) -> Discard;
r[1] -> MarkMACHeader(0, 14) -> Strip(13) -> Align(8, 7) -> Align(8, 0) -> Align(4, 1)
     -> IPPrint(a, ETHER true, CONTENTS hex, PAYLOAD ascii) -> Unstrip(13)
     -> Truncate(17) -> Align(2, 1) -> Unstrip(200) -> Print(b, -1) -> Discard;
r[2] -> GetIPAddress(30) -> MarkIPHeader(14) -> GetIPAddress(IP src, ANNO 4)
     -> GetIPAddress(IP dst, ANNO 8) -> Print(c, PRINTANNO true) -> Discard;
r[3] -> VLANDecap -> VLANEncap(ANNO, 3, NATIVE_VLAN -1) -> VLANDecap(ETHERTYPE 0x0800)
     -> VLANEncap(9, ETHERTYPE 0x88a8) -> s :: StripEtherVLANHeader
     -> EtherVLANEncap(0x0800, 2:0:0:0:0:1, 2:0:0:0:0:2, ANNO) -> StripEtherVLANHeader(-1)
     -> StripEtherVLANHeader -> Unstrip(30) -> Print(d, -1) -> Discard;
s[1] -> StripEtherVLANHeader -> WorkPackage(N 9, R 100, PAYLOAD true) -> Print(e, -1) -> Discard;
r[4] -> Strip(3) -> WorkPackage(N 9, R 100, PAYLOAD true) -> Truncate(5)
     -> WorkPackage(S 0.01, N 9, R 60, W 1) -> Print(f, -1) -> Discard;
"""


@pytest.mark.slow
def test_no_byte_outside_of_a_packet_is_touched(tmp_path: Path) -> None:
    options = CompileOptions(sanitize=("address", "undefined"))
    program = compile_config(Source("malformed.click", CONFIG), options, Diagnostics()).program
    write_frames(tmp_path / "in.pcap", malformed(8, 3000))
    done = subprocess.run(
        [str(program)],
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
    assert len(done.stderr) > 10_000
