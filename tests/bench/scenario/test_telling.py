"""What was measured is told to people, to programs, as figures, and beside what it was before."""

from __future__ import annotations

import csv
import json
import random
import statistics
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from pmill.bench.scenario import baseline, figures, npf
from pmill.bench.scenario.intervals import Estimate
from pmill.bench.scenario.latency import PERCENTILES, percentiles
from pmill.bench.scenario.model import Check, Sweep
from pmill.bench.scenario.report import report
from pmill.bench.scenario.results import write_csv, write_json
from pmill.bench.scenario.text import text
from pmill.diagnostics import DiagnosticError
from tests.bench.scenario.kit import CYCLES, result, scenario

CHECK = Check(value="work", of="ours", against={"hand": 1.0}, limits={"no-huge": 1.05})


def test_text() -> None:
    said = text(result(scenario(CHECK)))
    assert "ours" in said
    # 2 GHz over 82 cycles; 60 bytes and 24 more on the wire
    assert "82.0 [82.0-164.0]   24.39    16.39" in said
    assert "FAIL  no-huge: work of ours / hand: 1.10 [1.10-1.10] (of whole runs 1.10)" in said
    assert "at most 1.05" in said


def test_json_and_csv(tmp_path: Path) -> None:
    found = result(scenario(CHECK))
    write_json(tmp_path / "r.json", [found])
    (read,) = json.loads((tmp_path / "r.json").read_text())
    assert read["cycles"]["no-huge"]["ours"] == [82.0] * 6 + [164.0] * 3
    assert read["counts"]["ours"]["events"] == {"Ir": 70.0}
    assert read["machine"] == {"processor": "P"}
    assert read["made"] == {"ours": "pmill compile"}
    write_csv(tmp_path / "r.csv", [found])
    rows = list(csv.DictReader((tmp_path / "r.csv").read_text().splitlines()))
    assert [row["alternative"] for row in rows] == list(CYCLES)
    assert [float(row["cycles"]) for row in rows] == list(CYCLES.values())
    assert rows[3]["instructions"] == "70.0"


def test_npf() -> None:
    lines = npf.lines([result(scenario())])
    assert "RESULT-OURS-NOHUGE-CYCLES 82.000" in lines
    assert "RESULT-OURS-NOHUGE-PPS 24390244" in lines
    assert "RESULT-OURS-IR 70.0000" in lines
    assert "RESULT-OURS-LAT99 4.000" in lines
    assert all(line.startswith("RESULT-") and len(line.split(" ")) == 2 for line in lines)


def test_report() -> None:
    said = report([result(scenario(CHECK))], [Path("s-bars-no-huge.svg")], "1,024 flows: 9\n")
    assert "![s-bars-no-huge](s-bars-no-huge.svg)" in said
    assert "**FAIL**" in said
    assert "1,024 flows: 9" in said
    assert "| processor | P |" in said


def test_figures(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    made = figures.draw([result(scenario())], tmp_path)
    assert [p.name for p in made] == ["s-bars-no-huge.svg", "s-latency.svg"]
    swept = scenario(sweep=Sweep(over="flows", values=(16, 4096)))
    made += figures.draw([result(swept, at=16), result(swept, at=4096)], tmp_path)
    assert made[2].name == "s-lines-no-huge.svg"
    for path in made:
        assert ET.parse(path).getroot().tag.endswith("svg")
    before = made[0].read_bytes()
    figures.draw([result(scenario())], tmp_path)
    assert made[0].read_bytes() == before


@pytest.mark.parametrize(("now", "kept"), [(70.0, True), (72.0, True), (72.2, False), (60.0, True)])
def test_baseline(now: float, kept: bool, tmp_path: Path) -> None:
    write_json(tmp_path / "b.json", [result(scenario())])
    before = baseline.read(tmp_path / "b.json")
    (change,) = baseline.changes(before, [result(scenario(), instructions=now)])
    most = baseline.share("3%")
    assert (change.percent <= most) == kept
    assert ("FAIL" in baseline.text([change], most)) != kept


@pytest.mark.parametrize("content", ["", "[]", "{}", "[1]", '[{"scenario": "s"}]', "\x00"])
def test_no_baseline(content: str, tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text(content)
    with pytest.raises(DiagnosticError) as caught:
        baseline.read(tmp_path / "b.json")
    assert caught.value.diagnostics[0].code == "PM0908"


@pytest.mark.parametrize("word", ["", "x", "-1", "3 %%"])
def test_no_percentage(word: str) -> None:
    with pytest.raises(DiagnosticError):
        baseline.share(word)


def test_intervals_hold_the_median() -> None:
    """Of a distribution whose median is known: about 95 of 100 intervals."""
    rng = random.Random(3)
    hits = 0
    for _ in range(200):
        found = Estimate.of([rng.gauss(100, 10) for _ in range(15)])
        assert found.least <= found.low <= found.median <= found.high <= found.most
        hits += found.low <= 100 <= found.high
    assert 176 <= hits < 200


def test_percentiles() -> None:
    rng = random.Random(1)
    values = [float(rng.randrange(100, 10_000)) for _ in range(60_000)]
    counts: dict[float, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    latency = percentiles("x", counts)
    assert latency.packets == len(values)
    found = latency.ns
    assert list(found) == list(PERCENTILES)
    cuts = statistics.quantiles(values, n=100)
    for percent in (1, 10, 25, 50, 75, 90, 95, 99):
        assert found[percent] == pytest.approx(cuts[percent - 1], abs=20)
    with pytest.raises(DiagnosticError):
        percentiles("x", {1.0: 10})
