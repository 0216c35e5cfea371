"""The rules of the project that a program can check."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pmill.diagnostics import Diagnostics, Source
from pmill.elements import ElementLibrary
from pmill.passes import DEFAULT
from pmill.syntax import parse
from tests.conftest import ROOT

HEADERS = sorted((ROOT / "runtime" / "elements").glob("*/*.hh"))
EXAMPLES = sorted((ROOT / "examples").glob("*.click"))
LIBRARY = ElementLibrary.load([], Diagnostics())

# Packages may import those in front of them; packages of one row do not know each other, but
# elaboration makes graphs, and drawing shows them.
STAGES = (
    ("syntax", "match"),
    ("xform",),
    ("elements",),
    ("graph",),
    ("elaborate", "drawing"),
    ("passes",),
    ("emit",),
    ("toolchain", "llvm"),
    ("driver",),
)
# What everybody may import; these import only each other.
SHARED = {"__version__", "cache", "diagnostics", "interfaces", "options", "profile", "resources"}
LINES = 400


def imports(file: Path) -> Iterator[str]:
    """Return the modules of pmill that a file imports, `elements.spec`, wherever in the file."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            module = node.module or ""
            names = [f"pmill.{a.name}" for a in node.names] if module == "pmill" else [module]
        yield from (name.removeprefix("pmill.") for name in names if name.startswith("pmill."))


def stage_of(module: str) -> str:
    return module.split(".")[0]


def files(stage: str) -> list[Path]:
    folder = ROOT / "pmill" / stage
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]


@pytest.mark.parametrize("row", STAGES, ids=" ".join)
def test_stages_import_only_what_comes_before_them(row: tuple[str, ...]) -> None:
    before = {stage for r in STAGES[: STAGES.index(row)] for stage in r}
    everybody = {stage for r in STAGES for stage in r}
    for stage in row:
        for file in files(stage):
            for module in imports(file):
                found = stage_of(module)
                if stage == "driver" and found not in everybody:
                    continue  # blame is the driver's own
                allowed = before | SHARED | {stage}
                assert found in allowed, f"{file.relative_to(ROOT)} imports pmill.{module}"


def test_shared_modules_import_no_stage() -> None:
    for module in SHARED - {"__version__"}:
        for name in imports(ROOT / "pmill" / f"{module}.py"):
            assert stage_of(name) in SHARED, f"{module} imports {name}"


def test_every_package_is_known() -> None:
    stages = {stage for row in STAGES for stage in row} - {"driver"}
    packages = {p.parent.name for p in (ROOT / "pmill").glob("*/__init__.py")}
    known = {
        "bench",
        "building",
        "click",
        "clicktest",
        "doctor",
        "explain",
        "nic",
        "reference",
        "run",
        "tools",
        "traffic",
        "verify",
    }
    assert packages - stages == known
    for folder in ("bench", "clicktest", "run", "traffic"):
        for file in files(folder):
            for module in imports(file):
                assert stage_of(module) not in stages, f"{file} knows pmill.{module}"


def test_only_the_graph_imports_networkx() -> None:
    for file in (ROOT / "pmill").rglob("*.py"):
        if file.parent.name != "graph":
            assert not re.search(r"^\s*(import|from) networkx", file.read_text(), re.M), file


def test_only_the_llvm_stage_imports_llvmlite() -> None:
    for file in (ROOT / "pmill").rglob("*.py"):
        if file.parent.name != "llvm":
            assert not re.search(r"^\s*(import|from) llvmlite", file.read_text(), re.M), file


def sources() -> list[Path]:
    found = [*(ROOT / "pmill").rglob("*.py")]
    for folder in ("runtime", "templates", "grammar"):
        found += [p for p in (ROOT / folder).rglob("*") if p.is_file()]
    return sorted(found)


def test_no_file_is_long() -> None:
    lengths = {p.relative_to(ROOT): len(p.read_text().splitlines()) for p in sources()}
    assert lengths
    assert {p: n for p, n in lengths.items() if n > LINES} == {}


def test_no_line_is_long() -> None:
    for path in sources():
        if path.suffix in (".py", ".hh", ".cc"):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                fits = len(line) <= 100 or line.startswith("/// @example ")  # must be one line
                assert fits, f"{path.relative_to(ROOT)}:{number}"


def test_nothing_is_left_to_do() -> None:
    """No note to oneself, and no path of the machine it was written on."""
    told = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if told.returncode != 0:
        pytest.skip("not a checkout")
    words = re.compile(
        rb"\bTO" + rb"DO\b|\bFIX" + rb"ME\b|\bX{3}\b|/(?:ro" + rb"ot|ho" + rb"me)/\w"
    )
    for name in told.stdout.split(b"\0"):
        path = ROOT / name.decode()
        if name and path.is_file():
            found = words.search(path.read_bytes())
            assert found is None, f"{path.relative_to(ROOT)}: {found[0]!r}"


