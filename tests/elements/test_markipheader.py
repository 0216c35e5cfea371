from __future__ import annotations

from tests.elements.conftest import RunElement
from tests.elements.ip_frames import ether, udp


def test_marks_without_checking(run_element: RunElement) -> None:
    frames = [ether(udp(ttl=9)), ether(udp(ttl=1)), ether(b"\x9f" * 20), ether(b""), b"\0" * 3]
    result = run_element("DecIPTTL", frames, before="MarkIPHeader(14)")
    # scapy's own header and the rubbish lose one hop; without a header there is no TTL.
    assert [data[22] for data in result.out[0]] == [8, 0x9E]
    assert result.counters["e.drops"] == 1
    assert result.counters["e.no_header"] == 2


def test_the_header_is_at_the_front_by_default(run_element: RunElement) -> None:
    result = run_element("DecIPTTL", [ether(udp(ttl=9))], before="Strip(14) -> MarkIPHeader")
    assert result.out[0] == [bytes(udp(ttl=8))]
