from __future__ import annotations

import pytest

from tests.control.programs import ask
from tests.elements.conftest import RunElement
from tests.elements.ip_frames import ether, patched, tcp, udp
from tests.elements.transport_checks import (
    MARKED,
    check_all_kinds,
    check_first_report,
    check_reason,
    check_unmarked,
)

LEVELS = pytest.mark.parametrize("level", [0, 3])


@LEVELS
@pytest.mark.parametrize("verify", [True, False])
def test_packets_of_all_kinds(run_element: RunElement, verify: bool, level: int) -> None:
    check_all_kinds(run_element, "tcp", level, verify=verify)


def test_the_first_bad_packet_is_reported(run_element: RunElement) -> None:
    check_first_report(run_element, "tcp", "bad TCP checksum")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (bytes(udp()), "not TCP"),
        (patched(tcp(), 32, 0x40), "bad packet length"),
        (bytes(tcp())[:-1], "bad packet length"),
        (patched(tcp(), 6, 0x20), "fragment"),
        (patched(tcp(), 36, 0x12, 0x34), "bad TCP checksum"),
    ],
)
def test_verbose_reports_each(run_element: RunElement, bad: bytes, reason: str) -> None:
    check_reason(run_element, "tcp", bad, reason)


def test_unmarked_packets_are_bad(run_element: RunElement) -> None:
    check_unmarked(run_element, "tcp", bytes(tcp()))


def test_a_first_fragment_has_a_header(run_element: RunElement) -> None:
    """Without CHECKSUM it is looked at; of the later ones there is nothing to look at."""
    first, later = patched(tcp(b"x" * 8), 6, 0x20), patched(tcp(b"x" * 8), 7, 1)
    result = run_element(
        "CheckTCPHeader(CHECKSUM false)", [ether(first), ether(later)], before=MARKED, outputs=2
    )
    assert result.out == {0: [first], 1: [later]}


@LEVELS
def test_the_details(level: int) -> None:
    """The handler says how many packets each reason has, in Click's words."""
    data = patched(tcp(b"x"), 36, 1, 2).hex()
    text = (
        f"InfiniteSource(DATA \\<{data}>, LIMIT 3, STOP true) -> i :: CheckIPHeader -> c :: "
        "CheckTCPHeader -> Discard;"
    )
    done = ask(text, "-h", "c.drop_details", level=level)
    assert done.stdout.splitlines()[:4] == [
        "0\tnot TCP",
        "0\tbad packet length",
        "3\tbad TCP checksum",
        "0\tfragment",
    ]
    header = ask(text, "-h", "i.drop_details", level=level).stdout
    assert header.splitlines()[:2] == ["0\ttiny packet", "0\tbad IPv4 version"]


def test_the_details_of_several_workers_are_added() -> None:
    data = patched(tcp(b"x"), 36, 1, 2).hex()
    lines = [
        f"s{n} :: InfiniteSource(DATA \\<{data}>, LIMIT 50) -> i{n} :: CheckIPHeader -> c;"
        for n in range(2)
    ]
    text = "\n".join(
        [
            "c :: CheckTCPHeader -> Discard;",
            *lines,
            "StaticThreadSched(s0 0, s1 1);",
            "DriverManager(wait 0.2s, print $(c.drop_details), stop);",
        ]
    )
    done = ask(text, eal=("--lcores", "0@0,1@0,2@1"))
    assert "100\tbad TCP checksum" in done.stdout
