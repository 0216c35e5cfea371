"""What per-packet code must not do: each contract is broken by an element, and told where."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import compile_config
from pmill.llvm.contracts import Contracts, table
from pmill.llvm.ir import Module
from pmill.options import CompileOptions
from tests.conftest import ROOT, run_pmill
from tests.llvm.elements import CONFIG, compiled, refused, write_own

pytestmark = pytest.mark.xdist_group("contracts")  # all share a folder, and what is made for it

EXAMPLES = sorted((ROOT / "examples").glob("*.click"))

BROKEN = {
    "indirect call": {"body": "self.state.hook(packet.length());", "state": "void (*hook)(int);"},
    "allocation": {
        "body": "self.state.text = new int(static_cast<int>(packet.length()));",
        "state": "int *volatile text;",
    },
    "lock": {
        "body": "rte_spinlock_lock(&self.state.lock); ++self.state.seen;"
        " rte_spinlock_unlock(&self.state.lock);",
        "includes": "#include <rte_spinlock.h>",
        "state": "rte_spinlock_t lock = RTE_SPINLOCK_INITIALIZER;",
    },
    "atomic": {
        "body": "self.state.sum.fetch_add(packet.length());",
        "includes": "#include <atomic>",
        "state": "std::atomic<unsigned> sum;",
    },
    "copy of unknown size": {
        "body": "std::memcpy(self.state.seen_bytes, packet.data(), packet.length());",
        "state": "std::uint8_t seen_bytes[4096];",
    },
    "stack": {
        "body": 'unsigned t[2000]; asm volatile("" : : "r"(t) : "memory");'
        " self.state.seen.value += t[packet.data()[0]];",
    },
}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of elements; one for all tests, because headers are precompiled for each."""
    return tmp_path_factory.mktemp("own") / "own"


@pytest.mark.parametrize("contract", BROKEN)
def test_an_element_that_breaks_a_contract_is_refused(contract: str, own: Path) -> None:
    folder = write_own(own, **BROKEN[contract])
    (told,) = refused(folder).diagnostics
    assert (told.code, told.severity) == ("PM0620", "error")
    assert str(told.span) == "own.click:2"
    assert told.message.startswith("'own :: Own' ")
    (note,) = told.notes
    body = next(
        n
        for n, line in enumerate((folder / "own.hh").read_text().splitlines(), 1)
        if BROKEN[contract]["body"] in line
    )
    assert note.message.startswith(f"{contract}: at own/own.hh:{body}, in elements::Own::push")


def test_what_throws_is_refused(own: Path) -> None:
    """Programs have no exceptions, but a library's function may begin one."""
    folder = write_own(
        own,
        "if (packet.length() > 100) __cxa_rethrow();",
        more="",
        includes='extern "C" void __cxa_rethrow();',
    )
    assert "calls __cxa_rethrow" in str(refused(folder))


def test_several_elements_are_reported_at_once(own: Path) -> None:
    folder = write_own(own, **BROKEN["atomic"])
    config = "FromDPDKDevice(0) -> a :: Own -> b :: Own -> Discard;\n"
    found = refused(folder, config=config).diagnostics
    assert [d.message.split("'")[1] for d in found] == ["a :: Own", "b :: Own"]


def test_a_function_that_is_called(own: Path) -> None:
    """It belongs to the element that calls it, and is told at its own line."""
    folder = write_own(
        own,
        "self.state.seen.value += helper(packet.data());",
        includes="#include <cstdlib>",
        more="  [[gnu::noinline]] static unsigned helper(const std::uint8_t *p) {\n"
        "    return static_cast<unsigned>(reinterpret_cast<std::uintptr_t>(malloc(p[0])));\n  }",
    )
    (told,) = refused(folder).diagnostics
    assert str(told.span) == "own.click:2"
    assert "calls malloc" in told.message
    assert "in elements::Own::helper" in told.notes[0].message