# --- elements -------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", HEADERS, ids=lambda p: p.stem)
def test_every_element_has_tests(header: Path) -> None:
    tests = ROOT / "tests" / "elements" / f"test_{header.stem}.py"
    if "dpdkdevice" in header.stem:  # these are tested by programs with ports
        programs = (ROOT / "tests" / "runtime").glob("*.py")
        assert any(header.stem in p.read_text().lower() for p in programs)
    else:
        assert tests.exists(), f"there is no {tests.relative_to(ROOT)}"


def test_every_header_is_one_element() -> None:
    by_header = {LIBRARY[name].header: name for name in LIBRARY}
    assert set(by_header) == {f"{p.parent.name}/{p.name}" for p in HEADERS}
    for header, name in by_header.items():
        assert Path(header).stem == name.lower()
        assert LIBRARY[name].summary.endswith(".")


@pytest.mark.parametrize("name", list(LIBRARY))
def test_examples_in_documentation_parse(name: str) -> None:
    examples = LIBRARY[name].examples
    assert examples, "an element shows how it is used"
    for example in examples:
        diags = Diagnostics()
        parse(Source(f"{name} example", example), diags)
        assert [str(d) for d in diags] == []
        assert name in example


@pytest.mark.parametrize("name", list(LIBRARY))
def test_everything_of_an_element_is_documented(name: str) -> None:
    spec = LIBRARY[name]
    for part in (*spec.arguments, *spec.counters):
        assert part.doc.strip().endswith("."), part.name


# --- passes, examples, packages -------------------------------------------------------------------


@pytest.mark.parametrize("name", [p.name for p in DEFAULT])
def test_every_pass_has_a_file_and_cases(name: str) -> None:
    assert (ROOT / "pmill" / "passes" / f"{name}.py").exists()
    assert list((ROOT / "tests" / "passes" / name).glob("*.click"))


def test_every_case_is_of_a_pass() -> None:
    folders = {p.parent.name for p in (ROOT / "tests" / "passes").glob("*/*.click")}
    assert folders == {p.name for p in DEFAULT}
    for case in [p for d in ("passes", "errors") for p in (ROOT / "tests" / d).rglob("*.expect")]:
        assert case.with_suffix(".click").exists(), f"{case} has no configuration"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda p: p.stem)
def test_every_example_is_in_the_readme(example: Path) -> None:
    readme = (ROOT / "README.md").read_text()
    assert f"`examples/{example.name}`" in readme
    # What a reader is told to type in the example is what the README says.
    (typed,) = re.findall(
        rf"^//   (pmill run examples/{example.name}.*)$", example.read_text(), re.M
    )[:1]
    assert f"`{typed}`" in readme


def test_every_file_that_the_readme_names_exists() -> None:
    for document in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        text = document.read_text()
        for name in re.findall(
            r"`((?:docs|examples|tests|pmill|runtime|templates|bench)/[\w/.-]+)`", text
        ):
            if not re.search(
                r"(?<![a-zA-Z])[A-Z]{4,}(?![A-Z]*\.md)", name
            ):  # GROUP/NAME.hh stands for many
                assert (ROOT / name).exists(), f"{document.name}: {name}"


def test_the_architecture_names_every_package() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    for package in (ROOT / "pmill").glob("*/__init__.py"):
        assert f"pmill/{package.parent.name}" in text, package.parent.name
    for folder in ("grammar", "templates", "runtime", "examples", "tests", "bench"):
        assert f"`{folder}/" in text, folder


def packages(file: str) -> list[str]:
    lines = (ROOT / file).read_text().splitlines()
    return [word for line in lines for word in line.partition("#")[0].split()]


@pytest.mark.parametrize(
    ("variable", "file", "least"),
    [("PACKAGES", "apt-packages.txt", 6), ("BROWSER_PACKAGES", "apt-packages-browser.txt", 2)],
)
def test_make_reads_the_list_of_packages(variable: str, file: str, least: int) -> None:
    asked = f"print-packages:;@echo $({variable})"
    told = subprocess.run(
        ["make", "-s", "--eval", asked, "print-packages"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == packages(file)
    assert len(set(packages(file))) == len(packages(file)) >= least


def test_make_help_lists_what_the_readme_promises() -> None:
    told = subprocess.run(
        ["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    targets = {line.split()[1] for line in told.stdout.splitlines()}
    assert {"demo", "test", "lint", "golden", "bench"} <= targets
