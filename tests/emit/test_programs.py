"""The C++ of small configurations: read as text, compiled, and run."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import compile_config
from pmill.graph import print_graph
from pmill.options import CompileOptions
from pmill.passes import run as run_passes
from tests.conftest import ROOT, Golden, run_pmill
from tests.elements.programs import run_program
from tests.passes.kit import graph_of

HERE = Path(__file__).parent
EXTRA = (ROOT / "tests" / "elements" / "extra",)
CASES = sorted(HERE.glob("*.click"))
EXAMPLES = sorted((ROOT / "examples").glob("*.click"))


def level_of(text: str) -> int:
    """Return the level that `// options: -ON` asks for."""
    found = re.search(r"^// options: -O(\d)$", text, re.M)
    return int(found[1]) if found else 3


def counts_of(text: str) -> dict[str, int]:
    """Return what `// counts: a.count 3, b.drops 0` promises."""
    found = re.search(r"^// counts: (.*)$", text, re.M)
    assert found, "a golden says what its program counts"
    pairs = (item.rsplit(" ", 1) for item in found[1].split(", "))
    return {name: int(number) for name, number in pairs}


def cpp(text: str, name: str, level: int = 3) -> str:
    options = CompileOptions(level=level, include=EXTRA)
    data = compile_config(Source(name, text), options, Diagnostics(), emit="cpp").data
    assert data is not None
    return data.decode()


@pytest.mark.parametrize("case", CASES, ids=lambda p: p.stem)
def test_golden(case: Path, golden: Golden) -> None:
    text = case.read_text()
    golden(case.with_suffix(".cc"), cpp(text, case.name, level_of(text)))


@pytest.mark.parametrize("case", CASES, ids=lambda p: p.stem)
def test_golden_is_a_working_program(case: Path, tmp_path: Path) -> None:
    text = case.read_text()
    run = run_program(tmp_path, text, level=level_of(text), include=EXTRA)
    assert run.returncode == 0, run.stderr
    wanted = counts_of(text)
    assert {name: run.counters.get(name) for name in wanted} == wanted
    if case.stem == "values":
        line = 'say "hi" to C:\\ ?? Grüße ☃\nand a new line:   34\n'
        assert run.stderr == line * 2


def test_the_goldens_show_everything() -> None:
    text = "".join(case.with_suffix(".cc").read_text() for case in CASES)
    for word in (
        "Inline",
        "Outlined",
        "Cold",
        "Staged",
        "Virtual",
        "Back<Outlined",
        "Back<Virtual",
    ):
        assert f"{word}<" in text, word
    for piece in (
        "std::array<IPPrefix, 2>",
        "Print::Contents contents",
        "ClassifierNode",
        "ElementRef<ARPTable>::to<t_, Config>()",
        "Inline<far_, 1>",
        r"\303\274",
    ):
        assert piece in text, piece


def test_every_output_of_the_compiler_is_tidy() -> None:
    for case in CASES:
        lines = case.with_suffix(".cc").read_text().split("\n")
        assert lines[-1] == ""
        assert not [line for line in lines if line != line.rstrip() or "\t" in line]
        assert not [i for i in range(len(lines) - 2) if lines[i : i + 2] == ["", ""]]


def test_two_runs_write_the_same(tmp_path: Path) -> None:
    config = next(path for path in EXAMPLES if path.name == "router.click")
    texts = set()
    for seed in ("0", "4711"):
        done = run_pmill(
            "compile", config, "--emit=cpp", env={"PYTHONHASHSEED": seed}, cwd=tmp_path
        )
        assert done.returncode == 0, done.stderr
        texts.add(done.stdout)
    assert len(texts) == 1


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda p: p.stem)
def test_a_printed_graph_makes_the_same_program(example: Path) -> None:
    """What the last pass printed compiles, without any pass, to what the passes made."""
    text = example.read_text()
    printed = print_graph(run_passes(graph_of(text), CompileOptions())[-1].graph)
    assert _bare(cpp(printed, "x.click", level=0)) == _bare(cpp(text, "x.click"))


def _bare(text: str) -> str:
    """Leave out what says how the configuration was written."""
    text = re.sub(r"Config::text\{.*?\};", "", text, flags=re.DOTALL)
    return "".join(line for line in text.splitlines(True) if not line.startswith("// x.click:"))


# Names that the language or its library, DPDK, or pmill's own headers use for something else.
NAMES = [
    "Tag",
    "Hops",
    "Inline",
    "Direct",
    "Cold",
    "Self",
    "Box",
    "Node",
    "Worker",
    "Packet",
    "Count",
    "Program",
    "Setup",
    "Nothing",
    "Layout",
    "FieldSet",
    "Parts",
    "each",
    "use",
    "name",
    "parse",
    "send",
    "emit",
    "drop",
    "Filename",
    "String",
    "List",
    "IPAddress",
    "Anno",
    "Args",
    "State",
    "Shared",
    "Config",
    "Element",
    "Outputs",
    "Print_",
    "elements",
    "meta",
    "pmill",
    "net",
    "std",
    "main",
    "int",
    "class",
    "errno",
    "NULL",
    "EOF",
    "stdin",
    "stderr",
    "assert",
    "BUFSIZ",
    "INT_MAX",
    "UINT8_MAX",
    "PMILL_INLINE",
    "RTE_CACHE_LINE_SIZE",
    "unix",
    "linux",
    "string_view",
    "array",
    "size_t",
    "uint8_t",
    "rte_mbuf",
    "printf",
    "__x",
    "_Y",
    "x__y",
]


@pytest.mark.parametrize("level", [0, 3])
def test_an_element_may_have_any_name(level: int, tmp_path: Path) -> None:
    chain = " -> ".join(f"{name} :: Counter" for name in NAMES)
    text = f"InfiniteSource(LIMIT 2, STOP true) -> {chain} -> Discard;\n"
    run = run_program(tmp_path, text, level=level)
    assert {name: run.counters[f"{name}.count"] for name in NAMES} == dict.fromkeys(NAMES, 2)


def test_a_program_of_nothing_but_idle_elements(tmp_path: Path) -> None:
    """Nothing can ever happen; whatever is said about it, it is no fault of pmill's."""
    config = tmp_path / "idle.click"
    config.write_text("Idle -> Discard;\n")
    done = run_pmill("compile", config, "-o", tmp_path / "program")
    assert "PM0708" not in done.stderr
    assert "PM0900" not in done.stderr