def test_without_contracts_it_is_a_warning(own: Path, tmp_path: Path) -> None:
    folder = write_own(own, **BROKEN["atomic"])
    (told,) = compiled(folder, contracts=False)[1]
    assert (told.code, told.severity) == ("PM0620", "warning")
    (tmp_path / "own.click").write_text(CONFIG)
    command = ["compile", "-I", str(folder), str(tmp_path / "own.click"), "--no-contracts"]
    done = run_pmill(*command, "-o", str(tmp_path / "program"))
    assert done.returncode == 0
    assert "warning[PM0620]" in done.stderr
    assert "warning[PM0620]" in run_pmill(*command, "-o", str(tmp_path / "again")).stderr
    strict = run_pmill(*command[:-1], "-o", str(tmp_path / "never"))
    assert (strict.returncode, "error[PM0620]" in strict.stderr) == (1, True)
    assert not (tmp_path / "never").exists()


def test_disabled_it_is_not_looked_for(own: Path) -> None:
    folder = write_own(own, **BROKEN["atomic"])
    assert not list(compiled(folder, disabled=frozenset(["contracts"]))[1])


@pytest.mark.parametrize("level", [0, 2])
def test_lower_levels_are_not_held_to_contracts(level: int, own: Path) -> None:
    folder = write_own(own, **BROKEN["atomic"])
    assert not list(compiled(folder, level=level)[1])


def test_virtual_calls_are_what_was_asked_for(own: Path) -> None:
    folder = write_own(own, "")
    assert not list(compiled(folder, disabled=frozenset(["devirtualize"]))[1])


def test_a_program_that_counts_is_not_held_to_them(own: Path) -> None:
    """It counts atomically on every connection."""
    write_own(own, "")
    assert not list(compiled(own, counted=True)[1])


COLD = {
    "unlikely": {"body": "if (packet.length() > 9000) [[unlikely]] self.state.sum.fetch_add(1);"},
    "cold": {
        "body": "if (packet.length() > 9000) rare(self.state);",
        "more": "  PMILL_COLD static void rare(State &state) { state.sum.fetch_add(1); }",
    },
}


@pytest.mark.parametrize("kind", COLD)
def test_what_is_rarely_done_is_not_held_to_them(kind: str, own: Path) -> None:
    state = {"includes": "#include <atomic>", "state": "std::atomic<unsigned> sum;"}
    folder = write_own(own, **COLD[kind], **state)
    assert not list(compiled(folder)[1])


def test_relaxed_reads_are_ordinary_ones(own: Path) -> None:
    folder = write_own(
        own,
        "self.state.seen.value += self.state.sum.load(std::memory_order_acquire);",
        includes="#include <atomic>",
        state="std::atomic<unsigned> sum;",
    )
    assert not list(compiled(folder)[1])


def test_a_shared_queue_may_lock() -> None:
    text = "FromDPDKDevice(0) -> Queue -> Unqueue -> ToDPDKDevice(1);\n"
    diags = Diagnostics()
    made = compile_config(Source("q.click", text), CompileOptions(), diags, emit="llvm").data
    assert made is not None
    assert "xchg" in made.decode(), "then this test is for nothing"
    assert Contracts().check(Module(made.decode())) == ()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda p: p.stem)
def test_examples_keep_them(example: Path) -> None:
    source = Source(str(example), example.read_text())
    diags = Diagnostics()
    made = compile_config(source, CompileOptions(), diags, emit="llvm").data
    assert made is not None
    module = Module(made.decode())
    assert Contracts().check(module) == ()
    assert "# pmill: turn of " in made.decode(), "then nothing was looked at"


def test_the_table_names_what_there_is() -> None:
    """A pattern that matches nothing is a mistake: what it was for is refused, or not exempt."""
    rules = table()
    assert {c for _, c in rules.breaks} <= {"allocation", "lock", "atomic", "exception", "copy"}
    runtime = "".join(p.read_text() for p in (ROOT / "runtime").rglob("*.hh"))
    runtime += "".join(p.read_text() for p in (ROOT / "runtime").rglob("*.cc"))
    for pattern in rules.exempt:
        names = re.findall(r"\d+([A-Za-z_]+)", pattern.replace("*", ""))
        for name in names:
            assert re.search(rf"\b{name}\b", runtime), f"{pattern}: there is no {name}"


def test_in_the_manner_of_click(own: Path, tmp_path: Path) -> None:
    folder = write_own(own, **BROKEN["atomic"])
    (tmp_path / "own.click").write_text(CONFIG)
    command = ["click", "-q", "-I", str(folder), str(tmp_path / "own.click")]
    assert run_pmill(*command).returncode == 1
    assert run_pmill(*command, "--no-contracts").returncode == 0
