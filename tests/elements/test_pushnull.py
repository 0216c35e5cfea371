from __future__ import annotations

import pytest

from pmill.diagnostics import Diagnostics
from pmill.elements import ElementLibrary
from tests.elements.conftest import RunElement
from tests.elements.programs import refusal


@pytest.mark.parametrize("level", [0, 3])
def test_packets_pass_unchanged(run_element: RunElement, level: int) -> None:
    packets = [b"", b"\x01", bytes(range(64))]
    result = run_element("PushNull", packets, level=level)
    assert result.out[0] == packets
    assert result.timestamps[0] == [0, 1000, 2000]


def test_it_is_for_push_only() -> None:
    assert ElementLibrary.load([], Diagnostics())["PushNull"].processing == "h"


def test_it_has_no_arguments() -> None:
    assert "PM0402" in refusal("Idle -> PushNull(1) -> Discard;")
