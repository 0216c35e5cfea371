"""Nodes and graphs of random configurations, and how tests compare what programs of them do."""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import compile_config
from pmill.options import CompileOptions
from pmill.toolchain import Compiler
from tests.examples.compare import assert_same
from tests.traffic import malformed, read_pcap, router_mix, without_times, write_frames

ADDRESSES = ("02:00:00:00:00:01", "02:00:00:00:10:00", "ff:ff:ff:ff:ff:ff")
PATTERNS = ("12/0800", "12/0806 20/0001", "0/01%01", "14/45", "30/0a??01", "!12/0800 12/08", "-")
BOOLS = st.sampled_from(("false", "true"))
PAINTS = st.integers(0, 3)
BYTES = st.sampled_from((0, 1, 2, 12, 14, 20, 34, 60, 200))
ANNOTATIONS = st.sampled_from((16, 17, 20, 47))

# An element: how it is written, and how many outputs it is given.
Node = tuple[str, int]


def written(pattern: str, *values: st.SearchStrategy) -> st.SearchStrategy[str]:
    return st.tuples(*values).map(lambda drawn: pattern.format(*drawn))


def with_outputs(text: st.SearchStrategy[str], *counts: int) -> st.SearchStrategy[Node]:
    return st.tuples(text, st.sampled_from(counts))


def classifier(patterns: list[str]) -> Node:
    return f"Classifier({', '.join(patterns)})", len(patterns)


# What is pulled through, between a queue and what pulls.
PULLED = st.one_of(
    written("Paint({}, {})", PAINTS, ANNOTATIONS),
    written("CheckPaint({})", PAINTS),
    written("Strip({})", BYTES),
    written("CheckIPHeader({}, CHECKSUM {})", st.sampled_from((0, 14)), BOOLS),
    st.just("PullTee"),
    st.just("EtherMirror -> Counter -> PullNull"),
    st.just("RoundRobinSched"),
)
QUEUE = "{{ input -> Queue({}) -> {} -> Unqueue({}) -> output }}"
QUEUES = written(QUEUE, st.sampled_from((1, 3, 50, 1000)), PULLED, st.sampled_from((-1, 1, 3)))

# What writes the time of day into packets is left out: no two runs would agree.
NODES: st.SearchStrategy[Node] = st.one_of(
    with_outputs(written("Paint({}, {})", PAINTS, ANNOTATIONS), 1),
    with_outputs(written("CheckPaint({}, {})", PAINTS, ANNOTATIONS), 1, 2),
    with_outputs(written("PaintSwitch({})", ANNOTATIONS), 1, 2, 3),
    st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=3).map(classifier),
    with_outputs(written("Strip({})", BYTES), 1),
    with_outputs(written("Unstrip({})", BYTES), 1),
    with_outputs(written("Truncate({})", BYTES), 1),
    with_outputs(st.just("Tee"), 1, 2, 3),
    with_outputs(written("Switch({})", st.integers(-1, 2)), 1, 2),
    with_outputs(st.just("Counter"), 1),
    with_outputs(st.just("Null"), 1),
    with_outputs(st.just("EtherMirror"), 1),
    with_outputs(written("EtherRewrite({}, {})", *[st.sampled_from(ADDRESSES)] * 2), 1),
    with_outputs(written("EtherEncap(0x0800, {}, {})", *[st.sampled_from(ADDRESSES)] * 2), 1),
    with_outputs(written("MarkIPHeader({})", BYTES), 1),
    with_outputs(written("CheckIPHeader({}, CHECKSUM {})", st.sampled_from((0, 14)), BOOLS), 1, 2),
    with_outputs(written("DecIPTTL(MULTICAST {})", BOOLS), 1, 2),
    with_outputs(written("Check{}Header", st.sampled_from(("TCP", "UDP", "ICMP"))), 1, 2),
    with_outputs(written("Set{}Checksum", st.sampled_from(("IP", "TCP", "UDP"))), 1, 2),
    with_outputs(written("VLANEncap({})", st.sampled_from(("5", "ANNO"))), 1),
    with_outputs(written("SetVLANAnno({})", st.sampled_from((0, 5))), 1),
    with_outputs(written("VLANDecap({})", BOOLS), 1),
    with_outputs(written("PaintTee({}, {})", PAINTS, ANNOTATIONS), 2),
    with_outputs(st.just("DropBroadcasts"), 1),
    with_outputs(st.just("FixIPSrc(10.0.0.1)"), 1),
    with_outputs(st.just("ICMPError(10.0.0.1, timeexceeded)"), 1),
    with_outputs(QUEUES, 1),
    with_outputs(QUEUES, 1),
)


