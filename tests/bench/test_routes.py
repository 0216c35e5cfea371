"""Generated routing tables, and the checks of their benchmark."""

from __future__ import annotations

import struct
from collections import Counter
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from pmill.bench.comparison import Comparison
from pmill.bench.route_table import prefixes, write_destinations, write_table
from pmill.bench.routes import MOST, SIZES, checks, configuration, make_tables, title
from pmill.bench.sample import Sample
from pmill.diagnostics import Diagnostics, Source
from pmill.driver import analyse
from pmill.options import CompileOptions


def test_lengths_are_those_of_the_internet() -> None:
    table = prefixes(20_000)
    assert len(set(table)) == 20_000
    assert table == prefixes(20_000)
    lengths = Counter(length for _, length in table)
    assert lengths[24] == pytest.approx(0.613 * 20_000, rel=0.05)
    assert lengths[22] > lengths[23] > lengths[21] > lengths[20] > lengths[19]
    assert 0 < sum(n for length, n in lengths.items() if length > 24) < 200
    for address, length in table:
        network = IPv4Network((address, length))  # raises when there is a host part
        assert not network.is_multicast


def test_destinations_are_in_the_table(tmp_path: Path) -> None:
    table = prefixes(50)
    write_destinations(tmp_path / "d.bin", table)
    addresses = [a for (a,) in struct.iter_unpack(">I", (tmp_path / "d.bin").read_bytes())]
    assert len(addresses) == 1024
    networks = [IPv4Network(p) for p in table]
    assert all(any(IPv4Address(a) in n for n in networks) for a in addresses)
    write_table(tmp_path / "t.txt", table, outputs=2)
    lines = (tmp_path / "t.txt").read_text().splitlines()
    assert len(lines) == 52
    assert {line.split()[2] for line in lines[1:]} == {"0", "1"}


def test_the_programs_are_good(tmp_path: Path, root: Path) -> None:
    make_tables(tmp_path, (1, 40))
    options = CompileOptions(include=(root / "bench" / "elements",))
    diags = Diagnostics()
    for size in (1, 40):
        for destinations in (*MOST, None):
            for element in ("StaticIPLookup", "ListIPLookup"):
                text = configuration(size, destinations, element)
                graph = analyse(Source(str(tmp_path / "x.click"), text), options, diags)
                assert len(graph.elements["r"].outputs) == min(size, 2)
    assert not list(diags)


def comparison(listed: float, random: float, control: float) -> Comparison:
    cycles = {
        title(1, "listed"): 80.0,
        title(1, "random"): 100.0,
        title(SIZES[-1], "listed"): listed,
        title(SIZES[-1], "random"): random,
        "list of 1,000": control,
    }
    samples = {
        name: tuple(Sample(cycles=c, packets=1, seconds=0.1, share=1.0) for _ in range(3))
        for name, c in cycles.items()
    }
    return Comparison(memory="no-huge", samples=samples)


@pytest.mark.parametrize(
    ("cycles", "passed"),
    [
        ((90, 250, 900), [True, True, True]),
        ((101, 250, 900), [False, True, True]),
        ((90, 301, 900), [True, False, True]),
        ((90, 250, 99), [True, True, False]),
    ],
)
def test_limits(cycles: tuple[float, float, float], passed: list[bool]) -> None:
    assert [check.passed for check in checks(comparison(*cycles))] == passed
