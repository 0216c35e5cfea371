from __future__ import annotations

import pytest

from tests.elements.conftest import RunElement
from tests.elements.ip_frames import ether, patched, udp
from tests.elements.test_checkipheader import BEFORE, REASONS, bad_packets

WRONG = patched(udp(), 10, 0xDE, 0xAD)


@pytest.mark.parametrize("dialect", ["fastclick", "click"])
def test_the_checksum_is_not_looked_at(run_element: RunElement, dialect: str) -> None:
    result = run_element("CheckIPHeader2", [ether(WRONG)], before=BEFORE, dialect=dialect)
    assert result.out[0] == [WRONG]


@pytest.mark.parametrize("level", [0, 3])
def test_all_else_is_as_in_checkipheader(run_element: RunElement, level: int) -> None:
    sent = [*bad_packets(), bytes(udp()) + b"padding", WRONG]
    results = [
        run_element(
            f"{name}(BADSRC 1.2.3.4 1.2.3.5, CHECKSUM {verify})",
            [ether(p) for p in sent],
            before=BEFORE,
            outputs=2,
            level=level,
        )
        for verify in ("true", "false")
        for name in ("CheckIPHeader", "CheckIPHeader2")
    ]
    for one, two in (results[:2], results[2:]):
        assert one.out == two.out
        assert [one.counters[f"e.{r}"] for r in REASONS] == [
            two.counters[f"e.{r}"] for r in REASONS
        ]
        assert one.stderr == two.stderr
    assert len(results[1].out[0]) == 1
    assert len(results[3].out[0]) == 3 + 1


def test_a_second_check_only_counts(run_element: RunElement) -> None:
    result = run_element("CheckIPHeader2", [ether(WRONG)], before=f"{BEFORE} -> CheckIPHeader2")
    assert result.out[0] == [WRONG]
    assert result.counters["e.count"] == 1
