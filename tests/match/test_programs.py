"""Compiled programs with many rules do at every level what the rules say, whatever the packets."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from pmill.bench.rulesets import SEEDS, lines, rules, traffic
from pmill.diagnostics import Diagnostics, Source
from pmill.driver import compile_config
from pmill.match.vectors import Rule, bit_vectors
from pmill.options import CompileOptions
from tests.conftest import slow
from tests.elaborate.ippatterns import context, item
from tests.elaborate.test_ippattern_meaning import predicate
from tests.elements.conftest import configuration
from tests.elements.ip_patterns import written
from tests.elements.ip_random_patterns import pattern
from tests.elements.ip_views import packets
from tests.traffic.pcap import read_pcap, write_pcap

OUTPUTS = 4
TABLES = CompileOptions()
OTHERS = (
    CompileOptions(level=0),
    CompileOptions(disabled=frozenset({"choose_matcher"})),
    CompileOptions(disabled=frozenset({"embed_constants"})),
)
SANITIZED = CompileOptions(sanitize=("address", "undefined"))


def compiled(config: str, options: CompileOptions, before: str = "MarkIPHeader(14)") -> Path:
    source = Source("rules.click", configuration(config, before, OUTPUTS))
    program = compile_config(source, options, Diagnostics()).program
    assert program is not None
    return program


def outputs(program: Path, folder: Path, frames: list[bytes]) -> dict[int, list[tuple[int, bytes]]]:
    """Return what leaves on each output, with the numbers of the packets."""
    write_pcap(folder / "in.pcap", list(enumerate(frames)), nanoseconds=True)
    done = subprocess.run(
        [str(program)], cwd=folder, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "runtime error" not in done.stderr
    found = {}
    for n in range(OUTPUTS):
        path = folder / f"out{n}.pcap"
        found[n] = read_pcap(path) if path.exists() else []
        path.unlink(missing_ok=True)
    return found


def report(config: str) -> str:
    source = Source("rules.click", configuration(config, "MarkIPHeader(14)", OUTPUTS))
    graph = compile_config(source, TABLES, Diagnostics(), emit="graph@choose_matcher").data
    assert graph is not None
    return graph.decode()


def hostile(frames: list[bytes], rng: random.Random) -> list[bytes]:
    """Cut some frames, give some options, make some later fragments."""
    found = []
    for frame in frames:
        match rng.randrange(5):
            case 0:
                found.append(frame[: rng.randrange(len(frame))])
            case 1:
                found.append(frame[:14] + b"\x46" + frame[15:34] + b"\x01\x01\x01\0" + frame[34:])
            case 2:
                found.append(
                    frame[:20] + bytes([rng.choice((0, 0x20)), rng.randrange(2)]) + frame[22:]
                )
            case _:
                found.append(frame)
    return found


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("acl", 5),
        ("ipc", 120),
        ("fw", 900),
        *(
            pytest.param(kind, n, marks=pytest.mark.slow)
            for kind in SEEDS
            for n in (5, 120)
            if (kind, n) not in (("acl", 5), ("ipc", 120))
        ),
    ],
)
def test_rule_sets(kind: str, count: int, tmp_path: Path) -> None:
    rng = random.Random(count)
    found = rules(kind, count)
    config = f"IPFilter({', '.join(lines(found))})"
    assert ("VECTORS e" in report(config)) == (count > 5)
    frames = [*hostile(traffic(found, 600), rng), *packets(rng, 200)]
    wanted = outputs(compiled(config, TABLES), tmp_path, frames)
    assert sum(map(len, wanted.values())) > 200
    assert all(wanted.values())
    for options in OTHERS if count == 5 else OTHERS[:1]:
        assert outputs(compiled(config, options), tmp_path, frames) == wanted, options


def small(rng: random.Random, count: int) -> list[str]:
    """Return random patterns that are small products of sets, also together."""
    found: list[str] = []
    rules: list[Rule] = []
    while len(found) < count:
        text = f"({written(pattern(rng), rng)}) and ip id & 7 = {len(found) % 8}"
        what = predicate(item(text), context(text)[1])
        assert what is not None
        if bit_vectors([*rules, (what, 0)]) is not None:
            found.append(text)
            rules.append((what, 0))
    return found


@pytest.mark.parametrize("seed", [slow(0), slow(1)])
def test_random_patterns(seed: int, tmp_path: Path) -> None:
    """Also with overreads reported."""
    rng = random.Random(seed)
    patterns = [f"{rng.randrange(OUTPUTS)} {text}" for text in small(rng, 40)]
    config = f"IPFilter({', '.join(patterns)})"
    assert "VECTORS e" in report(config)
    frames = packets(rng, 600)
    wanted = outputs(compiled(config, TABLES), tmp_path, frames)
    for options in (OTHERS[0], SANITIZED):
        assert outputs(compiled(config, options), tmp_path, frames) == wanted, options


@pytest.mark.parametrize(
    "before",
    [slow(""), "MarkIPHeader(14) -> Strip(34)", slow("Strip(14) -> MarkIPHeader")],
)
def test_headers_that_are_missing_or_stripped(before: str, tmp_path: Path) -> None:
    rng = random.Random(5)
    found = rules("fw", 150)
    config = f"IPFilter(1 ether src host 02:00:00:00:00:01 and udp, {', '.join(lines(found))})"
    frames = [*traffic(found, 200), *packets(rng, 100)]
    wanted = outputs(compiled(config, TABLES, before), tmp_path, frames)
    for options in (OTHERS[0], SANITIZED):
        assert outputs(compiled(config, options, before), tmp_path, frames) == wanted, options


@pytest.mark.slow
def test_a_classifier_of_many_patterns(tmp_path: Path) -> None:
    rng = random.Random(8)
    frames = packets(rng, 300)
    clauses = [
        f"12/0800 {rng.choice(('', '!'))}26/{rng.randbytes(4).hex()}%ff0000ff" for _ in range(40)
    ]
    text = ", ".join(["12/0800 23/06%0f 30/0a000002", "12/0800 23/11", *clauses[:1], "-"])
    many = ", ".join([*clauses, "-"])
    for config, count in ((f"Classifier({text})", 4), (f"Classifier({many})", 41)):
        source = (
            "FromDump(in.pcap, STOP true) -> e :: "
            + config
            + ";"
            + "".join(
                f"e[{n}] -> ToDump(out{n}.pcap, SNAPLEN 0);" if n < 4 else f"e[{n}] -> Discard;"
                for n in range(count)
            )
        )
        found = []
        for options in (TABLES, *OTHERS[:2], SANITIZED):
            program = compile_config(Source("c.click", source), options, Diagnostics()).program
            assert program is not None
            found.append(outputs(program, tmp_path, frames))
        assert all(each == found[0] for each in found)
