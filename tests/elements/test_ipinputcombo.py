from __future__ import annotations

from tests.elements.conftest import RunElement
from tests.elements.ip_frames import ether, patched, udp


def test_paints_strips_and_checks(run_element: RunElement) -> None:
    good = bytes(udp())
    bad = [patched(good, 10, 1, 2), bytes(udp(src="10.0.0.255")), bytes(udp(src="7.7.7.7"))]
    frames = [ether(good + b"padding"), *map(ether, bad), ether(good)[:13]]
    result = run_element(
        "CheckPaint(3)", frames, before="c :: IPInputCombo(3, 7.7.7.7, INTERFACES 10.0.0.1/24)"
    )
    assert result.out == {0: [good]}
    counters = result.counters
    assert counters["c.drops"] == 4
    assert counters["c.bad_checksum"] == 1
    assert counters["c.bad_source"] == 2
    assert counters["c.tiny_packet"] == 1
    assert "c: IP header check failed: bad IPv4 checksum" in result.stderr


def test_sets_the_destination_annotation(run_element: RunElement) -> None:
    packets = [bytes(udp(dst="10.1.0.9")), bytes(udp(dst="10.2.0.9"))]
    result = run_element(
        "StaticIPLookup(10.1.0.0/16 0, 10.2.0.0/16 1)",
        [ether(p) for p in packets],
        before="IPInputCombo(1)",
        outputs=2,
    )
    assert result.out == {0: packets[:1], 1: packets[1:]}
