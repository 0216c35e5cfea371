from __future__ import annotations

from tests.elements.conftest import RunElement
from tests.elements.ip_frames import CHECKED, ether, udp


def test_routes(run_element: RunElement) -> None:
    packets = [bytes(udp(dst=a)) for a in ("10.1.0.1", "10.2.0.1", "10.3.0.1")]
    result = run_element(
        "LookupIPRouteMP(10.1.0.0/16 0, 10.0.0.0/255.0.0.0 10.0.0.1 1, 10.3.0.1 0)",
        [ether(p) for p in packets],
        before=CHECKED,
        outputs=2,
    )
    assert result.out == {0: [packets[0], packets[2]], 1: [packets[1]]}


def test_no_route_is_reported_five_times(run_element: RunElement) -> None:
    result = run_element("LookupIPRouteMP(10.9.0.0/16 0)", [ether(udp())] * 8, before=CHECKED)
    assert result.out[0] == []
    assert result.counters["e.no_route"] == 8
    assert result.stderr.count("LookupIPRouteMP: no route for 10.0.1.2\n") == 5
