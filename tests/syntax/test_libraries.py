"""Libraries: which files `require(library FILE)` means, and what becomes of their statements."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmill.diagnostics import Diagnostics, Source
from pmill.options import click_path
from pmill.syntax import include_libraries, library_files, parse, unparse


def write(folder: Path, **texts: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text)


def included(source: Source, *path: Path) -> tuple[str, list[str]]:
    """Return the statements as text, and what is wrong."""
    diags = Diagnostics()
    config = include_libraries(parse(source, diags), path, diags)
    return unparse(config), [f"{d.span} {d.message}" for d in diags]


def test_statements_stand_where_they_are_required(tmp_path: Path) -> None:
    write(tmp_path, a="require(library b);\nx :: Idle;", b="y :: Idle;\nrequire(library a)")
    source = Source(str(tmp_path / "main"), "w :: Idle; require(dpdk, library a); z :: Idle;")
    text, problems = included(source)
    assert [line for line in text.splitlines() if "::" in line] == [
        *("w :: Idle;", "y :: Idle;", "x :: Idle;", "z :: Idle;")
    ]
    assert problems == []


def test_directories_come_in_order(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    write(one / "conf", l="a :: Idle")
    write(one, l="b :: Idle", m="c :: Idle")
    write(two / "conf", l="d :: Idle", m="e :: Idle", n="f :: Idle")
    write(tmp_path, n="g :: Idle", o="h :: Idle")
    source = Source(
        str(tmp_path / "main"), "require(library l, library m, library 'n', library \"o\")"
    )
    text, problems = included(source, one, two)
    assert [line[0] for line in text.splitlines() if "::" in line] == ["a", "c", "f", "h"]
    assert problems == []
    found = library_files(source, (one, two))
    assert [p.relative_to(tmp_path).as_posix() for p in found] == [
        *("one/conf/l", "one/m", "two/conf/n", "o")
    ]


def test_a_library_that_is_not_there(tmp_path: Path) -> None:
    source = Source(str(tmp_path / "main"), "\nrequire(library nowhere)")
    assert included(source)[1] == [
        f"{tmp_path}/main:2 library 'nowhere' not found in CLICKPATH/conf"
    ]
    assert library_files(source, ()) == []


def test_errors_in_a_library_have_its_name(tmp_path: Path) -> None:
    write(tmp_path, bad="\n->")
    source = Source(str(tmp_path / "main"), "require(library bad)")
    (problem,) = included(source)[1]
    assert problem.startswith(f"{tmp_path}/bad:2 ")


def test_the_path_of_the_environment() -> None:
    assert click_path("/a::b:") == (Path("/a"), Path("b"))
    assert click_path("") == ()


@pytest.mark.parametrize("name", ["x" * 300, '"a\\<00>b"'])
def test_a_name_that_no_file_can_have(name: str) -> None:
    diags = Diagnostics()
    include_libraries(parse(Source("x.click", f"require(library {name})"), diags), (), diags)
    assert [d.code for d in diags] == ["PM0322"]
