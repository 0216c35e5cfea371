"""Every structure for routing tables against Python's ipaddress, and handlers that change tables."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import slow

CONSTANT = ("compared", "searched", "direct16", "direct32")
Route = tuple[IPv4Network, str, int]  # a gateway of 0.0.0.0: none
Ask = Callable[..., list[str]]

FAST = ("-O2", "-march=x86-64-v3")
MEMORY = ("-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")


def built(root: Path, folder: Path, flags: Iterable[str]) -> Ask:
    """Compile the table alone; return what asks it."""
    clang = shutil.which("clang++-19") or shutil.which("clang++")
    assert clang is not None
    cflags = subprocess.run(
        ["pkg-config", "--cflags", "libdpdk"], capture_output=True, text=True, check=True
    ).stdout.split()
    program, runtime = folder / "model", root / "runtime"
    parts = ("routes.cc", "huge_array.cc", "text.cc", "arguments.cc")
    sources = [runtime / "src" / name for name in parts]
    command = [clang, "-std=c++20", "-w", *cflags, *flags, "-ffunction-sections"]
    command += ["-Wl,--gc-sections", f"-I{runtime / 'include'}", f"-I{runtime / 'src'}"]
    command += [str(root / "tests/elements/route_model.cc"), *map(str, sources)]
    subprocess.run([*command, "-o", str(program)], check=True)

    def ask(structure: str, routes: Iterable[Route], questions: Iterable[str]) -> list[str]:
        lines = [structure, *(f"route {p},{gw},{out}" for p, gw, out in routes), *questions]
        done = subprocess.run(
            [program],
            input="\n".join(lines),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.splitlines()

    return ask


@pytest.fixture(scope="module", params=[FAST, MEMORY], ids=["fast", "memory"])
def ask(
    request: pytest.FixtureRequest, root: Path, tmp_path_factory: pytest.TempPathFactory
) -> Ask:
    return built(root, tmp_path_factory.mktemp("routes"), request.param)


class Model:
    """A table as a dictionary; of two routes with the same prefix the later one counts."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = {prefix: (gateway, output) for prefix, gateway, output in routes}

    def lookup(self, address: IPv4Address) -> str:
        inside = [p for p in self.routes if address in p]
        if not inside:
            return "-1"
        gateway, output = self.routes[max(inside, key=lambda p: p.prefixlen)]
        return str(output) if gateway == "0.0.0.0" else f"{output} {gateway}"

    def line(self, prefix: IPv4Network) -> str:
        gateway, output = self.routes[prefix]
        return f"{prefix}\t{'-' if gateway == '0.0.0.0' else gateway}\t{output}"

    def table(self) -> str:
        return "".join(f"{self.line(p)};" for p in sorted(self.routes))


# Addresses are near each other, so that prefixes overlap, or anywhere.
ADDRESSES = st.one_of(
    st.integers(0, 0xFFFFFFFF),
    st.integers(0, 0x3FF).map(lambda n: 0x0A0000F0 + n),
    st.sampled_from([0, 0xFFFFFFFF, 0x0A0000FF, 0x0A000100]),
)


def prefix_of(address: int, length: int) -> IPv4Network:
    return IPv4Network((address, length), strict=False)


PREFIXES = st.builds(
    prefix_of, ADDRESSES, st.one_of(st.integers(0, 32), st.sampled_from([0, 8, 24, 25, 31, 32]))
)
ROUTES = st.tuples(PREFIXES, st.sampled_from(["0.0.0.0", "1.2.3.4", "9.9.9.9"]), st.integers(0, 3))


def edges(routes: Iterable[Route]) -> list[int]:
    """The ends of prefixes and their neighbours."""
    found = {0, 0xFFFFFFFF}
    for prefix, _, _ in routes:
        first, last = int(prefix.network_address), int(prefix.broadcast_address)
        found |= {first - 1, first, last, last + 1}
    return sorted(n for n in found if 0 <= n <= 0xFFFFFFFF)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(routes=st.lists(ROUTES, max_size=16), others=st.lists(ADDRESSES, max_size=20))
def test_every_structure_finds_the_longest_prefix(
    ask: Ask, routes: list[Route], others: list[int]
) -> None:
    model = Model(routes)
    unique = [(p, *hop) for p, hop in model.routes.items()]
    addresses = [IPv4Address(n) for n in [*edges(routes), *others]]
    questions = ["table", *(f"lookup {a}" for a in addresses)]
    wanted = [model.table(), *map(model.lookup, addresses)]
    for structure in (*CONSTANT, "changes"):
        assert ask(structure, unique, questions) == wanted, structure


@pytest.mark.parametrize("structure", [*CONSTANT[1:], "changes"])
@pytest.mark.parametrize("size", [slow(17), slow(144), 145, slow(2455)])
def test_larger_tables(ask: Ask, structure: str, size: int) -> None:
    rng = random.Random(size)
    prefixes: dict[IPv4Network, None] = {}
    while len(prefixes) < size:
        length = rng.choice((0, 1, 8, 12, 16, 20, 24, 24, 24, 25, 28, 32))
        near = rng.getrandbits(32) if rng.random() < 0.5 else 0x0A000000 + rng.getrandbits(14)
        prefixes[prefix_of(near, length)] = None
    routes: list[Route] = [
        (p, rng.choice(("0.0.0.0", f"1.1.{rng.randrange(99)}.1")), rng.randrange(4))
        for p in prefixes
    ]
    model = Model(routes)
    addresses = [IPv4Address(n) for n in rng.sample(edges(routes), 30)]
    questions = [f"lookup {a}" for a in addresses]
    assert ask(structure, routes, questions) == [model.lookup(a) for a in addresses]
    assert ask(structure, routes, ["table"]) == [model.table()]


