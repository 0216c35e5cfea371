from __future__ import annotations

import ipaddress
import random
from pathlib import Path

import pytest

from tests.conftest import slow
from tests.elements.conftest import RunElement
from tests.elements.ip_frames import CHECKED, ether, udp
from tests.elements.programs import run_program

Table = list[tuple[str, str | None, int]]

FEW: Table = [
    ("10.0.0.0/8", None, 0),
    ("10.1.0.0/16", "10.0.0.9", 1),
    ("10.1.2.0/24", None, 2),
    ("10.1.2.3/32", None, 0),
]
SEVERAL: Table = [
    *FEW,
    ("172.16.0.0/12", "10.0.0.1", 1),
    ("192.168.0.0/16", None, 2),
    ("192.168.128.0/17", None, 0),
    ("0.0.0.0/0", "10.0.0.2", 2),
    ("255.0.0.0/8", None, 1),
    ("8.8.8.8/32", None, 1),
]


def many(count: int = 100) -> Table:
    rng = random.Random(5)
    prefixes = {
        ipaddress.ip_network(
            (rng.getrandbits(32), rng.choice((1, 7, 8, 16, 23, 24, 25, 30, 32))), False
        )
        for _ in range(count)
    }
    table: Table = [
        (str(p), rng.choice((None, "10.9.9.9")), rng.randrange(3)) for p in sorted(prefixes)
    ]
    return [*table, ("10.0.0.0/8", None, 0), ("10.1.0.0/16", "10.0.0.9", 1)]


def lookup(table: Table, address: str) -> int | None:
    """The output of the longest matching prefix, of two equal ones the later."""
    best: tuple[int, int] | None = None
    for prefix, _, output in table:
        network = ipaddress.ip_network(prefix)
        if ipaddress.ip_address(address) in network and (
            best is None or network.prefixlen >= best[0]
        ):
            best = (network.prefixlen, output)
    return None if best is None else best[1]


def config(table: Table) -> str:
    routes = (" ".join(filter(None, (prefix, gw, str(out)))) for prefix, gw, out in table)
    return f"StaticIPLookup({', '.join(routes)})"


def destinations(table: Table) -> list[str]:
    """The ends of every prefix, their neighbours, and others."""
    rng = random.Random(6)
    numbers = {rng.getrandbits(32) for _ in range(50)}
    for prefix, _, _ in table:
        network = ipaddress.ip_network(prefix)
        first, last = int(network.network_address), int(network.broadcast_address)
        numbers |= {first, last, first - 1, last + 1}
    return [str(ipaddress.ip_address(n)) for n in sorted(numbers) if 0 <= n < 1 << 32]


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("table", [FEW, SEVERAL, many()], ids=["few", "several", "many"])
def test_the_longest_prefix_counts(run_element: RunElement, table: Table, level: int) -> None:
    packets = {a: bytes(udp(dst=a)) for a in destinations(table)}
    result = run_element(
        config(table),
        [ether(p) for p in packets.values()],
        before=CHECKED,
        outputs=3,
        level=level,
    )
    for output in range(3):
        assert result.out[output] == [p for a, p in packets.items() if lookup(table, a) == output]
    lost = [a for a in packets if lookup(table, a) is None]
    assert result.counters["e.no_route"] == len(lost)
    assert result.stderr.count("StaticIPLookup: no route for ") == min(5, len(lost))


@pytest.mark.slow
@pytest.mark.parametrize("level", [slow(0), 3])
def test_tables_from_files(run_element: RunElement, tmp_path: Path, level: int) -> None:
    """So many routes that there is an entry for each /24, with -O0 as with -O3."""
    table = many(3000)
    (tmp_path / "routes.txt").write_text(
        "".join(f"{prefix} {gateway or '-'} {out}\n" for prefix, gateway, out in table)
    )
    ends = random.Random(7).sample(destinations(table), 400)
    packets = {a: bytes(udp(dst=a)) for a in ends}
    result = run_element(
        f"StaticIPLookup(FILE {tmp_path / 'routes.txt'})",
        [ether(p) for p in packets.values()],
        before=CHECKED,
        outputs=3,
        level=level,
    )
    for output in range(3):
        assert result.out[output] == [p for a, p in packets.items() if lookup(table, a) == output]


def test_handlers_tell_the_table(tmp_path: Path) -> None:
    """Those that change it are only there where somebody writes one."""
    text = """
        DriverManager(print r.table, print r.lookup 10.1.2.9, print f.table, write k.flush,
          write k.add 1.0.0.0/8 0, print k.table, stop);
        Idle -> r :: StaticIPLookup(10.1.2.0/24 0, 10.0.0.0/8 1.2.3.4 0) -> Discard;
        Idle -> k :: RadixIPLookup(10.1.2.0/24 0) -> Discard;
        Idle -> f :: RadixIPLookup(10.1.3.0/24 0) -> Discard;
    """
    told = run_program(tmp_path, text).stdout.decode().partition("{")[0].splitlines()
    tables = [["10.0.0.0/8\t1.2.3.4\t0", "10.1.2.0/24\t-\t0"], ["10.1.3.0/24\t-\t0"]]
    assert told == [*tables[0], "0", *tables[1], "1.0.0.0/8\t-\t0"]
    refused = run_program(tmp_path, text, options=("--write", "f.add 1.0.0.0/8 0"))
    assert "'f.add' was compiled in; rebuild with --keep f.add" in refused.stderr


@pytest.mark.parametrize("level", [0, 3])
def test_gateways_replace_the_destination(run_element: RunElement, level: int) -> None:
    result = run_element(
        "StaticIPLookup(10.0.0.0/8 0, 1.2.3.4 1, 0.0.0.0/0 2)",
        [ether(udp(dst=f"20.0.{n}.1")) for n in range(4)],
        before=f"{CHECKED} -> StaticIPLookup(20.0.0.0/24 10.0.0.1 0, 20.0.1.0/24 1.2.3.4 0, "
        "20.0.2.0/24 0.0.0.0 0, 20.0.3.0/24 - 0)",
        outputs=3,
        level=level,
    )
    assert [len(result.out[n]) for n in range(3)] == [1, 1, 2]


def test_later_routes_replace_earlier_ones(run_element: RunElement) -> None:
    result = run_element(
        "StaticIPLookup(10.0.0.0/8 0, 10.0.0.1/8 1)", [ether(udp())], before=CHECKED, outputs=2
    )
    assert [len(result.out[n]) for n in range(2)] == [0, 1]


@pytest.mark.parametrize("level", [0, 3])
def test_the_gateway_is_the_next_hop(run_element: RunElement, level: int) -> None:
    """Of routes to one output, too, where the default route's gateway is a constant behind it."""
    table: Table = [
        ("10.0.0.0/8", None, 0),
        ("10.1.0.0/16", "10.0.0.9", 0),
        ("0.0.0.0/0", "192.0.2.254", 0),
    ]
    hops = {"10.9.9.9": "10.9.9.9", "10.1.2.3": "10.0.0.9", "8.8.8.8": "192.0.2.254"}
    result = run_element(
        f"{{ input -> {config(table)} -> q :: ARPQuerier(10.0.0.1, 2:0:0:0:0:1) -> output;"
        " Idle -> [1] q; }",
        [ether(bytes(udp(dst=a))) for a in hops],
        before=CHECKED,
        level=level,
    )
    asked = [str(ipaddress.ip_address(frame[38:42])) for frame in result.out[0]]
    assert asked == list(hops.values())
