"""`pmill undead`: what cannot matter is left out, and the rest means the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmill.diagnostics import Diagnostics
from pmill.elements import ElementLibrary
from pmill.graph import verify
from pmill.passes.remove_dead import RemoveDead
from tests.conftest import Pmill
from tests.elements.programs import run_program
from tests.passes.kit import graph_of
from tests.traffic import write_frames

IDLE = ElementLibrary.load([], Diagnostics())["Idle"]


def left(text: str) -> dict[str, list[str]]:
    """What leads where in what is left: `a[1]` to `[0]b`."""
    removal = RemoveDead(idle=IDLE)
    graph = removal.run(graph_of(text))
    assert verify(graph) == []
    assert removal.run(graph) == graph, "a second run changes nothing"
    found: dict[str, list[str]] = {name: [] for name in graph.elements}
    for c in graph.connections:
        target = f"[{c.target.number}]{c.target.element}"
        found[c.source.element].append(f"{c.source.number}{target}")
    return found


@pytest.mark.parametrize(
    "dead",
    [
        "Idle -> x :: Counter -> Discard;",
        "t[1] -> x :: Counter -> Idle;",
        "t[1] -> x :: Counter -> y :: Paint(1) -> Idle;",
        "x :: Null -> y :: Tee -> x; y[1] -> out;",
        "Idle -> x :: Queue -> Unqueue -> out;",
    ],
)
def test_what_is_on_no_way_from_a_source_to_a_sink(dead: str) -> None:
    found = left(f"InfiniteSource -> t :: Tee -> out :: Discard; {dead}")
    assert "x" not in found
    assert "0[0]out" in found["t"]


def test_ports_of_what_stays_are_filled() -> None:
    found = left(
        "s :: InfiniteSource -> t :: Tee -> d :: Discard; t[1] -> x :: Counter -> i :: Idle;"
    )
    assert found == {"s": ["0[0]t"], "t": ["0[0]d", "1[0]Idle@1"], "d": [], "Idle@1": []}
    there = left("s :: InfiniteSource -> t :: Tee -> d :: Discard; t[1] -> i :: Idle;")
    assert there == {"s": ["0[0]t"], "t": ["0[0]d", "1[0]i"], "d": [], "i": []}


def test_an_idle_keeps_only_the_ports_that_are_needed() -> None:
    found = left(
        "s :: InfiniteSource -> MarkIPHeader(0) -> q :: ARPQuerier(10.0.0.1, 1:1:1:1:1:1)"
        " -> d :: Discard; i :: Idle; i[0] -> x :: Counter -> y :: Discard; i[1] -> [1] q;"
    )
    assert found["i"] == ["0[1]q"]
    assert "x" not in found


def test_elements_that_only_pass_packets_on() -> None:
    text = "s :: InfiniteSource -> Null -> PushNull -> Queue -> PullNull -> u :: Unqueue -> Null -> d :: Discard;"
    assert left(text) == {"s": ["0[0]Queue@4"], "Queue@4": ["0[0]u"], "u": ["0[0]d"], "d": []}


@pytest.mark.parametrize(("output", "kept"), [("0", "a"), ("OUTPUT 1", "b")])
def test_a_static_switch_becomes_its_way(output: str, kept: str) -> None:
    text = f"s :: InfiniteSource -> w :: StaticSwitch({output}); w[0] -> a :: Discard; w[1] -> b :: Discard;"
    assert left(text) == {"s": [f"0[0]{kept}"], kept: []}


@pytest.mark.parametrize("output", ["-1", "7"])
def test_a_static_switch_that_drops(output: str) -> None:
    text = f"s :: InfiniteSource -> t :: Tee -> d :: Discard; t[1] -> StaticSwitch({output}) -> x :: Discard;"
    assert left(text) == {"s": ["0[0]t"], "t": ["0[0]d", "1[0]Idle@1"], "d": [], "Idle@1": []}


def test_a_static_pull_switch_becomes_its_way() -> None:
    text = "a :: InfiniteSource -> q :: Queue -> w :: StaticPullSwitch(1); b :: InfiniteSource -> r :: Queue -> [1] w -> d :: Discard;"
    assert left(text) == {"b": ["0[0]r"], "r": ["0[0]d"], "d": []}


@pytest.mark.parametrize("scheduler", ["RoundRobinSched", "PrioSched", "RoundRobinSched(3)"])
def test_inputs_of_schedulers(scheduler: str) -> None:
    text = f"""
    a :: InfiniteSource -> q :: Queue -> s :: {scheduler}; Idle -> [1] s;
    b :: InfiniteSource -> r :: Queue -> [2] s; Idle -> x :: Queue -> [3] s; s -> d :: Discard;"""
    assert left(text) == {
        "a": ["0[0]q"],
        "q": ["0[0]s"],
        "s": ["0[0]d"],
        "b": ["0[0]r"],
        "r": ["0[1]s"],
        "d": [],
    }
    alone = text.replace("b :: InfiniteSource", "b :: Idle")
    assert left(alone) == {"a": ["0[0]q"], "q": ["0[0]d"], "d": []}


def test_inputs_that_a_scheduler_never_pulls_from() -> None:
    text = """
    a :: InfiniteSource -> q :: Queue -> s :: RoundRobinSched(1) -> d :: Discard;
    b :: InfiniteSource -> r :: Queue -> [1] s;"""
    assert left(text) == {"a": ["0[0]q"], "q": ["0[0]d"], "d": []}


@pytest.mark.parametrize(
    "naming",
    [
        "Script(print $(n.class));",
        "DriverManager(wait_stop, print >x n.class);",
        "StaticThreadSched(n 0);",
        "Idle -> c :: Counter(COUNT_CALL 3 c.reset) -> n2 :: Discard; Script(write c.reset, print n.class);",
    ],
)
def test_what_is_named_stays(naming: str) -> None:
    text = f"InfiniteSource -> n :: Null -> Discard; {naming}"
    assert "n" in left(text)
    dead = f"InfiniteSource -> Discard; Idle -> n :: Null -> Discard; {naming}"
    assert "n" in left(dead)


def test_a_name_is_looked_up_where_it_is_written() -> None:
    text = (
        "elementclass A { input -> n :: Null -> m :: Null -> output; Script(print n.class) }"
        "InfiniteSource -> a :: A -> Discard;"
    )
    found = left(text)
    assert "a/n" in found
    assert "a/m" not in found


def test_a_cycle_stays_where_it_closes() -> None:
    text = "s :: InfiniteSource -> n :: Null -> t :: Tee -> m :: Null -> n; t[1] -> d :: Discard;"
    assert left(text) == {
        "s": ["0[0]n"],
        "n": ["0[0]t"],
        "t": ["0[0]m", "1[0]d"],
        "m": ["0[0]n"],
        "d": [],
    }


def test_without_a_source_nothing_matters() -> None:
    assert left("Idle -> Counter -> Discard; m :: Message(hello);") == {"m": []}


TEXT = """\
FromDump(in.pcap) -> s :: StaticSwitch(1);
s [0] -> c :: Counter -> Discard;
s [1] -> Queue -> [0] sched :: RoundRobinSched -> Null -> Unqueue -> t :: Tee -> p :: Paint(3)
    -> ToDump(out.pcap);
