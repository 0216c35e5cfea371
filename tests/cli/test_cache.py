"""When a program comes out of the cache, and when it does not."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

import pmill.llvm
import pmill.toolchain
from pmill import cache, interfaces, machine_code
from pmill.diagnostics import DiagnosticError, Diagnostics, Source, fail
from pmill.driver import Product, compile_config
from pmill.options import CompileOptions
from pmill.toolchain import Compiler, find_tools
from tests.conftest import ROOT
from tests.fresh_cache import use_fresh_programs

TEXT = "define($N 1)\nInfiniteSource(LIMIT $N) -> Discard;\n"

HEADER = """\
#pragma once
#include <pmill/element.hh>
namespace pmill::elements {
/// Passes packets on.
/// @group test
/// @example FromDPDKDevice(0) -> Own -> Discard;
struct Own {
  static constexpr Spec spec{.ports = "1/1", .processing = "a/a"};
  static void push(auto &self, auto &packet) { emit<0>(self, packet); }
};
}  // namespace pmill::elements
"""


@pytest.fixture(autouse=True)
def empty_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No program is in the cache, and none takes time to compile: what it holds is not looked at."""

    def link(tools: object, objects: list[Path], output: Path, *_: object) -> None:
        output.write_bytes(b"\x7fELF")

    monkeypatch.setattr(pmill.toolchain, "link", link)
    monkeypatch.setattr(machine_code, "objects", lambda *_, **__: machine_code.Objects(paths=[]))
    monkeypatch.setattr(Compiler, "prepare", lambda _: [Path("support.o")])
    return use_fresh_programs(monkeypatch, tmp_path)


def compiled(text: str = TEXT, name: str = "c.click", **options: object) -> Product:
    chosen = CompileOptions(**options)  # type: ignore[arg-type]
    return compile_config(Source(name, text), chosen, Diagnostics())


def test_the_second_time_is_a_hit() -> None:
    first, second = compiled(), compiled()
    assert not first.cached
    assert second.cached
    assert first.program == second.program
    assert first.report == second.report


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({}, TEXT + "// a comment\n"),
        ({"variables": {"N": "2"}}, TEXT),
        ({"level": 2}, TEXT),
        ({"disabled": frozenset(["internalize"])}, TEXT),
        ({"march": "x86-64-v3"}, TEXT),
        ({"sanitize": ("address",)}, TEXT),
        ({"dialect": "click"}, TEXT),
        ({"name": "other.click"}, TEXT),
    ],
    ids=["text", "variable", "level", "pass", "march", "sanitize", "dialect", "name"],
)
def test_a_change_is_a_miss(change: dict, text: str) -> None:
    compiled()
    assert not compiled(text, **change).cached
    assert compiled(text, **change).cached
    assert compiled().cached, "the first program is still there"


def test_a_change_of_a_header_is_a_miss(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    header = own / "own.hh"
    header.write_text(HEADER)
    text = "InfiniteSource -> Own -> Discard;\n"
    assert not compiled(text, include=(own,)).cached
    assert compiled(text, include=(own,)).cached
    header.write_text(HEADER.replace("emit<0>", "/* the same */ emit<0>"))
    assert not compiled(text, include=(own,)).cached
    stat = header.stat()
    os.utime(header, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1_000_000))
    assert not compiled(text, include=(own,)).cached
    (own / "helper.hh").write_text("// included by nobody yet\n")
    assert not compiled(text, include=(own,)).cached


def test_a_change_of_a_library_is_a_miss(tmp_path: Path) -> None:
    library = tmp_path / "lib.click"
    library.write_text("elementclass L { input -> output }\n")
    text = f"require(library {library})\nInfiniteSource -> L -> Discard;\n"
    assert not compiled(text).cached
    assert compiled(text).cached
    library.write_text("elementclass L { input -> Null -> output }\n")
    assert not compiled(text).cached


