"""Limits are held, and a control that keeps one fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from pmill.bench.scenario.checks import verdicts
from pmill.bench.scenario.model import Check
from tests.bench.scenario.kit import result, scenario


def verdict(
    of: str, against: Mapping[str, float], limit: float, **more: object
) -> tuple[float, bool]:
    check = Check(of=of, against=against, limits={"no-huge": limit}, **more)  # type: ignore[arg-type]
    (found,) = verdicts(result(scenario(check)))
    return found.found.median, found.passed


@pytest.mark.parametrize(("limit", "kept"), [(0.83, True), (0.81, False)])
def test_cycles_are_divided_within_rounds(limit: float, kept: bool) -> None:
    found, passed = verdict("ours", {"testpmd": 1}, limit, value="cycles")
    assert (found, passed) == (pytest.approx(0.82), kept)


@pytest.mark.parametrize(("limit", "kept"), [(1.2, True), (1.05, False)])
def test_work_lies_above_the_floor(limit: float, kept: bool) -> None:
    found, passed = verdict("ours", {"hand": 1}, limit, value="work")
    assert (found, passed) == (pytest.approx(1.1), kept)


def test_work_is_that_of_stretches_where_all_tell_them() -> None:
    """What disturbed whole runs is not in it."""
    check = Check(value="work", of="ours", against={"hand": 1}, limits={"no-huge": 1.2})
    told = {"floor": 60.0, "hand": 80.0, "ours": 90.0}

    def found(names: set[str]) -> float:
        whole = result(scenario(check))
        (comparison,) = whole.cycles
        samples = {
            name: tuple(replace(s, stretch=told[name] if name in names else None) for s in runs)
            for name, runs in comparison.samples.items()
        }
        (verdict,) = verdicts(replace(whole, cycles=[replace(comparison, samples=samples)]))
        return verdict.found.median

    assert found({"floor", "hand", "ours"}) == pytest.approx(30 / 20)
    assert found({"floor", "hand"}) == pytest.approx(22 / 20)


def test_sums() -> None:
    against = {"hand": 1, "slow": 0.5, "floor": -0.5}
    found, _ = verdict("ours", against, 1, value="cycles")
    assert found == pytest.approx(82 / (80 + 60 - 30))
    found, _ = verdict("slow", {"ours": 2}, 1, value="work")
    assert found == pytest.approx(60 / 44)


def test_a_control_must_miss_the_limit() -> None:
    assert verdict("slow", {"testpmd": 1}, 1.0, value="cycles", control=True)[1]
    assert not verdict("ours", {"testpmd": 1}, 1.0, value="cycles", control=True)[1]


def test_at_least() -> None:
    assert verdict("slow", {"ours": 1}, 2.0, value="work", least=True)[1]
    assert not verdict("slow", {"ours": 1}, 3.0, value="work", least=True)[1]


def test_a_memory_mode_without_a_limit_is_not_checked() -> None:
    check = Check(value="cycles", of="ours", against={"testpmd": 1}, limits={"huge": 1})
    assert verdicts(result(scenario(check))) == []
