from __future__ import annotations

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether

from tests.elements.conftest import RunElement


@pytest.mark.parametrize("level", [0, 3])
def test_addresses_are_set(run_element: RunElement, level: int) -> None:
    before = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / IP() / UDP()
    after = Ether(src="0a:0b:0c:0d:0e:0f", dst="ff:fe:fd:fc:fb:fa") / IP() / UDP()
    short = [bytes(range(n)) for n in (0, 11)]
    result = run_element(
        "EtherRewrite(SRC 0a:0b:0c:0d:0e:0f, DST FF-FE-FD-FC-FB-FA)",
        [bytes(before), bytes(12), *short],
        level=level,
    )
    assert result.out[0] == [bytes(after), bytes(after)[:12], *short]
