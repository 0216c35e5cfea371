"""Reader and compiler agree; and when they do not, the compiler says so."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pmill.diagnostics import Diagnostics
from pmill.elements import ElementLibrary, ElementSpec, EnumSpec, probe_unit
from pmill.resources import runtime_dir
from tests.elements_reader.kit import header, read, write

CLANG = ("clang++-19", "-std=c++20", "-fsyntax-only", "-ferror-limit=0", "-x", "c++")
HEAD = """\
  enum class Kind { one, two };
  struct Args {
    std::uint8_t code = 7;  ///< Number.
    Kind kind = Kind::two;  ///< Word.
    List<IPPrefix> prefixes{};  ///< List.
    String text = "abc";  ///< Text. @default click "def"
    EtherAddress ether{{1, 2, 3, 4, 5, 6}};  ///< Address.
    Anno<2> anno{16};  ///< Place.
    IPAddress last;  ///< Mandatory.
  };
  struct State {
    Count seen;  ///< @read Seen.
    std::uint64_t other = 0;
  };
"""
SPEC = (
    '.ports = "1/1-2", .processing = "a/ah", .flow = "x/x", .reads = meta::paint | meta::network,'
    " .writes = meta::dst_ip, .cold = outputs(1), .resizes = true"
)


def compile_probe(specs: list[ElementSpec], folder: Path) -> str:
    """Return what clang says about the probe of `specs`; empty when it holds."""
    cflags = subprocess.run(
        ["pkg-config", "--cflags", "libdpdk"], check=True, capture_output=True, text=True
    ).stdout.split()
    runtime = runtime_dir()
    includes = [f"-I{d}" for d in (runtime / "include", folder, runtime / "elements")]
    result = subprocess.run(
        [*CLANG, *cflags, *includes, "-"],
        input=probe_unit(specs),
        capture_output=True,
        text=True,
        check=False,
    )
    return result.stderr if result.returncode else ""


def test_every_element(tmp_path: Path) -> None:
    library = ElementLibrary.load([], Diagnostics())
    assert compile_probe([library[name] for name in library], tmp_path) == ""


@pytest.fixture
def spec(tmp_path: Path) -> ElementSpec:
    text = header(HEAD, spec=SPEC)
    write(tmp_path, text)
    return replace(read(text), header="thing.hh")


def test_an_element_with_everything(spec: ElementSpec, tmp_path: Path) -> None:
    assert compile_probe([spec], tmp_path) == ""


def test_a_wrong_spec_fails(spec: ElementSpec, tmp_path: Path) -> None:
    wrong = replace(
        spec,
        ports="1/1",
        processing="a/a",
        flow="x/y",
        reads=("paint",),
        expects=("paint",),
        writes=(),
        renews=("paint",),
        cold=(),
        resizes=False,
        shared=True,
        source=True,
        prepares=True,
        foresees=True,
        shares=("random",),
        arguments=(),
        enums=(EnumSpec(name="Kind", values=("two",)),),
    )
    said = compile_probe([wrong], tmp_path)
    for fact in (
        *("ports", "processing", "flow", "reads", "expects", "writes", "renews"),
        *("cold", "resizes", "shared", "source", "shares"),
    ):
        assert f"static_assert(spec.{fact} ==" in said
    assert "static_assert(probe::kPolls<Thing> == true)" in said
    assert "static_assert(probe::kPrepares<Thing> == true)" in said
    assert "static_assert(probe::kForesees<Thing> == true)" in said
    assert "static_assert(probe::has_arguments<Thing, 0>())" in said
    assert "static_assert(static_cast<int>(Kind::two) == 0)" in said
    assert "enumeration value 'one' not handled" in said


def test_wrong_arguments_fail(spec: ElementSpec, tmp_path: Path) -> None:
    changes: dict[str, tuple[dict[str, Any], str]] = {
        "code": ({"default": "8"}, "return Args{}.code == expected"),
        "kind": ({"default": "Kind::one"}, "return Args{}.kind == expected"),
        "prefixes": ({"type": "List<IPAddress>"}, "decltype(Args::prefixes)"),
        "text": ({"default": '"abcd"'}, "return Args{}.text == expected"),
        "ether": ({"default": "{{1, 2, 3, 4, 5, 7}}"}, "return Args{}.ether == expected"),
        "anno": ({"type": "Anno<1>"}, "decltype(Args::anno)"),
        "last": ({"name": "first"}, "no member named 'first'"),
    }
    wrong = [replace(a, **changes[a.name][0]) for a in spec.arguments]
    said = compile_probe([replace(spec, arguments=tuple(wrong))], tmp_path)
    assert [name for name, (_, message) in changes.items() if message not in said] == []


def test_a_default_of_a_dialect_must_fit_the_type(spec: ElementSpec, tmp_path: Path) -> None:
    wrong = tuple(
        replace(a, by_dialect=(("click", "17"),)) if a.name == "text" else a for a in spec.arguments
    )
    assert "no viable conversion" in compile_probe([replace(spec, arguments=wrong)], tmp_path)


def test_a_wrong_counter_fails(spec: ElementSpec, tmp_path: Path) -> None:
    counter = replace(spec.counters[0], member="other")
    wrong = replace(spec, counters=(counter,))
    assert "decltype(State::other)" in compile_probe([wrong], tmp_path)


def test_a_header_that_compiles_to_something_else_than_it_reads(tmp_path: Path) -> None:
    text = header(HEAD, spec=SPEC)
    trick = text.replace("namespace pmill", "#define seven 9\nnamespace pmill", 1)
    trick = trick.replace("std::uint8_t code = 7;", "std::uint8_t code = 7; int more = seven;")
    write(tmp_path, trick)
    spec = replace(read(text), header="thing.hh")
    assert "has_arguments<Thing, 7>" in compile_probe([spec], tmp_path)


def test_poll_without_source_fails(tmp_path: Path) -> None:
    text = header("static unsigned poll(auto &self) { return self.none(); }")
    write(tmp_path, text)
    assert "kPolls<Thing>" in compile_probe([replace(read(text), header="thing.hh")], tmp_path)


def test_a_macro_that_renames_what_was_read(tmp_path: Path) -> None:
    text = header(spec='.ports = "1/2"')
    write(tmp_path, text.replace("namespace pmill", "#define ports flow\nnamespace pmill", 1))
    assert "static assertion failed" in compile_probe(
        [replace(read(text), header="thing.hh")], tmp_path
    )


def test_the_example_of_the_documentation(root: Path, tmp_path: Path) -> None:
    page = (root / "docs" / "adding-an-element.md").read_text(encoding="utf-8")
    text = page.split('```cpp title="elements/ip/setipttl.hh"\n')[1].split("```")[0]
    write(tmp_path, text, "SetIPTTL")
    spec = replace(read(text, "SetIPTTL"), header="setipttl.hh")
    assert spec.counters[1].output == 1
    assert compile_probe([spec], tmp_path) == ""
