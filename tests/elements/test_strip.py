from __future__ import annotations

import pytest

from tests.elements.conftest import RunElement


@pytest.mark.parametrize("level", [0, 3])
def test_bytes_are_removed(run_element: RunElement, level: int) -> None:
    packets = [bytes(range(60)), bytes(range(14)), bytes(range(13)), b""]
    result = run_element("Strip(14)", packets, level=level)
    assert result.out[0] == [bytes(range(14, 60)), b"", b"", b""]
