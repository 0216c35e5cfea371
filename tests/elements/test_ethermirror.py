from __future__ import annotations

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether

from tests.elements.conftest import RunElement

SHORT = [bytes(range(n)) for n in (0, 1, 11)]


@pytest.mark.parametrize("level", [0, 3])
def test_addresses_are_swapped(run_element: RunElement, level: int) -> None:
    there = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / IP() / UDP() / b"payload"
    back = Ether(src="02:00:00:00:00:02", dst="02:00:00:00:00:01") / IP() / UDP() / b"payload"
    bare = [bytes(range(n)) for n in (12, 13, 14, 15, 16, 17)]
    swapped = [d[6:12] + d[:6] + d[12:] for d in bare]
    result = run_element("EtherMirror", [bytes(there), *bare, *SHORT], level=level)
    assert result.out[0] == [bytes(back), *swapped, *SHORT]
