"""`pmill verify`: its words, what it prints, its status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pmill.passes import DEFAULT
from tests.conftest import Pmill
from tests.traffic import write_frames

TEXT = "FromDPDKDevice(0) -> c :: Counter -> EtherMirror -> ToDPDKDevice(0);\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "mirror.click"
    path.write_text(TEXT)
    return path


def test_pass_by_pass(pmill: Pmill, config: Path, tmp_path: Path) -> None:
    capture = write_frames(tmp_path / "in.pcap", [bytes(64)] * 10)
    done = pmill("verify", config, "--pcap", f"0={capture}", "--packets", 200, "-O2")
    assert done.returncode == 0, done.stdout + done.stderr
    first, *lines = done.stdout.splitlines()
    assert first.startswith(f"{config}: 10 in.pcap, ")
    assert " good, 100 malformed; without passes " in first
    assert len(lines) == 1 + 2 * len(DEFAULT)
    for p in DEFAULT:
        assert any(f"only {p.name}" in line for line in lines)
        assert any(f"without {p.name}" in line for line in lines)
    assert all(line.startswith("  same ") for line in lines)


def test_json(pmill: Pmill, config: Path) -> None:
    done = pmill("verify", config, "--quick", "--packets", 200, "--format=json", "--bisect")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["equal"]
    assert told["guilty"] == []
    assert told["first_packet"] is None
    (comparison,) = told["comparisons"]
    assert comparison["variant"] == "all passes"
    assert set(comparison["passes"]) > {p.name for p in DEFAULT}
    assert told["reference"]["packets"]["port 0"] > 200


def test_random(pmill: Pmill) -> None:
    one = pmill("verify", "--random", 1, "--seed", 5, "--quick", "--packets", 200)
    assert one.returncode == 0, one.stdout
    assert one.stdout.startswith("seed 5: same    1 of 1 programs, ")
    again = pmill("verify", "--random", 1, "--seed", 5, "--quick", "--packets", 200)
    assert again.stdout == one.stdout


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ([], "a configuration is needed, or --random N"),
        (["x.click", "--random", "1"], "--random makes configurations"),
        (["x.click", "--nonsense"], "unrecognized arguments: --nonsense"),
        (["x.click", "--packets", "-1"], "must not be negative"),
        (["nowhere.click"], "error[PM0802]"),
        (["--disable-pass", "nothing", "CONFIG"], "error[PM0601]"),
        (["CONFIG", "--pcap", "7=in.pcap"], "error[PM0835]"),
        (["CONFIG", "no-value"], "error[PM0801]"),
    ],
)
def test_wrong_words(pmill: Pmill, config: Path, words: list[str], wanted: str) -> None:
    done = pmill("verify", *[str(config) if w == "CONFIG" else w for w in words])
    assert done.returncode == 2
    assert wanted in done.stderr


def test_a_wrong_configuration(pmill: Pmill, tmp_path: Path) -> None:
    path = tmp_path / "wrong.click"
    path.write_text("Idle -> Discrad;\n")
    done = pmill("verify", path)
    assert done.returncode == 2
    assert "error[PM0301]" in done.stderr
