from __future__ import annotations

from tests.elements.conftest import RunElement
from tests.elements.ip_frames import CHECKED, EXTRA, ether, patched, udp, with_checksum


def packets() -> list[bytes]:
    recorded = bytes((0x07, 0x07, 0x04, 0, 0, 0, 0, 0))
    bad = bytes((0x07, 0x07, 0x03, 0, 0, 0, 0, 0))
    optional = bytes(udp(options=[recorded[:7]]))
    return [
        bytes(udp(ttl=9)),
        bytes(udp(ttl=1)),
        optional,
        with_checksum(patched(optional, 20, *bad)),
        bytes(udp(b"x" * 500)),
    ]


def test_every_output(run_element: RunElement) -> None:
    plain, expired, optional, bad, long = packets()
    result = run_element(
        "IPOutputCombo(7, 10.0.0.1, 400)",
        [ether(p) for p in packets()],
        before=f"{CHECKED} -> Paint(3)",
        outputs=5,
    )
    assert result.out[0][0] == bytes(udp(ttl=8))
    assert result.out[0][1][20:27] == bytes((7, 7, 8, 10, 0, 0, 1))
    assert len(result.out[0]) == 2
    assert result.out[1] == []
    assert result.out[2] == [bad]
    assert result.out[3] == [expired]
    assert result.out[4] == [bytes(udp(b"x" * 500, ttl=63))]
    counters = {
        name: result.counters[f"e.{name}"] for name in ("bad_options", "expired", "too_long")
    }
    assert counters == {"bad_options": 1, "expired": 1, "too_long": 1}
    assert len(plain) < len(optional) < len(long)


def test_painted_packets_are_copied_before_they_change(run_element: RunElement) -> None:
    result = run_element(
        "IPOutputCombo(7, 10.0.0.1, 400)",
        [ether(p) for p in packets()],
        before=f"{CHECKED} -> Paint(7)",
        outputs=5,
    )
    assert result.out[1] == packets()
    assert len(result.out[0]) == 2


def test_own_packets_get_the_address(run_element: RunElement) -> None:
    result = run_element(
        "IPOutputCombo(7, 10.0.0.1, 400)",
        [ether(udp())],
        before=f"{CHECKED} -> ICMPError(1.2.3.4, unreachable)",
        outputs=5,
    )
    assert result.out[0][0][12:16] == bytes((10, 0, 0, 1))


def test_rubbish_is_dropped(run_element: RunElement) -> None:
    result = run_element(
        "IPOutputCombo(7, 10.0.0.1, 400)",
        [ether(b"\x4f" * 30), ether(b"\x45" * 19), ether(b"")],
        before="MarkIPHeader(14)",
        outputs=5,
    )
    assert not any(result.out.values())
    assert result.counters["e.no_header"] == 3


def test_broadcasts_are_dropped(run_element: RunElement) -> None:
    result = run_element(
        "IPOutputCombo(7, 10.0.0.1, 400)",
        [ether(udp(), dst="ff:ff:ff:ff:ff:ff"), ether(udp())],
        before=f"TypeByAddress -> {CHECKED}",
        outputs=5,
        include=EXTRA,
    )
    assert len(result.out[0]) == 1
    assert result.counters["e.broadcasts"] == 1