CHANGES = st.one_of(
    st.tuples(st.sampled_from(["add", "set"]), ROUTES),
    st.tuples(st.just("remove"), ROUTES),
    st.tuples(st.just("flush"), st.none()),
)


def changed(model: Model, word: str, route: Route | None) -> tuple[str, str]:
    """Change the model; return the command and its answer."""
    if route is None:
        model.routes.clear()
        return word, "done"
    prefix, gateway, output = route
    there = model.routes.get(prefix)
    if word == "remove":
        text = f"{prefix} {gateway} {output}"
        if there is None or there != (gateway, output):
            return f"remove {text}", f"refused: there is no route '{text}'"
        del model.routes[prefix]
        return f"remove {text}", "done"
    if word == "add" and there is not None:
        line = f"conflict with existing route '{model.line(prefix)}'"
        return f"add {prefix} {gateway} {output}", f"refused: {line}"
    model.routes[prefix] = (gateway, output)
    return f"{word} {prefix} {'-' if gateway == '0.0.0.0' else gateway} {output}", "done"


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    routes=st.lists(ROUTES, max_size=12),
    changes=st.lists(CHANGES, max_size=12),
    again=st.randoms(use_true_random=False),
)
def test_a_table_that_is_changed(
    ask: Ask,
    routes: list[Route],
    changes: list[tuple[str, Route | None]],
    again: random.Random,
) -> None:
    model = Model(routes)
    known = [(p, *hop) for p, hop in model.routes.items()]
    addresses = [IPv4Address(n) for n in edges([*routes, *(r for _, r in changes if r)])]
    questions: list[str] = []
    wanted: list[str] = []
    for word, route in changes:
        # Half of the changes are of routes that are there.
        if route is not None and model.routes and again.random() < 0.5:
            prefix = again.choice(sorted(model.routes))
            route = (prefix, *(model.routes[prefix] if word == "remove" else route[1:]))
        question, answer = changed(model, word, route)
        questions += [question, "table", *(f"lookup {a}" for a in addresses)]
        wanted += [answer, model.table(), *map(model.lookup, addresses)]
    assert ask("changes", known, questions) == wanted


def test_what_a_removed_route_leaves_follows_the_default_route(ask: Ask) -> None:
    default = (IPv4Network("0.0.0.0/0"), "0.0.0.0", 0)
    route = (IPv4Network("10.0.0.0/8"), "0.0.0.0", 1)
    questions = ["remove 10.0.0.0/8", "lookup 10.0.0.1", "set 0.0.0.0/0 2", "lookup 10.0.0.1"]
    answers = ask("changes", [default, route], [*questions, "remove 0/0", "lookup 10.0.0.1"])
    assert answers == ["done", "0", "done", "2", "done", "-1"]


def test_commands_are_done_all_or_none(ask: Ask) -> None:
    routes = [
        (IPv4Network("10.0.0.0/8"), "0.0.0.0", 0),
        (IPv4Network("10.0.0.0/25"), "1.2.3.4", 1),
        (IPv4Network("0.0.0.0/0"), "0.0.0.0", 2),
    ]
    before = Model(routes)
    questions = [
        "table",
        "lookup 10.0.0.1",
        "lookup 10.1.0.1",
        "lookup 10.0.0.129",
        "lookup 1.1.1.1",
    ]
    answers = [before.table(), "1 1.2.3.4", "0", "0", "2"]
    lines = "remove 0/0;set 10.0.0.0/25 3;add 10.1.0.0/24 - 3;remove 10.0.0.0/8 9.9.9.9 0"
    refused = "refused: there is no route '10.0.0.0/8 9.9.9.9 0'"
    assert ask("changes", routes, [f"ctrl {lines}", *questions]) == [refused, *answers]
    lines = "remove 0/0;;set 10.0.0.0/25 3;add 10.1.0.0/24 - 3; remove 10.0.0.0/8"
    after = ["done", "10.0.0.0/25\t-\t3;10.1.0.0/24\t-\t3;", "3", "3", "-1", "-1"]
    assert ask("changes", routes, [f"ctrl {lines}", *questions]) == after


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("add 10.0.0.0/33 0", "'10.0.0.0/33 0' should be 'ADDR/MASK [GATEWAY] OUTPUT'"),
        ("add 10.0.0.0/8", "'10.0.0.0/8' should be 'ADDR/MASK [GATEWAY] OUTPUT'"),
        ("add 10.0.0.0/8 x 0", "'10.0.0.0/8 x 0' should be 'ADDR/MASK [GATEWAY] OUTPUT'"),
        ("set 10.0.0.0/8 1 2 3", "'10.0.0.0/8 1 2 3' should be 'ADDR/MASK [GATEWAY] OUTPUT'"),
        ("set 10.0.0.0/8 -1", "'10.0.0.0/8 -1' should be 'ADDR/MASK [GATEWAY] OUTPUT'"),
        ("set 10.0.0.0/8 4", "bad OUTPUT 4, there are 4"),
        ("remove", "'' should be 'ADDR/MASK [[GATEWAY] OUTPUT]'"),
        ("remove 10.0.0.0/8", "there is no route '10.0.0.0/8'"),
        ("ctrl change 10.0.0.0/8", "'change' should be 'add, set or remove'"),
        ("ctrl add", "'' should be 'ADDR/MASK [GATEWAY] OUTPUT'"),
    ],
)
def test_wrong_commands(ask: Ask, command: str, reason: str) -> None:
    assert ask("changes", [], [command, "table"]) == [f"refused: {reason}", ""]


def test_a_lookup_of_no_address(ask: Ask) -> None:
    assert (
        ask("compared", [], ["lookup x", "lookup 1.2.3", "lookup"]) == ["expected IP address"] * 3
    )
