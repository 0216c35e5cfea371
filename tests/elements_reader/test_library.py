"""Where headers are found, which one wins, and what the cache keeps."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pmill.diagnostics import DiagnosticError, Diagnostics
from pmill.elements import ElementLibrary
from pmill.resources import runtime_dir
from tests.conftest import ROOT
from tests.elements_reader.kit import header, write


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "cache"
    monkeypatch.setenv("PMILL_CACHE", str(path))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "mine"
    path.mkdir()
    return path


def load(*dirs: Path) -> tuple[ElementLibrary, list[str]]:
    diags = Diagnostics()
    return ElementLibrary.load(dirs, diags), [str(d) for d in diags]


def test_every_header_of_the_runtime_is_read() -> None:
    library, messages = load()
    headers = list((runtime_dir() / "elements").rglob("*.hh"))
    assert messages == []
    assert {library[name].header for name in library} <= {
        str(h.relative_to(runtime_dir() / "elements")) for h in headers
    }
    assert "DecIPTTL" in library
    assert library["DecIPTTL"].span.source.name == "runtime/elements/ip/decipttl.hh"
    assert len(library) == len(list(library))


def test_unknown_classes_are_not_there() -> None:
    library, _ = load()
    assert library.get("NoSuchElement") is None
    assert "NoSuchElement" not in library


def test_headers_of_a_directory_are_found_at_any_depth(folder: Path) -> None:
    write(folder / "a" / "b", header())
    write(folder / ".hidden", header(name="Hidden"), "Hidden")
    write(folder, "#pragma once\nstruct Helper { int x; };\n", "Helper")
    library, messages = load(folder)
    assert messages == []
    assert library["Thing"].header == "a/b/thing.hh"
    assert "Hidden" not in library
    assert "Helper" not in library
    assert library.directories == (folder, runtime_dir() / "elements")


def test_aliases_are_found_but_not_listed(folder: Path) -> None:
    write(folder, header(doc="/// Does it.\n/// @group test\n/// @alias Other"))
    library, _ = load(folder)
    assert library["Other"].name == "Thing"
    assert "Other" in library
    assert "Other" not in list(library)


def test_the_last_directory_wins_with_a_warning(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    write(first, header(doc="/// First.\n/// @group test"))
    write(second, header(doc="/// Second.\n/// @group test"))
    library, messages = load(first, second)
    assert library["Thing"].summary == "Second."
    assert library.directories[0] == second
    assert messages == [
        f"{second}/thing.hh:8:8: warning[PM0213]: element 'Thing' of {second} replaces that of"
        f" {first}\n"
        "    8 | struct Thing {\n      |        ^^^^^\n"
        f"{first}/thing.hh:8:8: note: replaced\n"
        "    8 | struct Thing {\n      |        ^^^^^"
    ]


def test_the_same_directory_twice_is_once(folder: Path) -> None:
    write(folder, header())
    _, messages = load(folder, folder / ".." / "mine")
    assert messages == []


def test_two_headers_of_one_directory_clash(folder: Path) -> None:
    write(folder / "a", header())
    write(folder / "b", header())
    _, messages = load(folder)
    assert len(messages) == 1
    assert messages[0].startswith(
        f"{folder}/b/thing.hh:8:8: error[PM0214]: two headers of {folder} describe element 'Thing'"
    )


def test_no_such_directory(folder: Path) -> None:
    _, messages = load(folder / "none")
    assert messages == [
        f"error[PM0215]: element directory '{folder}/none' is no directory\n"
        "  hint: '-I DIR' names a folder with element headers"
    ]


def test_a_header_that_is_no_text(folder: Path) -> None:
    (folder / "thing.hh").write_bytes(b"\xff\xfe Spec spec")
    _, messages = load(folder)
    assert messages == [f"error[PM0215]: cannot read {folder}/thing.hh: it is not UTF-8 text"]


def test_a_broken_header_disturbs_only_those_who_use_it(folder: Path) -> None:
    write(folder, header(spec=".prots = one"))
    write(folder, header(name="Good"), "Good")
    for _ in ("cold", "warm"):
        library, messages = load(folder)
        assert messages == []
        assert library["Good"].name == "Good"
        with pytest.raises(DiagnosticError, match=r"thing\.hh:9:39: error\[PM0202\]"):
            library["Thing"]


def test_a_header_without_a_usable_name_is_reported(folder: Path) -> None:
    write(folder, header(name="Other"))
    _, messages = load(folder)
    assert "PM0201" in messages[0]


# --- the cache --------------------------------------------------------------------------------


def test_spans_are_right_after_loading_from_the_cache(folder: Path) -> None:
    write(folder, header("struct Args { bool a = true;  ///< Doc.\n };"))
    cold, _ = load(folder)
    warm, _ = load(folder)
    assert warm["Thing"] == cold["Thing"]
    span = warm["Thing"].arguments[0].span
    assert (span.text, span.line, span.source.name) == ("a", 10, f"{folder}/thing.hh")


def test_a_changed_header_is_read_again(folder: Path) -> None:
    write(folder, header(doc="/// Old.\n/// @group test"))
    load(folder)
    write(folder, header(doc="/// New.\n/// @group test"))
    os.utime(folder / "thing.hh", ns=(1, 1))
    library, _ = load(folder)
    assert library["Thing"].summary == "New."
    (folder / "thing.hh").unlink()
    library, _ = load(folder)
    assert "Thing" not in library


@pytest.mark.parametrize("damage", [b"", b"x", None])
def test_a_damaged_cache_is_read_around(folder: Path, cache: Path, damage: bytes | None) -> None:
    write(folder, header())
    load(folder)
    files = [f for f in (cache / "elements").iterdir() if "entry" not in f.name]
    assert len(files) == 2
    for file in files:
        data = file.read_bytes()
        file.write_bytes(data[:-9] + b"corrupted" if damage is None else damage)
    library, messages = load(folder)
    assert messages == []
    assert library["Thing"].name == "Thing"


def test_without_a_writable_cache_everything_works(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PMILL_CACHE", str(tmp_path / "file" / "below"))
    write(folder, header())
    library, messages = load(folder)
    assert messages == []
    assert library["Thing"].name == "Thing"


def test_a_warm_cache_needs_no_parser_and_no_time() -> None:
    load()
    script = (
        "import sys, time\n"
        "from pmill.diagnostics import Diagnostics\n"
        "from pmill.elements import ElementLibrary\n"
        "best = 1.0\n"
        "for _ in range(5):\n"
        "    start = time.process_time()\n"
        "    library = ElementLibrary.load([], Diagnostics())\n"
        "    specs = list(library.values())\n"
        "    best = min(best, time.process_time() - start)\n"
        "assert specs\n"
        "assert 'lark' not in sys.modules and 'importlib.metadata' not in sys.modules\n"
        "print(best)\n"
    )
    command = [sys.executable, "-c", script]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert float(result.stdout) < 0.02  # ten milliseconds are allowed on a machine of its own


def test_without_a_cache_all_headers_are_read_in_time() -> None:
    start = time.perf_counter()
    library, _ = load()
    assert len(list(library.values())) > 0
    assert time.perf_counter() - start < 1.2  # half of that on a machine of its own


# --- entry points -----------------------------------------------------------------------------


def install(site: Path, value: str) -> None:
    """Do what pip does for a package with one entry point."""
    info = site / "acme-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[pmill.elements]\nacme = {value}\n")


def test_entry_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site"
    monkeypatch.syspath_prepend(str(site))
    before, _ = load()
    assert "Thing" not in before
    install(site, "acme_elements")
    write(site / "acme_elements" / "group", header())
    (site / "acme_elements" / "__init__.py").write_text("raise AssertionError('never imported')")
    for _ in ("cold", "warm"):
        library, messages = load()
        assert messages == []
        assert library["Thing"].header == "group/thing.hh"
        assert library.directories[0] == site / "acme_elements"


def test_an_entry_point_without_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site"
    monkeypatch.syspath_prepend(str(site))
    install(site, "acme_missing")
    for _ in ("cold", "warm"):
        _, messages = load()
        assert messages == [
            "warning[PM0216]: entry point 'acme' of pmill.elements names no installed package"
        ]
