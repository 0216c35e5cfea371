"""`pmill check` and the forms of its messages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Pmill

WRONG = "a :: Idle;\na :: Discard;\na -> Discrad;\n"


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    (tmp_path / "wrong.click").write_text(WRONG)
    return tmp_path / "wrong.click"


def test_good(pmill: Pmill) -> None:
    done = pmill("check", "-e", "Idle -> Discard;")
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        "config: 2 elements, 1 connections, no errors\n",
        "",
    )


def test_gcc_lines_are_those_of_click(pmill: Pmill, wrong: Path) -> None:
    done = pmill("check", "--format=gcc", wrong)
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert lines[0] == f"{wrong}:2: redeclaration of element 'a'"
    assert lines[1] == f"  {wrong}:1: element 'a' previously declared here"
    assert f"{wrong}:3: undeclared element 'Discrad'" in lines
    assert "  hint: did you mean 'Discard'?" in lines


def test_gcc_lines_about_arguments(pmill: Pmill) -> None:
    done = pmill("check", "--format=gcc", "-e", "Idle -> Strip -> Paint(x) -> Discard;")
    assert done.returncode == 1
    lines = [line for line in done.stderr.splitlines() if "hint" not in line]
    assert lines == [
        "config:1: While configuring 'Strip@2 :: Strip':",
        "  LENGTH: required argument missing",
        "config:1: While configuring 'Paint@3 :: Paint':",
        "  COLOR: parse error",
    ]


def test_json(pmill: Pmill, wrong: Path) -> None:
    done = pmill("check", "--format=json", wrong)
    assert done.returncode == 1
    first, second = json.loads(done.stdout)
    assert (first["code"], first["severity"]) == ("PM0303", "error")
    place = {"file": str(wrong), "line": 2, "column": 1, "end_line": 2, "end_column": 2}
    assert first["place"] == place
    assert first["notes"][0]["place"]["line"] == 1
    assert second["hint"] == "did you mean 'Discard'?"


def test_json_of_what_is_good(pmill: Pmill) -> None:
    done = pmill("check", "--format=json", "-e", "Idle -> Discard;")
    assert (done.returncode, json.loads(done.stdout)) == (0, [])


def test_sarif(pmill: Pmill, wrong: Path) -> None:
    done = pmill("check", "--format=sarif", wrong)
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert told["version"] == "2.1.0"
    (run,) = told["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == ["PM0301", "PM0303"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] == "error"
    first = run["results"][0]["locations"][0]["physicalLocation"]
    assert first["artifactLocation"]["uri"] == str(wrong)
    assert first["region"] == {"startLine": 2, "startColumn": 1, "endLine": 2, "endColumn": 2}
    related = run["results"][0]["relatedLocations"][0]
    assert related["message"]["text"] == "element 'a' previously declared here"


def test_the_report_may_go_to_a_file(pmill: Pmill, wrong: Path, tmp_path: Path) -> None:
    done = pmill("check", "--format=sarif", "-o", tmp_path / "report.sarif", wrong)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(json.loads((tmp_path / "report.sarif").read_text())["runs"][0]["results"]) == 2


def test_no_such_format(pmill: Pmill, wrong: Path) -> None:
    done = pmill("check", "--format=xml", wrong)
    assert done.returncode == 1
    assert "error[PM0801]: --format=xml: no such format" in done.stderr
    assert "text, json, sarif, gcc" in done.stderr


def test_two_configurations(pmill: Pmill, wrong: Path) -> None:
    done = pmill("check", "-e", "Idle;", wrong)
    assert done.returncode == 2
    assert "router configuration specified twice" in done.stderr