t [1] -> Counter -> Idle;
Idle -> [1] sched;
"""
LEFT = """\
FromDump@1 :: FromDump(in.pcap);
Queue@5 :: Queue;
Unqueue@8 :: Unqueue;
t :: Tee;
p :: Paint(3);
ToDump@11 :: ToDump(out.pcap);
Idle@1 :: Idle;

FromDump@1 -> Queue@5
    -> Unqueue@8
    -> t
    -> p
    -> ToDump@11;
t [1] -> Idle@1;
"""


def test_the_command(pmill: Pmill, tmp_path: Path) -> None:
    done = pmill("undead", "-e", TEXT)
    assert (done.returncode, done.stdout, done.stderr) == (0, LEFT, "")
    (tmp_path / "a.click").write_text(TEXT.replace("1);", "$way);"))
    said = pmill("undead", "--verbose", "-o", tmp_path / "b", tmp_path / "a.click", "way=1")
    assert (tmp_path / "b").read_text() == LEFT
    assert said.stderr.startswith("removed 8 elements: s, c, Discard@4, sched, Null@7, ")


def test_what_is_wrong_is_said(pmill: Pmill) -> None:
    done = pmill("undead", "-e", "InfiniteSource -> Nonsense -> Discard")
    assert (done.returncode, done.stdout) == (1, "")
    assert "error[PM0301]" in done.stderr


def test_the_rest_does_the_same(tmp_path: Path) -> None:
    frames = [bytes([n]) * 60 for n in range(40)]
    seen = []
    for text in (TEXT, LEFT):
        write_frames(tmp_path / "in.pcap", frames)
        run = run_program(tmp_path, text)
        seen.append(((tmp_path / "out.pcap").read_bytes(), run.returncode))
    assert seen[0] == seen[1]
    assert len(seen[0][0]) > 40 * 60