@pytest.mark.parametrize("level", [0, 3])
def test_strings_are_the_bytes_of_the_configuration(level: int, tmp_path: Path) -> None:
    text = 'InfiniteSource(LIMIT 1, STOP true) -> Print("é☃", 0, CONTENTS none) -> Discard;'
    assert run_program(tmp_path, text, level=level).stderr.startswith("é☃:")


@pytest.mark.parametrize("level", [0, 3])
def test_data_may_be_any_bytes(level: int, tmp_path: Path) -> None:
    every = "".join(f"{n:02x}" for n in range(256))
    text = f"InfiniteSource(DATA \\<{every}>, LIMIT 1, STOP true) -> Print(x, -1) -> Discard;"
    said = run_program(tmp_path, text, level=level).stderr.split("|")[1]
    assert said.replace(" ", "").strip() == every


@pytest.mark.parametrize("name", ["é.click", "a b.click", "new\nline.click", "back\\", "\udcff"])
def test_a_configuration_may_have_any_name(name: str, tmp_path: Path) -> None:
    text = "InfiniteSource(LIMIT 1, STOP true) -> Discard;"
    generated = cpp(text, name)
    for line in generated.splitlines():
        assert not line.endswith("\\")  # a comment must not swallow the next line
    assert not any(line.startswith("line.click") for line in generated.splitlines())


def test_a_program_says_its_name(tmp_path: Path) -> None:
    config = tmp_path / "é.click"
    config.write_text("InfiniteSource(LIMIT 1, STOP true) -> Discard;")
    done = run_pmill("compile", config.name, "-o", tmp_path / "program", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = subprocess.run(
        [tmp_path / "program", "--stats=json"], capture_output=True, text=True, check=True
    )
    assert "é.click" in json.dumps(json.loads(told.stdout), ensure_ascii=False)
