"""`pmill provides`: what there is, and what is lacked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Pmill

MET = (0, "")


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["Queue", "dpdk"], MET),
        (["!Nonsense", "Queue"], MET),
        (["Queue", "Nonsense"], (1, "there is no 'Nonsense'\n")),
        (["Queu"], (1, "there is no 'Queu': did you mean 'Queue'?\n")),
        (["!Queue"], (1, "there is 'Queue'\n")),
        (["-q", "Nonsense"], (1, "")),
        (["-i", "Queue", "Nonsense"], MET),
        (["-i", "Queue"], (1, "there is all of it\n")),
        (["-iq", "Queue"], (1, "")),
    ],
)
def test_provides(pmill: Pmill, words: list[str], wanted: tuple[int, str]) -> None:
    done = pmill("provides", *words)
    assert (done.returncode, done.stderr) == wanted
    assert done.stdout == ""


def test_elements_of_ones_own(pmill: Pmill, tmp_path: Path, root: Path) -> None:
    own = (root / "runtime/elements/basic/null.hh").read_text().replace("Null", "Nought")
    (tmp_path / "nought.hh").write_text(own)
    assert pmill("provides", "Nought").returncode == 1
    assert pmill("provides", "-I", tmp_path, "Nought").returncode == 0


def test_nothing_is_asked_for(pmill: Pmill) -> None:
    done = pmill("provides")
    assert done.returncode == 2
    assert "expected a requirement" in done.stderr
