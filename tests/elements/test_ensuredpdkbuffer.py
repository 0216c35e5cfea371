from __future__ import annotations

import pytest

from pmill.passes.bypass_nulls import BypassNulls
from tests.elements.conftest import RunElement
from tests.passes.kit import after


@pytest.mark.parametrize(("arguments", "level"), [("", 3), ("true", 0), ("FORCE false", 3)])
def test_packets_pass(run_element: RunElement, arguments: str, level: int) -> None:
    packets = [b"", b"x", b"y" * 1500]
    result = run_element(f"EnsureDPDKBuffer({arguments})", packets, level=level)
    assert result.out[0] == packets


def test_it_is_left_out() -> None:
    text = "FromDPDKDevice(0) -> e :: EnsureDPDKBuffer -> ToDPDKDevice(0);"
    assert "e" not in after(text, BypassNulls()).elements
