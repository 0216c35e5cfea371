"""Handlers on a program's command line: -h, -x, --write."""

from __future__ import annotations

import pytest

from pmill import __version__
from tests.control.programs import ask

LEVELS = pytest.mark.parametrize("level", [0, 3])
TEXT = (
    "src :: InfiniteSource(LIMIT 7, LENGTH 60) -> c :: Counter -> q :: Queue(20)"
    " -> u :: Unqueue -> d :: Discard;\n"
)


@LEVELS
@pytest.mark.parametrize(
    ("handler", "value"),
    [
        ("c.count", "7"),
        ("c.byte_count", "420"),
        ("c.name", "c"),
        ("c.class", "Counter"),
        ("q.config", "20"),
        ("q.capacity", "20"),
        ("src.config", "LIMIT 7, LENGTH 60"),
        ("src.limit", "7"),
        ("src.length", "60"),
        ("src.active", "true"),
        ("src.burst", "1"),
        ("q.ports", "1 input\npush\t-\tc [0]\n1 output\npull\t-\t[0] u"),
        ("c.ports", "1 input\npush~\t-\tsrc [0]\n1 output\npush~\t-\t[0] q"),
        ("version", __version__),
        ("list", "5\nsrc\nc\nq\nu\nd"),
        ("config", TEXT.strip()),
        ("requirements", ""),
    ],
)
def test_values(level: int, handler: str, value: str) -> None:
    done = ask(TEXT, "-h", handler, level=level)
    assert done.returncode == 0
    assert done.stdout == (value + "\n" if value else "")


@LEVELS
def test_the_flat_configuration_reads_back(level: int) -> None:
    text = "require(dpdk); elementclass A { input -> Null -> [0] output }\n" + TEXT.replace(
        "-> q", "-> A -> q"
    )
    flat = ask(text, "-h", "flatconfig", level=level).stdout
    assert flat.startswith("require(dpdk);\n\nsrc :: InfiniteSource(LIMIT 7, LENGTH 60);\n")
    again = ask(flat, "-h", "flatconfig", level=level)
    assert again.stdout == flat
    assert again.counters["d.count"] == 7


@LEVELS
def test_several_have_names(level: int) -> None:
    done = ask(TEXT, "-h", "c.count", "-h", "d.count", level=level)
    assert done.stdout == "c.count:\n7\n\nd.count:\n7\n\n"


@LEVELS
def test_patterns_and_classes(level: int) -> None:
    assert ask(TEXT, "-h", "*.count", level=level).stdout == "".join(
        f"{e}.count:\n7\n\n" for e in ("src", "c", "u", "d")
    )
    assert ask(TEXT, "-h", "Counter.count", level=level).stdout == "c.count:\n7\n\n"


@pytest.mark.parametrize(
    ("handler", "message"),
    [
        ("nobody.count", "no element 'nobody'"),
        ("c.nothing", "no 'c.nothing' handler"),
        ("nothing", "no 'nothing' handler"),
        ("x*.count", "no element matching 'x*'"),
        ("*.nothing", "no '*.nothing' handler"),
        ("c.reset", "'c.reset' is a write handler"),
        ("stop", "'stop' is a write handler"),
    ],
)
def test_what_cannot_be_read(handler: str, message: str) -> None:
    done = ask(TEXT, "-h", handler)
    assert (done.returncode, done.stderr, done.stdout) == (1, f"{message}\n", "")


def test_the_exit_status_is_a_handler() -> None:
    assert ask(TEXT, "-x", "c.count").returncode == 7
    assert ask(TEXT, "-x", "src.active").returncode == 0
    done = ask(TEXT, "-x", "c.class")
    assert (done.returncode, done.stderr) == (1, "exit handler value should be integer\n")


def test_handlers_of_elements_without_packets() -> None:
    done = ask("Idle -> q :: Queue(3) -> Idle;", "-h", "q.capacity")
    assert (done.returncode, done.stdout) == (0, "3\n")
    assert ask("Idle -> q :: Queue(3) -> Idle;", "-x", "q.capacity").returncode == 3


@LEVELS
def test_writes_come_before_the_first_packet(level: int) -> None:
    done = ask(
        TEXT, "--write", "src.limit 3", "--write", "d.reset_counts", level=level, keep=["src.limit"]
    )
    assert done.counters["d.count"] == 3


def test_writes_that_are_refused() -> None:
    done = ask(TEXT, "--write", "src.limit 3")
    assert done.returncode == 1
    assert "'src.limit' was compiled in; rebuild with --keep src.limit" in done.stderr
    done = ask(TEXT, "--write", "src.limit three", keep=["src.limit"])
    assert "'three' is no integer" in done.stderr
    done = ask(TEXT, "--write", "src.burst 0", keep=["src.burst"])
    assert "'0' is not in 1 … 4294967295" in done.stderr
    assert "No element named 'x'" in ask(TEXT, "--write", "x.y 1").stderr


@LEVELS
def test_two_workers_are_added_up(level: int) -> None:
    text = "InfiniteSource(LIMIT 1000) -> c :: Counter -> Discard; InfiniteSource(LIMIT 500) -> c;"
    done = ask(text, "-h", "c.count", level=level, eal=("--lcores", "0@0,1@0,2@1"))
    assert done.stdout == "1500\n"
