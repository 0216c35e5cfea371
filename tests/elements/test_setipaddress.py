from __future__ import annotations

import pytest

from tests.elements.conftest import RunElement
from tests.elements.programs import refusal

PACKETS = [b"a" * 60, b""]


@pytest.mark.parametrize(
    ("arguments", "offset", "level"),
    [("1.2.3.4", 0, 3), ("IPADDR 1.2.3.4, ANNO 40", 40, 0), ("1.2.3.4, AGGREGATE", 20, 3)],
)
def test_the_annotation_is_set(
    run_element: RunElement, arguments: str, offset: int, level: int
) -> None:
    result = run_element(
        "Print(MAXLENGTH 0, PRINTANNO true)",
        PACKETS,
        before=f"SetIPAddress({arguments})",
        level=level,
    )
    wanted = bytes(offset) + b"\1\2\3\4" + bytes(44 - offset)
    for line in result.stderr.splitlines():
        assert bytes.fromhex(line.split(" | ")[1]) == wanted
    assert result.out[0] == PACKETS


def test_routing_follows_it(run_element: RunElement) -> None:
    result = run_element(
        "StaticIPLookup(5.0.0.0/8 1, 0.0.0.0/0 0)",
        PACKETS,
        before="SetIPAddress(5.5.5.5)",
        outputs=2,
    )
    assert result.out == {0: [], 1: PACKETS}


def test_wrong_arguments() -> None:
    assert "argument IPADDR is missing" in refusal("Idle -> SetIPAddress -> Discard;")
    assert "IPADDR" in refusal("Idle -> SetIPAddress(10.0.0.256) -> Discard;")
    assert "ANNO" in refusal("Idle -> SetIPAddress(10.0.0.1, PAINT) -> Discard;")
