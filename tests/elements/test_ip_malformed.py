"""All IP elements get malformed packets with no check in front of them, under sanitizers."""

from __future__ import annotations

import subprocess
from pathlib import Path

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import compile_config
from pmill.options import CompileOptions
from tests.traffic.malformed import malformed
from tests.traffic.pcap import write_frames

CONFIG = """
FromDump(in.pcap, STOP true) -> MarkIPHeader(14) -> t :: Tee(14);
t[0] -> IPPrint(p, CONTENTS ascii, PAYLOAD hex, ID true, TTL true, TOS true, LENGTH true,
                PAINT true, AGGREGATE true, ETHER true, VLAN true, OUTFILE lines.txt)
     -> Strip(20) -> IPPrint(stripped, OUTFILE more.txt) -> Discard;
t[1] -> g :: IPGWOptions(10.0.0.1, 10.0.0.2) -> DecIPTTL -> FixIPSrc(10.0.0.1) -> Discard;
g[1] -> ICMPError(10.0.0.1, parameterproblem) -> FixIPSrc(10.0.0.1) -> CheckIPHeader -> Discard;
t[2] -> IPFragmenter(60) -> IPFragmenter(28, HONOR_DF false) -> DecIPTTL -> Discard;
t[3] -> ICMPError(10.0.0.1, redirect, MTU 60) -> IPPrint(e, OUTFILE errors.txt) -> Discard;
t[4] -> Paint(1) -> o :: IPOutputCombo(1, 10.0.0.1, 60) -> Discard;
o[1] -> Discard; o[2] -> Discard; o[3] -> ICMPError(10.0.0.1, timeexceeded) -> Discard;
o[4] -> IPFragmenter(60, false) -> Discard;
t[5] -> i :: IPInputCombo(1, INTERFACES 10.0.0.1/24) -> IPFragmenter(40) -> Discard;
t[6] -> c :: CheckIPHeader(14, CHECKSUM true) -> s :: StaticIPLookup(10.0.0.0/8 0, 0.0.0.0/1 1);
s[0] -> Discard; s[1] -> DropBroadcasts -> Discard;
c[1] -> DecIPTTL -> Discard;
t[7] -> Truncate(30) -> IPGWOptions(10.0.0.1) -> IPFragmenter(20) -> DecIPTTL -> Discard;
t[8] -> p :: ICMPPingResponder -> CheckIPHeader -> UDPIPEncap(10.0.0.1, 1, DST_ANNO, 2)
     -> u :: CheckIPHeader(CHECKSUM true) -> Discard;
p[1] -> UDPIPEncap(10.0.0.1, 1, 10.0.0.2, 2, false) -> u;
t[9] -> Strip(14) -> GetIPAddress(16) -> [0] arp :: ARPQuerier(10.0.0.1/24, 02:00:00:00:00:01,
  CAPACITY 30, ENTRY_CAPACITY 8, ENTRY_PACKET_CAPACITY 7) -> Discard;
t[11] -> tcp :: CheckTCPHeader -> SetTCPChecksum(FIXOFF true) -> SetIPChecksum -> Discard;
tcp[1] -> SetTCPChecksum(true) -> CheckTCPHeader(CHECKSUM false) -> Discard;
t[12] -> udp :: CheckUDPHeader -> SetUDPChecksum -> CheckUDPHeader -> Discard;
udp[1] -> SetUDPChecksum -> CheckUDPHeader(CHECKSUM false) -> Discard;
t[13] -> CheckICMPHeader(VERBOSE true) -> SetIPChecksum -> CheckIPHeader2(14) -> Discard;
t[10] -> [1] arp; arp[1] -> Classifier(12/0806 20/0001) -> Discard;
"""


def test_no_byte_outside_of_a_packet_is_touched(tmp_path: Path) -> None:
    options = CompileOptions(sanitize=("address", "undefined"))
    program = compile_config(Source("malformed.click", CONFIG), options, Diagnostics()).program
    write_frames(tmp_path / "in.pcap", malformed(7, 3000))
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
    assert (tmp_path / "lines.txt").stat().st_size > 10_000