def test_another_llvm_is_a_miss(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What LLVM makes of a program depends on LLVM, and so does the warning about it."""
    compiled()
    assert all(path.is_file() for path in pmill.llvm.llvmlite_files())
    installed = tmp_path / "version"
    installed.write_text("another")
    monkeypatch.setattr(pmill.llvm, "llvmlite_files", lambda: [installed])
    assert not compiled().cached


def test_other_tools_are_a_miss(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled()
    others = replace(find_tools(), identity="others")
    monkeypatch.setattr(pmill.toolchain, "find_tools", lambda: others)
    assert not compiled().cached


def test_warnings_are_told_again(pmill, tmp_path: Path) -> None:
    config = tmp_path / "c.click"
    config.write_text(
        "InfiniteSource(LIMIT 1) -> c :: Classifier(-, 12/0800) -> Discard; c[1] -> Discard;"
    )
    first = pmill("compile", str(config), "-o", str(tmp_path / "p"))
    second = pmill("compile", str(config), "-o", str(tmp_path / "p"))
    assert "PM0424" in first.stderr
    assert second.stderr == first.stderr


def test_a_failure_leaves_nothing(empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise fail("PM0705", "on purpose")

    with monkeypatch.context() as broken:
        broken.setattr(pmill.toolchain, "link", refuse)
        with pytest.raises(DiagnosticError, match="on purpose"):
            compiled()
    assert list((empty_cache / "programs").iterdir()) == []
    assert not compiled().cached


def test_a_program_holds_what_it_was_made_of(empty_cache: Path) -> None:
    program = compiled().program
    assert program is not None
    assert program.parent.parent == empty_cache / "programs"
    assert sorted(p.name for p in program.parent.iterdir()) == [
        "inputs.json",
        "program",
        "program.cc",
        "report.json",
    ]


def test_entries_not_used_for_a_month_go(empty_cache: Path) -> None:
    old = compiled().program
    assert old is not None
    os.utime(old.parent, (1, 1))
    compiled(TEXT + "// newer\n")
    assert old.exists(), "once an hour is enough to look"
    os.utime(empty_cache / ".looked-programs", (1, 1))
    compiled(TEXT + "// newest\n")
    assert not old.exists()


def test_what_was_used_longest_ago_makes_room(
    empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "_MOST_BYTES", 2500)
    for age, name in enumerate(["new", "used", "old", "older"]):
        with cache.store("kind", name) as work:
            (work / "file").write_bytes(bytes(1000))
        used = time.time() - 60 * age
        os.utime(empty_cache / "kind" / name, (used, used))
    os.utime(empty_cache / ".looked-kind", (1, 1))
    with cache.store("kind", "last"):
        pass
    assert {p.name for p in (empty_cache / "kind").iterdir()} == {"last", "new", "used"}


def test_using_an_entry_keeps_it(empty_cache: Path) -> None:
    program = compiled().program
    assert program is not None
    os.utime(program.parent, (1, 1))
    assert compiled().cached
    os.utime(empty_cache / ".looked-programs", (1, 1))
    compiled(TEXT + "// newer\n")
    assert program.exists()


def test_keys() -> None:
    assert cache.key("a", "b") != cache.key("ab")
    assert cache.key("a", ("b",)) != cache.key("a", "b")
    assert cache.key(1, "x") == cache.key(1, "x")


def test_sets_have_one_key() -> None:
    """The order in which a set of words is walked differs from run to run."""
    code = (
        "from pmill.programs import option_words; from pmill.options import CompileOptions;"
        "print(option_words(CompileOptions(disabled=frozenset(map(str, range(20))))))"
    )
    keys = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(keys) == 1


def test_a_linker_that_went_away_is_looked_for_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PMILL_CACHE", str(tmp_path))
    usual = find_tools()
    remembered = tmp_path / "tools.json"
    remembered.write_text(remembered.read_text().replace(usual.linker[0], "/gone/ld.lld"))
    assert find_tools() == usual


def test_a_program_follows_the_addresses_of_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name of an interface means another address tomorrow; the cache must not hide that."""
    text = "InfiniteSource(LIMIT 1) -> EtherEncap(0x0800, lan7, 1:2:3:4:5:6) -> Discard;"
    address = tmp_path / "lan7" / "address"
    address.parent.mkdir()
    monkeypatch.setattr(interfaces, "_FOLDER", tmp_path)

    def compiled(ether: str) -> tuple[bool, bool]:
        """Return whether the program came out of the cache, and whether the address is in it."""
        address.write_text(f"{ether}\n")
        product = compile_config(Source("lan.click", text), CompileOptions(level=1), Diagnostics())
        assert product.program is not None
        code = (product.program.parent / "program.cc").read_text().lower()
        return product.cached, ether[-2:] + "}" in code.replace("0x", "").replace(" ", "")

    assert compiled("02:00:00:00:00:a1")[1]
    assert compiled("02:00:00:00:00:a1") == (True, True)
    assert compiled("02:00:00:00:00:b2") == (False, True)
    assert interfaces.mentioned("Idle -> Discard;") == []


_MAKER = """
import sys, time
from pathlib import Path
from pmill import cache

def make(work):
    with Path(sys.argv[1]).open("a") as log:
        log.write("made\\n")
    time.sleep(0.3)
    (work / "file").write_text("content")

print((cache.made("kind", "name", make, ["file"]) / "file").read_text())
"""


def test_what_several_processes_want_one_makes(empty_cache: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _MAKER, str(tmp_path / "log")]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert [p.communicate()[0] for p in processes] == ["content\n"] * 4
    assert (tmp_path / "log").read_text() == "made\n"
    (empty_cache / "kind" / "name" / "file").write_text("")  # tampered with
    subprocess.run(command, check=True, capture_output=True)
    assert (tmp_path / "log").read_text() == "made\n" * 2


def test_the_runtime_is_made_once_wherever_elements_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        Compiler, "_run", lambda _self, words, _text="": Path(words[-1]).write_text("x")
    )
    compilers = [
        Compiler(tools=find_tools(), march="x86-64", include=include)
        for include in ((tmp_path / "a",), (tmp_path / "b",), ())
    ]
    headers = [c._header() for c in compilers]
    assert headers[0] == headers[1] != headers[2]  # pmill's own elements are in the last
    assert len({c._support() for c in compilers}) == 1
