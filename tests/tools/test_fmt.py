"""`pmill fmt`: what it prints, checks and writes; the layout itself is tests/syntax/test_format.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Pmill

UGLY = "a::A ( x,y ) // it\n->b"
NICE = "a :: A( x,y )  // it\n  -> b;\n"


@pytest.fixture
def ugly(tmp_path: Path) -> Path:
    (tmp_path / "ugly.click").write_text(UGLY)
    return tmp_path / "ugly.click"


@pytest.fixture
def nice(tmp_path: Path) -> Path:
    (tmp_path / "nice.click").write_text(NICE)
    return tmp_path / "nice.click"


def test_prints(pmill: Pmill, ugly: Path, tmp_path: Path) -> None:
    for done in (
        pmill("fmt", ugly),
        pmill("fmt", "-e", UGLY),
        pmill("fmt", stdin=UGLY),
        pmill("fmt", "-", stdin=UGLY),
    ):
        assert (done.returncode, done.stdout, done.stderr) == (0, NICE, "")
    assert pmill("fmt", ugly, "-o", tmp_path / "out").stdout == ""
    assert (tmp_path / "out").read_text() == NICE
    assert ugly.read_text() == UGLY


def test_check(pmill: Pmill, ugly: Path, nice: Path) -> None:
    for words, status in (
        ([nice], 0),
        ([ugly], 1),
        ([ugly, nice], 1),
        (["-e", NICE], 0),
        (["-e", UGLY], 1),
    ):
        done = pmill("fmt", "--check", *words)
        assert (done.returncode, done.stdout, done.stderr) == (status, "", "")
    assert pmill("fmt", "--check", stdin=UGLY).returncode == 1
    assert ugly.read_text() == UGLY


def test_in_place(pmill: Pmill, ugly: Path, nice: Path) -> None:
    before = nice.stat().st_mtime_ns
    done = pmill("fmt", "-i", ugly, nice)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert ugly.read_text() == nice.read_text() == NICE
    assert nice.stat().st_mtime_ns == before


def test_errors_keep_no_other_file_from_being_written(
    pmill: Pmill, ugly: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.click"
    wrong.write_text("a ::;\n b(")
    done = pmill("fmt", "-i", wrong, ugly)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{wrong}:1:5: error[PM0101]: missing element class in declaration" in done.stderr
    assert "PM0104" in done.stderr
    assert wrong.read_text() == "a ::;\n b("
    assert ugly.read_text() == NICE


def test_archives_are_not_overwritten(pmill: Pmill, tmp_path: Path) -> None:
    archive = tmp_path / "a.click"
    header = f"{'config/':16}{0:<12}{0:<6}{0:<6}{644:<8}{len(UGLY):<10}`\n"
    archive.write_text(f"!<arch>\n{header}{UGLY}\n")
    assert pmill("fmt", archive).stdout == NICE
    done = pmill("fmt", "-i", archive)
    assert done.returncode == 1
    assert "PM0106" in done.stderr
    assert archive.read_text().startswith("!<arch>")


def test_bytes_that_are_no_utf_8_stay(pmill: Pmill, tmp_path: Path) -> None:
    path = tmp_path / "latin.click"
    path.write_bytes(b"a  ::  A(caf\xe9);  // a name in Latin-1: caf\xe9\n")
    assert pmill("fmt", "-i", path).returncode == 0
    assert path.read_bytes() == b"a :: A(caf\xe9);  // a name in Latin-1: caf\xe9\n"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["a", "b"], "several files need --in-place or --check"),
        (["-i"], "--in-place needs files"),
        (["-i", "-"], "--in-place needs files"),
        (["-i", "-e", "a;"], "--in-place needs files"),
        (["-i", "--check", "a"], "choose one"),
        (["-i", "a", "-o", "b"], "--output can't be given"),
        (["--check", "-e", "a;", "-e", "b;"], "specified twice"),
        (["-e", "a;", "b"], "specified twice"),
    ],
)
def test_words_that_make_no_sense(pmill: Pmill, words: list[str], why: str) -> None:
    done = pmill("fmt", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert why in done.stderr


def test_what_cannot_be_read(pmill: Pmill, tmp_path: Path, ugly: Path) -> None:
    done = pmill("fmt", "-i", tmp_path / "none", ugly)
    assert done.returncode == 1
    assert "PM0802" in done.stderr
    assert ugly.read_text() == NICE


def test_examples_are_formatted(pmill: Pmill, examples: Path) -> None:
    assert pmill("fmt", "--check", *sorted(examples.glob("*.click"))).returncode == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Idle /* open", "Idle;  /* open\n"),
        ("Idle -> Discard;\n\n/* open\n  more\n\n", "Idle -> Discard;\n\n/* open\n  more\n"),
        ("a ~> b ~TCP>\n c", "a ~> b\n  ~TCP> c;\n"),
    ],
)
def test_open_comments_and_context_arrows(pmill: Pmill, text: str, expected: str) -> None:
    done = pmill("fmt", "-e", text)
    assert (done.returncode, done.stdout, done.stderr) == (0, expected, "")
    again = pmill("fmt", "-e", done.stdout)
    assert again.stdout == expected


def test_variables_and_libraries_change_no_layout(pmill: Pmill) -> None:
    """Every command takes them; what is written `$X` stays."""
    done = pmill("fmt", "-C", "/", "-e", "define($X 1) Idle->Paint($X)->Discard", "X=2")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "define($X 1);\nIdle -> Paint($X) -> Discard;\n"
