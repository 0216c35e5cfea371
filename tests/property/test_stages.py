"""Random configurations with lookups in two steps do the same with and without pmill's passes.

Here packets may go round, and what elements print counts, too.
"""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import analyse, compile_config
from pmill.graph import print_graph, stages_of, verify
from pmill.options import CompileOptions
from pmill.passes import run
from pmill.toolchain import Compiler
from tests.examples.compare import assert_same
from tests.property.nodes import (
    BOOLS,
    FRAMES,
    NODES,
    PAINTS,
    Config,
    common,
    with_outputs,
    written,
)
from tests.traffic import read_pcap, write_frames

EXTRA = (Path(__file__).resolve().parent.parent / "elements" / "extra",)

LOOKUP = written(
    "FarTable(ENTRIES {}, CLAIM 4000000, AT {}, NUMBER {}, NEAR {})",
    st.sampled_from((1, 16, 1000)),
    st.sampled_from((0, 12, 26)),
    BOOLS,
    st.sampled_from((0, 1, 7, 100)),
)
OFF = ((), (), (), ("fuse_regions",), ("outline_cold",), ("drop_dead_metadata", "embed_constants"))
STAGED_NODES = st.one_of(
    NODES,
    with_outputs(LOOKUP, 1, 2, 3),
    with_outputs(LOOKUP, 1, 2),
    with_outputs(written("Print(p{}, 4)", PAINTS), 1),
)


@dataclass(frozen=True)
class Staged(Config):
    """A configuration whose last connection leads back; `back` is where to, -1 nowhere."""

    back: int = -1
    burst: int = 32
    off: tuple[str, ...] = ()  # passes that do not run

    @property
    def text(self) -> str:
        lines = super().text.replace("FromDump(in.pcap)", f"FromDump(in.pcap, BURST {self.burst})")
        if self.back < 0:
            return lines
        # What comes there by this way goes round until a worker ends it.
        lines = lines.replace("rest :: Discard;", "rest :: CheckPaint(2);")
        return lines + f"rest -> n{self.back}; rest[1] -> Discard;\n"


@st.composite
def configs(draw: st.DrawFn) -> Staged:
    nodes = tuple(draw(st.lists(STAGED_NODES, min_size=5, max_size=12)))
    sinks = draw(st.integers(1, 3))
    last = len(nodes) + sinks  # what leads back, or a Discard
    targets = []
    for i, (_, outputs) in enumerate(nodes):
        near = st.integers(i + 1, min(i + 3, last))  # so that packets go through many elements
        targets.append(tuple(draw(near | st.integers(i + 1, last)) for _ in range(outputs)))
    return Staged(
        nodes,
        tuple(targets),
        draw(st.integers(0, 2)),
        sinks,
        back=draw(st.sampled_from((-1, -1, 0, 1, 3))),
        burst=draw(st.sampled_from((2, 7, 32, 100))),
        off=draw(st.sampled_from(OFF)),
    )


@dataclass(frozen=True)
class Outcome:
    """What a program did: frames with their times by sink, every counter, and what was printed."""

    sent: tuple[list[tuple[int, bytes]], ...]
    counters: dict[str, dict[str, int]]
    printed: str
    loops: int


def outcome(config: Staged, folder: Path, level: int, *words: str) -> Outcome:
    folder.mkdir()
    write_frames(folder / "in.pcap", FRAMES)
    options = CompileOptions(level=level, include=EXTRA, disabled=frozenset(config.off))
    program = compile_config(Source("random.click", config.text), options, Diagnostics()).program
    assert program is not None
    done = subprocess.run(
        [program, "--stats=json", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"-O{level}: {done.stderr}"
    stats = json.loads(done.stdout)
    paths = [folder / f"out{i}.pcap" for i in range(config.sinks)]
    return Outcome(
        tuple(read_pcap(path) if path.exists() else [] for path in paths),
        {name: e["counters"] for name, e in stats["elements"].items()},
        done.stderr,
        stats.get("loops", 0),
    )


def compare(config: Staged, folder: Path, *words: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(outcome, config, folder / f"O{n}", n, *words) for n in (0, 3)]
        plain, optimised = (job.result() for job in jobs)
    for sink, (wanted, found) in enumerate(zip(plain.sent, optimised.sent, strict=True)):
        assert_same([f for _, f in wanted], [f for _, f in found], f"sink {sink} of {config}")
    there = {n: c for n, c in plain.counters.items() if n in optimised.counters}
    filled = {n: {"drops": 0} for n in optimised.counters if n not in there}
    assert all(name.startswith("Idle@") for name in filled), config  # in place of what is left out
    assert there | filled == optimised.counters, config
    assert plain.printed == optimised.printed, config
    assert plain.loops == optimised.loops, config


def check(factory: pytest.TempPathFactory, config: Staged, *words: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Compiler, "check", lambda *_: None)
        compare(config, factory.mktemp("staged"), *words)


def is_cut(config: Staged) -> bool:
    graph = analyse(Source("r.click", config.text), CompileOptions(include=EXTRA), Diagnostics())
    return any(c.call == "staged" for c in run(graph, CompileOptions())[-1].graph.connections)


@pytest.mark.slow
@settings(common, max_examples=5)
@given(config=configs().filter(is_cut))
def test_random_stages(tmp_path_factory: pytest.TempPathFactory, config: Staged) -> None:
    check(tmp_path_factory, config)


@pytest.mark.slow
@settings(common, max_examples=60)
@given(config=configs().filter(is_cut))
def test_many_random_stages(tmp_path_factory: pytest.TempPathFactory, config: Staged) -> None:
    check(tmp_path_factory, config)


@settings(common, max_examples=3)
@given(config=configs().filter(is_cut))
def test_a_simulated_clock_is_asked_in_order(
    tmp_path_factory: pytest.TempPathFactory, config: Staged
) -> None:
    timed = replace(config, nodes=(*config.nodes[:-1], ("SetTimestamp", 1)))
    timed = replace(timed, targets=(*timed.targets[:-1], timed.targets[-1][:1]))
    check(tmp_path_factory, timed, "--simtime")


@settings(common, max_examples=150)
@given(config=configs())
def test_stages_are_sound(config: Staged) -> None:
    """Whatever is cut: only what rises is a border, and what is printed reads back the same."""
    graph = analyse(Source("r.click", config.text), CompileOptions(include=EXTRA), Diagnostics())
    for report in run(graph, CompileOptions()):
        assert verify(report.graph) == []
    last = report.graph
    if not any(c.call == "staged" for c in last.connections):
        return
    found = stages_of(last)
    for c in last.connections:
        assert found.rises(c) == (c.call == "staged")
        assert (c.source, c.target) not in last.back_edges or c.call != "staged"
    text = print_graph(last)
    again = analyse(Source("r.click", text), CompileOptions(include=EXTRA), Diagnostics())
    assert stages_of(again).of == found.of
