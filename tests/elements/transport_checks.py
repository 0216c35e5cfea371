"""What the tests of CheckTCPHeader, CheckUDPHeader and CheckICMPHeader have in common."""

from __future__ import annotations

import random
from collections import Counter

from tests.elements.conftest import RunElement
from tests.elements.ip_frames import ether, patched, ping, tcp, udp
from tests.elements.programs import warnings
from tests.elements.transport import Protocol, fault, packets

MARKED = "Strip(14) -> MarkIPHeader(0)"
REASONS = ("bad_protocol", "bad_length", "fragment", "bad_checksum")


def element(protocol: Protocol, arguments: str = "") -> str:
    return f"Check{protocol.upper()}Header({arguments})"


def check_all_kinds(
    run_element: RunElement, protocol: Protocol, level: int, *, verify: bool = True
) -> None:
    """Send good, changed and cut packets; compare outputs and counters with the model."""
    sent = [*packets(random.Random(5), protocol, 600), b"", b"\x45"]
    result = run_element(
        element(protocol, "" if verify else "CHECKSUM false"),
        [ether(p) for p in sent],
        before=MARKED,
        outputs=2,
        level=level,
    )
    faults = [fault(p, protocol, verify=verify) for p in sent]
    counts = Counter(faults)
    wanted = set(REASONS) - (set() if verify else {"bad_checksum"})
    assert {reason for reason in wanted if counts[reason] < 10} == set(), "the traffic is poor"
    assert counts[None] > 100
    assert result.out[0] == [p for p, f in zip(sent, faults, strict=True) if f is None]
    assert result.out[1] == [p for p, f in zip(sent, faults, strict=True) if f is not None]
    for reason in REASONS:
        assert result.counters[f"e.{reason}"] == counts[reason], reason
    assert result.counters["e.count"] == counts[None]
    assert result.counters["e.drops"] == len(sent) - counts[None]


def check_first_report(run_element: RunElement, protocol: Protocol, reason: str) -> None:
    """Bad packets are dropped where output 1 is not connected, and the first is reported."""
    bad = [patched(p, 28, 0xFF, 0xFF, 0xFF) for p in (tcp(), udp(), ping())]
    result = run_element(element(protocol), [ether(p) for p in bad], before=MARKED)
    assert result.out[0] == []
    assert (result.counters["e.drops"], result.counters["e.bad_protocol"]) == (3, 2)
    assert result.stderr.count("header check failed: ") == 1
    assert f"e: {protocol.upper()} header check failed: {reason}\n" in result.stderr


def check_reason(run_element: RunElement, protocol: Protocol, bad: bytes, reason: str) -> None:
    """VERBOSE reports each bad packet."""
    result = run_element(
        element(protocol, "VERBOSE true, DETAILS true"), [ether(bad)] * 3, before=MARKED
    )
    line = f"e: {protocol.upper()} header check failed: {reason}\n"
    assert result.stderr.count(line) == 3


def check_unmarked(run_element: RunElement, protocol: Protocol, packet: bytes) -> None:
    """Without a marked header nothing is looked at, and pmill warns of that."""
    result = run_element(element(protocol), [packet], outputs=2)
    assert (len(result.out[0]), result.counters["e.bad_protocol"]) == (0, 1)
    told = warnings(f"InfiniteSource -> {element(protocol)} -> Discard;")
    assert len(told) == 1
    assert "PM0635" in told[0]
