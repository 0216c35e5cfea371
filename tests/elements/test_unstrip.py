from __future__ import annotations

import pytest

from tests.elements.conftest import RunElement


@pytest.mark.parametrize("level", [0, 3])
def test_it_undoes_strip(run_element: RunElement, level: int) -> None:
    packets = [bytes(range(60)), bytes(range(20))]
    assert run_element("Unstrip(20)", packets, before="Strip(20)", level=level).out[0] == packets


def test_more_than_the_headroom(run_element: RunElement) -> None:
    # The buffer begins 128 bytes before the packet: its bytes move behind to make room.
    (got,) = run_element("Unstrip(500)", [bytes(range(60))]).out[0]
    assert len(got) == 560
    assert got[500:] == bytes(range(60))


@pytest.mark.parametrize("length", [60000, 2**31, 2**32 - 1])
def test_no_room(run_element: RunElement, length: int) -> None:
    result = run_element(f"Unstrip({length})", [bytes(range(60))])
    assert result.out[0] == []
    assert result.counters["e.no_room"] == 1
