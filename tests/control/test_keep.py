"""What stays changeable: because the configuration says so, does so, or the user asks."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from pmill.diagnostics import DiagnosticError, Diagnostics, Source
from pmill.driver import analyse, compile_config
from pmill.elements import ElementLibrary
from pmill.emit import manifest
from pmill.graph import print_graph
from pmill.options import CompileOptions
from pmill.passes import pipeline
from pmill.passes.embed_constants import EmbedConstants
from tests.conftest import Pmill
from tests.control.programs import ask, build
from tests.elements.programs import refusal

LEVELS = pytest.mark.parametrize("level", [0, 3])


def kept(text: str, *asked: str) -> dict[str, frozenset[str]]:
    options = CompileOptions(keep=frozenset(asked))
    graph = analyse(Source("test.click", text), options, Diagnostics())
    return {name: e.kept for name, e in graph.elements.items() if e.kept}


def test_an_argument_is_kept_alone() -> None:
    text = "s :: InfiniteSource(LIMIT !9, BURST 2) -> p :: Paint(!3) -> Discard;"
    assert kept(text) == {"s": {"limit"}, "p": {"color"}}
    assert kept(text, "s.active", "*.tickets") == {
        "s": {"limit", "active", "tickets"},
        "p": {"color"},
    }
    refused = ask(text, "--write", "s.burst 3")
    assert "'s.burst' was compiled in; rebuild with --keep s.burst" in refused.stderr
    assert ask(text, "--write", "s.limit 4", "-h", "s.limit").stdout == "4\n"


def test_a_function_keeps_all_arguments() -> None:
    (members,) = kept("s :: InfiniteSource -> Discard;", "s.data").values()
    assert {"data", "length", "burst", "headroom"} <= members


@pytest.mark.parametrize(
    "element",
    ["Classifier(!12/0800, -)", "IPClassifier(!tcp, -)", 'Print("!ok")', "Print(!ok)"],
)
def test_a_mark_that_is_none(element: str) -> None:
    text = f"InfiniteSource -> MarkIPHeader(14) -> c :: {element} -> Discard;"
    assert kept(text + ("c[1] -> Discard;" if "Classifier" in element else "")) == {}


@pytest.mark.parametrize("value", ["!true", "! true", "!  true"])
def test_forms_of_the_mark(value: str) -> None:
    text = f"InfiniteSource -> DecIPTTL(ACTIVE {value}) -> Discard;"
    assert kept(text) == {"DecIPTTL@2": {"active"}}


def test_what_is_kept_is_printed_and_read_back() -> None:
    text = "s :: InfiniteSource(LIMIT !9) -> d :: Discard;"
    options = CompileOptions(keep=frozenset(("s.active", "s.tickets")))
    graph = EmbedConstants().run(analyse(Source("a", text), options, Diagnostics()))
    again = analyse(Source("a", print_graph(graph)), CompileOptions(), Diagnostics())
    assert again.elements["s"].kept == {"limit", "active", "tickets"}
    assert {n: e.frozen for n, e in again.elements.items()} == {"s": True, "d": True}


def test_what_cannot_be_read_back() -> None:
    text = refusal("s :: InfiniteSource -> d :: Discard; PassInfo(KEPT s.limits d.tickets);")
    assert "PM0311]: PassInfo: there is no argument 's.limits'" in text
    assert "did you mean 's.limit'" in text or "did you mean 's.tickets'" in text
    assert "there is no argument 'd.tickets'" in text


def alone(class_name: str) -> str:
    """A configuration with an element of a class that has writable arguments."""
    given = {
        "SetIPAddress": "10.0.0.1",
        "UDPIPEncap": "10.0.0.1, 1, 10.0.0.2, 2",
        "EtherEncap": "0x0800, 02:00:00:00:00:01, 02:00:00:00:00:02",
        "EtherRewrite": "02:00:00:00:00:01, 02:00:00:00:00:02",
        "HostEtherFilter": "02:00:00:00:00:01",
        "ARPQuerier": "10.0.0.1, 02:00:00:00:00:01",
        "CheckPaint": "1",
        "Paint": "1",
        "PaintTee": "1",
        "EtherVLANEncap": "0x0800, 02:00:00:00:00:01, 02:00:00:00:00:02, 5",
        "Truncate": "60",
        "FromDump": "in.pcap",
        "FromIPSummaryDump": "in.txt",
    }
    spec = LIBRARY[class_name]
    element = f"x :: {class_name}({given.get(class_name, '')})"
    if spec.source:
        return f"{element} -> Discard;"
    if spec.ports.endswith("/0"):
        return f"InfiniteSource -> {element};"
    into = "Queue -> " if spec.processing.startswith("l") else ""
    second = " InfiniteSource -> [1] x;" if spec.ports.startswith("2") else ""
    out = " x[1] -> Discard;" if spec.ports.endswith("/2") else ""
    return f"InfiniteSource -> {into}{element} -> Discard;{second}{out}"


LIBRARY = ElementLibrary.load([], Diagnostics())
WRITABLE = sorted(
    name for name in LIBRARY if any(a.handler and a.handler[1] for a in LIBRARY[name].arguments)
)


@pytest.mark.parametrize("class_name", WRITABLE)
def test_every_writable_argument_alone(class_name: str) -> None:
    """One instance for each argument: in its Args that member alone is no constant."""
    members = [a for a in LIBRARY[class_name].arguments if a.handler and a.handler[1]]
    texts = [re.sub(r"\bx\b", f"x{n}", alone(class_name)) + "\n" for n in range(len(members))]
    options = CompileOptions(
        keep=frozenset(f"x{n}.{arg.handler[0]}" for n, arg in enumerate(members) if arg.handler)
    )
    source = Source("test.click", "".join(texts))
    code = compile_config(source, options, Diagnostics(), emit="cpp").data
    assert code is not None
    found = re.findall(r"decltype\(Element::Args::(\w+)\)", code.decode())
    mixed = len(LIBRARY[class_name].arguments) > 1  # or else all of them are kept
    assert found == [arg.name for arg in members if mixed]
    assert compile_config(source, options, Diagnostics(), emit="llvm").data


ONLY = (EmbedConstants(),)


def test_the_manifest_lists_what_is_for_good() -> None:
    text = "s :: InfiniteSource(LIMIT !9, BURST 2)\n -> p :: Paint(3) -> Discard;"

    def made(level: int = 3) -> dict[str, Any]:
        options = CompileOptions(level=level, keep=frozenset(("s.active",)))
        source = Source("test.click", text)
        graph = pipeline.run(analyse(source, options, Diagnostics()), options, ONLY)[-1].graph
        return manifest(graph)

    told = made()
    constants = {(row["element"], row["argument"]): row for row in told["constants"]}
    changeable = {(row["element"], row["argument"]): row for row in told["changeable"]}
    assert set(changeable) == {("s", "LIMIT"), ("s", "ACTIVE")}
    assert not set(changeable) & set(constants)
    assert changeable["s", "LIMIT"]["value"] == "9"
    paint = constants["p", "COLOR"]
    assert (paint["value"], paint["file"], paint["line"], paint["column"]) == (
        "3", "test.click", 2, 16,
    )  # fmt: skip
    default = constants["p", "ANNO"]
    assert (default["from"], default["file"]) == ("default", "runtime/elements/basic/paint.hh")
    read_only = {row["keep"] for row in told["read_only"]}
    assert {"--keep s.burst", "--keep p.color", "--keep s.data"} <= read_only
    assert not read_only & {"--keep s.limit", "--keep s.active", "--keep s.tickets"}
    assert json.dumps(made()) == json.dumps(told)
    assert made(level=0)["constants"] == made(level=0)["read_only"] == []


def test_what_the_manifest_calls_read_only_is_refused() -> None:
    """And nothing else: the program is asked about every handler that could be written."""
    text = "s :: InfiniteSource(LIMIT !9) -> p :: Truncate(60) -> q :: Queue -> u :: Unqueue -> Discard;"
    report = compile_config(Source("test.click", text), CompileOptions(), Diagnostics()).report
    assert report is not None
    read_only = {row["keep"].removeprefix("--keep ") for row in report["manifest"]["read_only"]}
    for path, value in {
        "s.limit": "1", "s.burst": "1", "s.tickets": "7", "p.nbytes": "3", "q.capacity": "9",
        "u.active": "true", "u.tickets": "7", "s.reset": "",
    }.items():  # fmt: skip
        refused = "was compiled in" in ask(text, "--write", f"{path} {value}").stderr
        assert refused == (path in read_only), path
    assert {"s.burst", "p.nbytes", "q.capacity", "u.active", "u.tickets"} <= read_only


def test_the_manifest_on_the_command_line(pmill: Pmill, tmp_path: Path) -> None:
    (tmp_path / "a.click").write_text("InfiniteSource(LIMIT 3) -> Discard;\n")
    for _ in range(2):  # the second time the program comes from the cache
        done = pmill("compile", "a.click", "-o", "a", "--manifest", "a.json", cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        told = json.loads((tmp_path / "a.json").read_text())
        assert told["configuration"] == "a.click"
        assert {row["value"] for row in told["constants"]} >= {"3", "128"}
        (tmp_path / "a.json").unlink()


def test_a_mark_keeps_a_value() -> None:
    text = "InfiniteSource(LIMIT !9) -> d :: Discard;"
    assert ask(text, "--write", "InfiniteSource@1.limit 4").counters["d.count"] == 4


# The main lcore runs packets, or a worker of its own does.
LCORES = pytest.mark.parametrize(
    "eal", [(), ("--lcores", "0@0,1@1"), ("--lcores", "0@0,1@0,2@1")], ids=["main", "one", "two"]
)


@LCORES
def test_calls_without_a_script(eal: tuple[str, ...]) -> None:
    text = (
        "a :: InfiniteSource(LIMIT 5, END_CALL b.active true) -> Discard;"
        "b :: InfiniteSource(LIMIT 6, ACTIVE false) -> d :: Discard;"
    )
    done = ask(text, eal=eal)
    assert (done.counters["d.count"], done.stderr) == (6, "")


@LCORES
def test_calls_of_whoever_runs_packets(eal: tuple[str, ...]) -> None:
    text = (
        "a :: InfiniteSource(LIMIT 5, END_CALL b.active true) -> Discard;"
        "b :: InfiniteSource(LIMIT 6, ACTIVE false, STOP true) -> d :: Discard;"
        "DriverManager(wait_stop);"
    )
    done = ask(text, eal=eal)
    assert (done.counters["d.count"], done.stderr) == (6, "")


@pytest.mark.parametrize("eal", [(), ("--lcores", "0@0,1@1")], ids=["main", "one"])
def test_simulated_time_with_a_script(eal: tuple[str, ...]) -> None:
    text = "s :: RatedSource(RATE !10) -> c :: Counter -> Discard; Script(wait 0.95s, write s.active false, wait 1s, print $(c.count), stop);"
    done = ask(text, "--simtime", eal=eal)
    assert (done.stdout, done.stderr) == ("10\n", "")


@LEVELS
def test_a_source_that_begins_again_at_its_end(level: int) -> None:
    text = (
        "s :: InfiniteSource(LIMIT 3, END_CALL s.reset)"
        ' -> c :: Counter(COUNT_CALL "10 stop") -> Discard;'
    )
    assert ask(text, level=level).counters["c.count"] == 10


@LEVELS
def test_a_call_keeps_what_it_writes(level: int) -> None:
    text = (
        "a :: InfiniteSource(LIMIT 5, END_CALL b.active true) -> Discard;"
        "b :: InfiniteSource(LIMIT 6, ACTIVE false) -> d :: Discard;"
        "DriverManager(wait 10s, wait_stop);"
    )
    assert ask(text, "--simtime", level=level).counters["d.count"] == 6


@LEVELS
def test_a_count_that_calls(level: int) -> None:
    text = (
        "a :: InfiniteSource(LIMIT 100) -> c :: Counter(COUNT_CALL 10 s.switch 1)"
        " -> s :: Switch(0) -> x :: Counter -> Discard; s[1] -> y :: Counter -> Discard;"
    )
    counters = ask(text, level=level).counters
    # The packet that reaches the number is the first to see what the call did.
    assert (counters["x.count"], counters["y.count"]) == (9, 91)


@LEVELS
def test_a_call_in_a_compound_finds_its_neighbours(level: int) -> None:
    text = (
        "elementclass A { InfiniteSource(LIMIT 3, END_CALL b.active true) -> Discard;"
        " b :: InfiniteSource(LIMIT 2, ACTIVE false) -> output }"
        "A -> d :: Discard; b :: Idle -> Discard; DriverManager(wait 1s);"
    )
    assert ask(text, "--simtime", level=level).counters["d.count"] == 2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("other.reset", "no element 'other'"),
        ("c.nothing", "no 'c.nothing' handler"),
        ("c.count 5", "'c.count' is a read handler"),
        ("nothing", "no 'nothing' handler"),
    ],
)
def test_calls_that_lead_nowhere(call: str, message: str) -> None:
    text = refusal(f"InfiniteSource(END_CALL {call}) -> c :: Counter -> Discard;")
    assert "PM0442" in text
    assert message in text


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("limit", "write ELEMENT.HANDLER"),
        ("x.limit", "there is no element 'x'"),
        ("d.count", "no handler 'count' that changes an argument"),
    ],
)
def test_what_cannot_be_kept(asked: str, message: str) -> None:
    with pytest.raises(DiagnosticError) as error:
        build("InfiniteSource -> d :: Discard;", keep=[asked])
    assert message in str(error.value)


def test_patterns_keep_many() -> None:
    text = "a :: InfiniteSource(LIMIT 5) -> d :: Discard; b :: InfiniteSource(LIMIT 5) -> d;"
    writes = ("--write", "a.limit 1", "--write", "b.limit 2")
    assert ask(text, *writes, keep=["*.limit"]).counters["d.count"] == 3
