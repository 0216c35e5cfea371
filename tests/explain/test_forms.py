"""`pmill explain CONFIG`: as text and as JSON."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pmill.cli import main
from pmill.explain.explanation import hot_path
from pmill.explain.json_form import json_form
from pmill.explain.text_form import text_form
from pmill.passes import DEFAULT
from tests.conftest import Pmill
from tests.explain.kit import MIXED, explained


def form(level: int = 3) -> dict[str, Any]:
    told = json.loads(json.dumps(json_form(explained(MIXED, level))))
    assert isinstance(told, dict)
    return told


def test_the_text_says_what_and_why() -> None:
    text = text_form(explained())
    assert "  embed_constants: " in text
    assert "    - u: BURST stays changeable: it is marked with a !" in text
    assert "    + n: left out: it only passes packets on" in text
    assert "    - check[1]: calls: it is rarely taken" in text
    assert re.search(r"^  kind +Classifier +1 +\d+ ", text, re.M)
    assert re.search(r"^  \S+ +pmill::TransmitBuffer::send +\d+$", text, re.M)
    assert re.search(r"^  paint +1 +17 ", text, re.M)


def test_the_hot_path_leaves_rare_elements_out() -> None:
    x = explained()
    names = list(hot_path(x.after))
    assert names[:3] == ["s", "p", "kind"]
    assert {"q", "u", "r"} <= set(names)
    assert names.index("u") < names.index("r")
    assert "bad" not in names
    assert len(names) == len(set(names))


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_instructions_add_up(level: int) -> None:
    told = form(level)
    places = ("loop", "called", "rare", "other")
    sums: Counter[str] = Counter(told["instructions"]["runtime"])
    for e in told["elements"]:
        assert (e["instructions"] is None) == e["removed"]
        sums.update(e["instructions"] or {})
    assert {place: sums[place] for place in places} == {
        place: told["instructions"][place] for place in places
    }
    assert told["instructions"]["loop"] > 100
    kind = next(e for e in told["elements"] if e["name"] == "kind")
    assert sum(kind["instructions"].values()) > 5


def test_optimising_moves_instructions_into_the_loop() -> None:
    def share(level: int) -> float:
        counted = form(level)["instructions"]
        return float(counted["loop"]) / (counted["loop"] + counted["called"])

    assert share(0) < share(3)


def test_json_form() -> None:
    told = form()
    assert list(told) == [
        "explain", "pmill", "configuration", "level", "passes", "elements", "connections",
        "hot_path", "instructions", "uncounted", "calls", "model", "workers",
        "layout",
    ]  # fmt: skip
    assert (told["explain"], told["configuration"], told["level"]) == (1, "mixed.click", 3)
    assert [p["name"] for p in told["passes"]] == [p.name for p in DEFAULT]
    notes = [n for p in told["passes"] for n in p["notes"]]
    assert {"where": "n", "text": "left out: it only passes packets on", "done": True} in notes
    removed = {e["name"] for e in told["elements"] if e["removed"]}
    assert {"n", "unreachable"} <= removed
    assert {c["call"] for c in told["connections"]} >= {"inline", "cold"}
    names = {e["name"] for e in told["elements"]}
    assert {c["from"] for c in told["connections"]} <= names
    assert {c["caller"] for c in told["calls"]} <= names | {None}
    assert any(c["callee"] == "pmill::TransmitBuffer::send" for c in told["calls"])
    assert told["uncounted"] is None


@pytest.mark.parametrize(
    ("port", "model", "why"),
    [
        ("0", "overlaying", "'in' uses port 0, whose driver is not known"),
        ("pmill:0", "xchange", "all ports are of net_pmill"),
    ],
)
def test_the_metadata_model(port: str, model: str, why: str) -> None:
    x = explained(f"in :: FromDPDKDevice({port}) -> Counter -> ToDPDKDevice({port});")
    assert f"\nthe metadata model is {model}: {why}\n" in text_form(x)
    told = json_form(x)["model"]
    assert (told["name"], told["why"]) == (model, why)


def test_the_same_every_time() -> None:
    again = explained.__wrapped__()
    assert json.dumps(json_form(again)) == json.dumps(json_form(explained()))


def test_without_machine_code_the_rest_is_said() -> None:
    x = explained("FromDPDKDevice(0) -> Counter -> ToDPDKDevice(0);", sanitize=("address",))
    assert x.machine is None
    told = json_form(x)
    assert told["instructions"] is None
    assert "LLVM passes" in told["uncounted"]
    assert "not counted: " in text_form(x)


# --- the command ----------------------------------------------------------------------------------


def test_a_file_is_a_configuration_and_a_code_is_a_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("router").write_text("Idle -> Discard;")
    assert main(["explain", "router"]) == 0
    assert "what the passes did" in capsys.readouterr().out
    Path("PM0301").write_text("nonsense")
    assert main(["explain", "PM0301"]) == 0
    assert capsys.readouterr().out.startswith("PM0301: ")
    assert main(["explain", "missing.click"]) == 1
    assert "PM0802" in capsys.readouterr().err
    assert main(["explain", "missing"]) == 1
    assert "PM0801" in capsys.readouterr().err


def test_options_and_forms(pmill: Pmill, tmp_path: Path) -> None:
    (tmp_path / "a.click").write_text("InfiniteSource(LIMIT $n) -> c :: Counter -> Discard;\n")
    args = ("-O1", "--keep", "*.limit", "--disable-pass", "devirtualize")
    done = pmill("explain", *args, "a.click", "n=5", "--format", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["level"] == 1
    ran = {p["name"]: p["ran"] for p in told["passes"]}
    assert (ran["embed_constants"], ran["devirtualize"], ran["fuse_regions"]) == (
        True,
        False,
        False,
    )
    assert any("LIMIT stays changeable" in n["text"] for p in told["passes"] for n in p["notes"])
    done = pmill("explain", *args, "a.click", "n=5", "-o", "a.json", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert json.loads((tmp_path / "a.json").read_text()) == told
    assert pmill("explain", "a.click", "--colour", cwd=tmp_path).returncode == 2
    done = pmill("explain", "a.click", "n=5", "-o", "no/such/x.html", cwd=tmp_path)
    assert done.returncode == 1


def test_errors_of_the_configuration(pmill: Pmill, tmp_path: Path) -> None:
    (tmp_path / "a.click").write_text("Idle -> Discrad;\n")
    for command in ("explain", "layout"):
        done = pmill(command, "a.click", cwd=tmp_path)
        assert (done.returncode, done.stdout) == (1, "")
        assert "PM0301" in done.stderr
        done = pmill(command, "a.click", "--disable-pass", "nothing", cwd=tmp_path)
        assert "PM0601" in done.stderr
