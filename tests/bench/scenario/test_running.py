"""Scenarios run: programs are measured, counted, asked over a control socket, and timed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pmill.bench.scenario.frames import write
from pmill.bench.scenario.model import Traffic
from pmill.traffic.pcap import read_pcap
from tests.conftest import Pmill

SCENARIO = """
title = "Two forwarders"
config = "examples/paper/forwarder.click"
floor = "floor"
measures = ["cycles", "instructions", "size", "compile"]

[traffic]
flows = 64

[[alternative]]
name = "floor"
kind = "by hand"
program = "floor"

[[alternative]]
name = "ours"
kind = "pmill"

[[alternative]]
name = "locked"
kind = "pmill"
include = ["bench/elements"]
edits = { "-> EtherMirror" = "-> Lock -> EtherMirror" }

[[alternative]]
name = "slowed"
kind = "by hand"
program = "forwarder"
spin = 400

[[check]]
value = "work"
of = "slowed"
against = "ours"
at_most = 2
control = true
"""


def test_traffic_is_that_of_a_recipe(tmp_path: Path) -> None:
    devices, mean = write(Traffic(flows=200, size="64"), tmp_path)
    sent = [frame for _, frame in read_pcap(devices.flows)]
    assert {len(frame) for frame in sent} == {64}
    assert mean == 64
    assert len({(f[26:34], f[34:38]) for f in sent}) == len(sent) == 200
    devices, mean = write(Traffic(capture=devices.flows.rename(tmp_path / "c.pcap")), tmp_path)
    assert [frame for _, frame in read_pcap(devices.flows)] == sent
    assert mean == 64


def test_a_peer(pmill: Pmill, tmp_path: Path) -> None:
    """It is pmill in the place of click, and measured beside the floor; all twice as often."""
    text = SCENARIO[: SCENARIO.index("[[check]]")].replace(
        ', "instructions", "size", "compile"', ""
    )
    for name in ("locked", "slowed"):
        start = text.index(f'[[alternative]]\nname = "{name}"')
        text = text[:start] + text[text.find("\n[[", start + 2) + 1 or len(text) :]
    (tmp_path / "s.toml").write_text(f"times = 2\n{text}")
    assert pmill("install-shims", tmp_path / "shims").returncode == 0
    peer = f"--peer=click={tmp_path / 'shims' / 'click'}"
    words = ("bench", "s.toml", "--quick", "--memory=no-huge", "--csv=r.csv", "--json=r.json")
    done = pmill(*words, peer, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    names = [line.split(",")[3] for line in (tmp_path / "r.csv").read_text().splitlines()]
    assert names == ["alternative", "floor", "ours", "click"]
    (read,) = json.loads((tmp_path / "r.json").read_text())
    assert {len(rounds) for rounds in read["cycles"]["no-huge"].values()} == {2 * 3}


@pytest.mark.slow
def test_a_scenario_and_a_peer(pmill: Pmill, tmp_path: Path) -> None:
    """The peer is pmill in the place of click."""
    (tmp_path / "s.toml").write_text(SCENARIO)
    assert pmill("install-shims", tmp_path / "shims").returncode == 0
    words = ("bench", "s.toml", "--quick", "--memory=no-huge", "--json=r.json", "--csv=r.csv")
    peer = f"--peer=click={tmp_path / 'shims' / 'click'}"
    done = pmill(*words, peer, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Two forwarders" in done.stdout
    assert "work of slowed / ours" in done.stdout
    (read,) = json.loads((tmp_path / "r.json").read_text())
    cycles = read["cycles"]["no-huge"]
    assert set(cycles) == {"floor", "ours", "locked", "slowed", "click"}
    assert all(len(rounds) == 3 and min(rounds) > 1 for rounds in cycles.values())
    assert min(cycles["slowed"]) > 400
    counts = read["counts"]
    assert 5 < counts["ours"]["events"]["Ir"] - counts["floor"]["events"]["Ir"] < 100
    assert counts["locked"]["events"]["Ir"] > counts["ours"]["events"]["Ir"]
    assert counts["ours"]["code_bytes"] > 10_000
    assert 0.1 < counts["ours"]["compile_seconds"] < 60
    words = ("bench", "s.toml", "--quick", "--memory=no-huge", "--baseline=r.json")
    done = pmill(*words, "--fail-above=3%", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "pass  s, ours:" in done.stdout
    read["counts"]["ours"]["events"]["Ir"] -= 10
    (tmp_path / "r.json").write_text(json.dumps([read]))
    done = pmill(*words, cwd=tmp_path)
    assert done.returncode == 1
    assert "FAIL  s, ours:" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["paper/ruoter"], "PM0907"),
        (["paper/router", "--rounds=3"], "PM0907"),
        (["paper/router", "--peer=x"], "PM0907"),
        (["paper/router", "--peer=x=/nowhere"], "there is no /nowhere"),
        (["paper/router", "--fail-above=x"], "PM0908"),
        (["paper/router", "--baseline=/nowhere"], "PM0908"),
    ],
)
def test_what_is_wrong_is_told(words: list[str], said: str, pmill: Pmill) -> None:
    done = pmill("bench", *words)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stdout == ""


def test_a_peer_that_fails(pmill: Pmill, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(SCENARIO)
    broken = tmp_path / "click"
    broken.write_text("#!/bin/sh\necho 'no such element' >&2\nexit 3\n")
    broken.chmod(0o755)
    done = pmill("bench", "s.toml", "--quick", f"--peer=x={broken}", cwd=tmp_path)
    assert done.returncode == 1
    assert "PM0903" in done.stderr
    assert "it exited with 3" in done.stderr
    assert "no such element" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["rules", "--csv=x.csv"], "pmill bench rules takes no --csv"),
        (["routes", "--json=x.json"], "pmill bench routes takes no --json"),
        (["--peer=x=/bin/true"], "pmill bench cycles takes no --peer"),
        (["--ablation", "--format=npf"], "takes no --format npf"),
        (["paper", "--figures=x"], "pmill bench paper takes no --figures"),
        (["rules", "routes"], "'rules' is no scenario, and is measured alone"),
        (["paper", "paper/router"], "'paper' is no scenario"),
    ],
)
def test_options_that_would_do_nothing_are_refused(
    words: list[str], said: str, pmill: Pmill
) -> None:
    done = pmill("bench", *words)
    assert (done.returncode, done.stdout) == (1, "")
    assert "PM0907" in done.stderr
    assert said in done.stderr
