from __future__ import annotations

from tests.elements.conftest import RunElement
from tests.elements.ip_frames import ether, patched, ping, tcp, udp, with_checksum

BEFORE = "Strip(14)"
REASONS = (
    "tiny_packet",
    "bad_version",
    "bad_header_length",
    "bad_length",
    "bad_checksum",
    "bad_source",
)


def test_good_packets_pass_and_padding_is_cut(run_element: RunElement) -> None:
    packets = [bytes(p) for p in (udp(), tcp(), ping(), udp(options=[b"\x07\x07\x04\0\0\0\0"]))]
    result = run_element(
        "CheckIPHeader(CHECKSUM true)",
        [ether(p + b"\0" * 9) for p in packets],
        before=BEFORE,
        outputs=2,
    )
    assert result.out == {0: packets, 1: []}
    assert result.counters["e.count"] == len(packets)
    assert result.counters["e.drops"] == 0
    assert "IP header check failed" not in result.stderr


def bad_packets() -> list[bytes]:
    whole = bytes(udp())
    return [
        whole[:19],
        b"",
        with_checksum(patched(whole, 0, 0x65)),
        patched(whole, 0, 0x44),
        patched(whole, 0, 0x40),
        patched(whole, 2, 0, 19),
        patched(whole, 2, 0, len(whole) + 1),
        patched(whole, 0, 0x4F)[:59],
        patched(whole, 10, 0xDE, 0xAD),
        patched(udp(options=[b"\x07\x07\x04\0\0\0\0"]), 22, 8),
        bytes(udp(src="1.2.3.4")),
    ]


def test_every_reason_is_counted(run_element: RunElement) -> None:
    packets = bad_packets()
    result = run_element(
        "CheckIPHeader(BADSRC 1.2.3.4 1.2.3.5, CHECKSUM true)",
        [ether(p) for p in packets],
        before=BEFORE,
        outputs=2,
    )
    assert result.out == {0: [], 1: packets}
    assert [result.counters[f"e.{reason}"] for reason in REASONS] == [2, 1, 2, 3, 2, 1]
    assert result.counters["e.drops"] == len(packets)
    assert result.counters["e.count"] == 0
    # Only the first of them is reported.
    assert result.stderr.count("e: IP header check failed: ") == 1
    assert "e: IP header check failed: tiny packet" in result.stderr


def test_verbose_reports_all_of_them(run_element: RunElement) -> None:
    result = run_element(
        "CheckIPHeader(BADSRC 1.2.3.4, CHECKSUM true, VERBOSE true, DETAILS true)",
        [ether(p) for p in bad_packets()],
        before=BEFORE,
    )
    for reason in (
        "bad IPv4 version",
        "bad IPv4 header length",
        "bad IPv4 length",
        "bad IPv4 checksum",
        "bad source address",
    ):
        assert f"e: IP header check failed: {reason}\n" in result.stderr
    assert result.out[0] == []


def test_interfaces_give_bad_sources_and_good_destinations(run_element: RunElement) -> None:
    bad = ["10.0.0.255", "10.1.255.255", "0.0.0.0", "255.255.255.255", "9.9.9.9"]
    good = ["10.0.0.1", "10.0.0.254", "10.1.0.255", "224.0.0.1"]
    refused = [bytes(udp(src=a)) for a in bad]
    excused = [bytes(udp(src=a, dst=to)) for a in bad for to in ("10.0.0.1", "10.1.0.1", "8.8.8.8")]
    passed = [bytes(udp(src=a)) for a in good]
    result = run_element(
        "CheckIPHeader(INTERFACES 10.0.0.1/24 10.1.0.1/16, BADSRC 9.9.9.9, GOODDST 8.8.8.8)",
        [ether(p) for p in refused + excused + passed],
        before=BEFORE,
        outputs=2,
    )
    assert result.out == {0: excused + passed, 1: refused}


def test_offset_is_positional_and_the_checksum_optional(run_element: RunElement) -> None:
    frame = ether(patched(udp(), 10, 0xDE, 0xAD))
    result = run_element("CheckIPHeader(14)", [frame, frame + b"padding", frame[:33]], outputs=2)
    assert result.out == {0: [frame, frame], 1: [frame[:33]]}


def test_click_checks_the_checksum_by_default(run_element: RunElement) -> None:
    frame = ether(patched(udp(), 10, 0xDE, 0xAD))
    result = run_element("CheckIPHeader(14)", [frame], outputs=2, dialect="click")
    assert result.out == {0: [], 1: [frame]}


def test_run_time_arguments_do_the_same(run_element: RunElement) -> None:
    packets = [*bad_packets(), bytes(udp())]
    result = run_element(
        "CheckIPHeader(BADSRC 1.2.3.4 1.2.3.5, CHECKSUM true)",
        [ether(p) for p in packets],
        before=BEFORE,
        outputs=2,
        level=0,
    )
    assert result.out == {0: packets[-1:], 1: packets[:-1]}