@dataclass(frozen=True)
class Config:
    """A configuration: nodes lead to later nodes only, so that no packet goes round."""

    nodes: tuple[Node, ...]
    targets: tuple[tuple[int, ...], ...]  # by node and output; past the last node: a sink
    first: int  # where packets begin
    sinks: int

    @property
    def text(self) -> str:
        count = len(self.nodes)
        names = [f"n{i}" for i in range(count)]
        names += [f"out{i}" for i in range(self.sinks)] + ["rest"]
        lines = [f"n{i} :: {text};" for i, (text, _) in enumerate(self.nodes)]
        lines += [f"out{i} :: ToDump(out{i}.pcap, SNAPLEN 0);" for i in range(self.sinks)]
        lines += ["rest :: Discard;", f"FromDump(in.pcap) -> {names[self.first]};"]
        for i, row in enumerate(self.targets):
            lines += [f"n{i}[{output}] -> {names[t]};" for output, t in enumerate(row)]
        used = {t for row in self.targets for t in row} | {self.first}
        # Everything must be connected; what nothing leads to is fed by an Idle.
        lines += [f"Idle -> {name};" for i, name in enumerate(names) if i not in used]
        return "\n".join(lines) + "\n"

    def __repr__(self) -> str:
        return f"\n{self.text}"


@st.composite
def configs(draw: st.DrawFn) -> Config:
    nodes = tuple(draw(st.lists(NODES, min_size=5, max_size=12)))
    sinks = draw(st.integers(1, 3))
    last = len(nodes) + sinks  # the Discard
    targets = []
    for i, (_, outputs) in enumerate(nodes):
        near = st.integers(i + 1, min(i + 3, last))  # so that packets go through many elements
        targets.append(tuple(draw(near | st.integers(i + 1, last)) for _ in range(outputs)))
    return Config(nodes, tuple(targets), draw(st.integers(0, 2)), sinks)


FRAMES = [*router_mix(11, 400, 0), *malformed(12, 400)]


@dataclass(frozen=True)
class Outcome:
    """What a program did: frames with their times by sink, and every counter but cycles."""

    sent: tuple[list[tuple[int, bytes]], ...]
    elements: dict


def outcome(config: Config, level: int, folder: Path) -> Outcome:
    folder.mkdir()
    write_frames(folder / "in.pcap", FRAMES)
    options = CompileOptions(level=level)
    program = compile_config(Source("random.click", config.text), options, Diagnostics()).program
    assert program is not None
    done = subprocess.run(
        [program, "--stats=json"],
        cwd=folder,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"-O{level}: {done.stderr}"
    sent = []
    for i in range(config.sinks):
        path = folder / f"out{i}.pcap"
        sent.append(read_pcap(path) if path.exists() else [])
    return Outcome(tuple(sent), json.loads(done.stdout)["elements"])


def compare(config: Config, folder: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(outcome, config, n, folder / f"O{n}") for n in (0, 3)]
        plain, optimised = (job.result() for job in jobs)
    for sink, (wanted, found) in enumerate(zip(plain.sent, optimised.sent, strict=True)):
        frames = ([without_times(f) for _, f in sent] for sent in (wanted, found))
        assert_same(*frames, f"sink {sink} of {config}")
    # What was optimised away counted nothing.
    for name, element in plain.elements.items():
        there = optimised.elements.get(name)
        if there is None:
            assert not any(element["counters"].values()), f"{name} of {config}"
        else:
            assert there["counters"] == element["counters"], f"{name} of {config}"


def check(tmp_path_factory: pytest.TempPathFactory, config: Config) -> None:
    with pytest.MonkeyPatch.context() as patch:
        # That headers were read rightly is proved elsewhere, and takes as long as compiling.
        patch.setattr(Compiler, "check", lambda *_: None)
        compare(config, tmp_path_factory.mktemp("random"))


common = settings(
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),  # making a failure smaller would compile hundreds of programs
)
