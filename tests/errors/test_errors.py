"""Wrong configurations: the whole message of each, as a user sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

CASES = Path(__file__).parent / "cases"


@pytest.mark.parametrize("case", sorted(CASES.glob("*.click")), ids=lambda p: p.stem)
def test_message(case, pmill, golden):
    done = pmill("check", case.name, cwd=CASES)
    assert "Traceback" not in done.stderr
    golden(case.with_suffix(".expect"), f"exit {done.returncode}\n{done.stdout}{done.stderr}")


def test_there_are_enough_cases():
    assert len(list(CASES.glob("*.click"))) >= 25


@pytest.mark.parametrize("case", sorted(CASES.glob("*.click")), ids=lambda p: p.stem)
def test_every_case_is_an_error(case):
    assert case.with_suffix(".expect").read_text().startswith("exit 1\n")


def test_unreadable_file(pmill, tmp_path):
    done = pmill("check", "nowhere.click", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == (
        "error[PM0802]: cannot read 'nowhere.click': No such file or directory\n"
        "  hint: check the file's name\n"
    )


def test_a_directory_is_not_a_configuration(pmill, tmp_path):
    done = pmill("check", str(tmp_path))
    assert done.returncode == 1
    assert "Is a directory" in done.stderr


def test_unwritable_output(pmill, tmp_path):
    config = tmp_path / "c.click"
    config.write_text("InfiniteSource(LIMIT 1) -> Discard;\n")
    done = pmill("compile", str(config), "-o", str(tmp_path / "no" / "program"))
    assert done.returncode == 1
    assert "cannot write" in done.stderr
    assert "hint: choose another -o" in done.stderr


def test_unknown_pass(pmill, tmp_path):
    config = tmp_path / "c.click"
    config.write_text("InfiniteSource(LIMIT 1) -> Discard;\n")
    done = pmill("compile", str(config), "--disable-pass", "devirtualise", "--emit=graph")
    assert done.returncode == 1
    assert done.stderr == (
        "error[PM0601]: there is no pass 'devirtualise'\n  hint: did you mean 'devirtualize'?\n"
    )


def test_unknown_stage(pmill, tmp_path):
    config = tmp_path / "c.click"
    config.write_text("InfiniteSource(LIMIT 1) -> Discard;\n")
    done = pmill("compile", str(config), "--emit=grap")
    assert done.returncode == 1
    assert "did you mean 'graph'?" in done.stderr


def test_stray_word(pmill, tmp_path):
    config = tmp_path / "c.click"
    config.write_text("InfiniteSource(LIMIT 1) -> Discard;\n")
    done = pmill("check", str(config), "N5")
    assert done.returncode == 1
    assert "'N5' is not NAME=VALUE" in done.stderr
