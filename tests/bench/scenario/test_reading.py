"""Scenarios are read as they are written, and what is wrong with one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmill.bench.scenario.model import ByHand, ByTestpmd, Compiled, Peer, Sweep
from pmill.bench.scenario.reading import find, known, load
from pmill.diagnostics import DiagnosticError

GOOD = """
title = "T"
config = "examples/forwarder.click"
variables = ["BURST=16"]
reference = "testpmd"
floor = "floor"

[traffic]
flows = 7
protocols = "tcp"

[sweep]
over = "size"
values = [64, 128]

[[alternative]]
name = "floor"
kind = "by hand"
program = "floor"
spin = 3

[[alternative]]
name = "testpmd"
kind = "testpmd"
mode = "io"

[[alternative]]
name = "ours"
kind = "pmill"
level = 1
passes_off = ["noalias"]

[[check]]
value = "work"
of = "ours"
against = { testpmd = 1, floor = -0.5 }
at_most = 2
"""


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "s.toml"
    file.write_text(text)
    return file


def test_everything_is_read(tmp_path: Path, examples: Path) -> None:
    s = load(written(tmp_path, GOOD), {"fast": Path("/bin/true")})
    assert (s.name, s.title, s.ports, s.reference, s.floor) == ("s", "T", 1, "testpmd", "floor")
    assert (s.traffic.flows, s.traffic.size, s.traffic.protocols) == (7, "64", "tcp")
    assert s.sweep == Sweep(over="size", values=(64, 128))
    config = examples / "forwarder.click"
    assert s.alternatives == (
        ByHand(name="floor", program="floor", spin=3),
        ByTestpmd(name="testpmd", mode="io"),
        Compiled(
            name="ours",
            config=config,
            level=1,
            passes_off=("noalias",),
            variables=("BURST=16",),
        ),
        Peer(name="fast", path=Path("/bin/true"), config=config, variables=("BURST=16",)),
    )
    (check,) = s.checks
    assert (check.value, check.of, dict(check.against)) == (
        "work",
        "ours",
        {"testpmd": 1, "floor": -0.5},
    )
    assert dict(check.limits) == {"no-huge": 2, "huge": 2}
    assert not check.least
    assert not check.control


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('title = "T"', "", "title is missing"),
        ('title = "T"', "titel = 1", "unknown key 'titel'"),
        ('title = "T"', "title = 1", "title is no str: 1"),
        ('title = "T"', "title = ", "is not TOML"),
        ('reference = "testpmd"', 'reference = "testpms"', "did you mean 'testpmd'?"),
        ("flows = 7", "flows = 0", "flows, not 0"),
        ("flows = 7", "flows = true", "flows is no int: True"),
        ("flows = 7", 'replies = ["1.2.3.4"]', "'1.2.3.4' is no reply"),
        ("flows = 7", "size = 50", "'50' is no size"),
        ('protocols = "tcp"', 'protocols = "sctp"', "'sctp' is no protocol"),
        ('protocols = "tcp"', 'capture = "none.pcap"', "there is no none.pcap"),
        ('over = "size"', 'over = "time"', "size or flows"),
        ("values = [64, 128]", "values = [64, 12]", "'12' is no size"),
        ('kind = "by hand"', 'kind = "by foot"', "kind is 'by foot'"),
        ('name = "floor"', "", "alternative 1: name is missing"),
        ('name = "ours"', 'name = "floor"', "two alternatives are called 'floor'"),
        ('mode = "io"', 'mode = "no"', "testpmd has no mode 'no'"),
        ("level = 1", "level = 4", "level is 4"),
        ("level = 1", 'config = "no.click"', "there is no no.click"),
        ("level = 1", 'edits = { nothing = "" }', "there is no 'nothing' in examples"),
        ("level = 1", "edits = { define = 1 }", "1 is no text"),
        ("at_most = 2", "", "either at_most or at_least"),
        ("at_most = 2", "at_most = { hugh = 1 }", "unknown memory mode 'hugh'"),
        ('of = "ours"', 'of = "our"', "did you mean 'ours'?"),
        ('floor = "floor"', "", "work lies above a floor"),
        ('value = "work"', 'value = "time"', "cycles or work"),
        ('title = "T"', 'title = "T"\nports = 3', "one or two"),
        ('title = "T"', 'title = "T"\ntimes = 0', "times is 0"),
        ('title = "T"', 'title = "T"\nmeasures = ["cycle"]', "did you mean 'cycles'?"),
    ],
)
def test_what_is_wrong_is_told(old: str, new: str, said: str, tmp_path: Path) -> None:
    assert old in GOOD
    with pytest.raises(DiagnosticError) as caught:
        load(written(tmp_path, GOOD.replace(old, new)))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "PM0907"
    assert said in f"{diagnostic.message} {diagnostic.hint}"
    assert "s.toml" in diagnostic.message


def test_no_such_scenario(tmp_path: Path) -> None:
    for name in ("paper/ruoter", str(tmp_path / "no.toml")):
        with pytest.raises(DiagnosticError) as caught:
            find(name)
        assert caught.value.diagnostics[0].code == "PM0907"
    assert "did you mean" in str(caught.value) or "there are" in str(caught.value)


@pytest.mark.parametrize("name", known())
def test_those_that_come_with_pmill(name: str) -> None:
    scenario = load(find(name))
    for check in scenario.checks:
        assert check.limits
    if scenario.checks:
        assert any(check.control for check in scenario.checks), "a check that cannot fail"


def test_the_functions_of_the_paper_are_there() -> None:
    functions = {"forwarder", "router", "router-ids-vlan", "router-nat", "router-workpackage"}
    assert {f"paper/{name}" for name in functions} <= set(known())
