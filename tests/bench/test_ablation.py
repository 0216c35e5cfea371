"""What is made of the measurements of an ablation: tables, verdicts, passes without effect."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pmill.bench.ablation import OFF, Ablation, Subject
from pmill.bench.ablation_report import checks, text
from pmill.bench.comparison import Comparison
from pmill.bench.firewall import firewall
from pmill.bench.sample import Sample
from pmill.bench.targets import (
    FLOOR_TWO,
    ROUTER_BY_HAND,
    ROUTER_OFF,
    ROUTER_VIRTUAL,
    VIRTUAL_CONTROL,
)
from pmill.diagnostics import Diagnostics, Source
from pmill.driver import analyse
from pmill.options import CompileOptions

ROUTER = Subject(
    name="router.click",
    passes=("a", "b"),
    programs={
        OFF: "off",
        "all passes": "on",
        "only a": "only a",
        "only b": "off",
        "without a": "off",
        "without b": "on",
    },
)
# Instructions and cycles a packet: 200 and 60 of them are the floor's.
GOOD = {
    FLOOR_TWO: (200.0, 60.0),
    ROUTER_BY_HAND: (270.0, 80.0),
    ROUTER_VIRTUAL: (480.0, 120.0),
    VIRTUAL_CONTROL: (0.0, 180.0),
    ROUTER_OFF: (550.0, 130.0),
    "off": (600.0, 140.0),
    "only a": (500.0, 120.0),
    "on": (300.0, 90.0),
}


def ablation(values: dict[str, tuple[float, float]]) -> Ablation:
    """Three rounds; in the last one the machine is slower by a tenth."""
    samples = {
        name: tuple(
            Sample(cycles=cycles * slowness, packets=1000, seconds=0.1, share=1.0)
            for slowness in (1, 1, 1.1)
        )
        for name, (_, cycles) in values.items()
    }
    return Ablation(
        subjects=(ROUTER,),
        instructions={name: count for name, (count, _) in values.items()},
        cycles=Comparison(memory="no-huge", samples=samples),
        idle=("b",),
    )


def failed(values: dict[str, tuple[float, float]]) -> list[str]:
    return [check.what for check in checks(ablation(values)) if not check.passed]


def test_all_is_well() -> None:
    assert failed(GOOD) == []


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("on", (401.0, 90.0), ["work of on / off, instructions"]),
        ("on", (300.0, 109.0), ["work of on / off, cycles"]),
        (ROUTER_OFF, (565.0, 130.0), [f"work of {ROUTER_OFF} / {ROUTER_VIRTUAL}, instructions"]),
        (ROUTER_OFF, (550.0, 139.0), [f"work of {ROUTER_OFF} / {ROUTER_VIRTUAL}, cycles"]),
        # Less than the floor: nothing was measured.
        ("on", (300.0, 55.0), ["work of on / off, cycles"]),
        # A control that keeps the limit shows that the check could not fail.
        (VIRTUAL_CONTROL, (0.0, 121.0), [f"work of {VIRTUAL_CONTROL} / {ROUTER_VIRTUAL}, cycles"]),
    ],
)
def test_what_misses_its_target(name: str, value: tuple[float, float], wanted: list[str]) -> None:
    assert failed({**GOOD, name: value}) == wanted


def test_the_table() -> None:
    lines = text(ablation(GOOD)).splitlines()
    assert lines[0] == "router.click: work above the floor, a packet"
    rows = {line[2:34].strip(): line[34:].split() for line in lines[2:8]}
    assert list(rows) == list(ROUTER.programs)
    assert rows["no pass"][:2] == ["400.0", "1.00"]
    assert rows["all passes"] == ["100.0", "0.25", "30.0", "[30.0-33.0]", "0.38"]
    assert rows["without b"][-5:] == ["the", "code", "of", "all", "passes"]
    assert "b: no effect on any example" in lines
    assert sum("  pass  " in line for line in lines) == len(checks(ablation(GOOD)))
    bad = replace(ablation(GOOD), instructions={**ablation(GOOD).instructions, "on": 500.0})
    assert "  FAIL  work of on / off, instructions: 0.75, at most 0.50" in text(bad)


def test_the_firewall_is_a_configuration() -> None:
    diags = Diagnostics()
    graph = analyse(Source("firewall.click", firewall()), CompileOptions(), diags)
    assert not list(diags)
    assert len(graph.elements["rules"].config.split(",")) == 100
    assert firewall() == firewall()
    assert firewall(seed=2) != firewall()
