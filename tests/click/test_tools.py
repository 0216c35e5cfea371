"""Click's tools, and the scripts by which they are called."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Pmill

COMPOUND = """\
define($N 3);
require(compact_config);
elementclass A { $x | input -> Null -> p :: Print($x) -> output };
InfiniteSource(LIMIT $N) -> t :: Tee -> A(hi) -> Discard;
t [1] -> [0] Discard
"""
FLAT = """\
require(compact_config);

InfiniteSource@1 :: InfiniteSource(LIMIT 3);
t :: Tee;
Discard@4 :: Discard;
Discard@5 :: Discard;
A@3/Null@1 :: Null;
A@3/p :: Print(hi);

InfiniteSource@1 -> t
    -> A@3/Null@1
    -> A@3/p
    -> Discard@4;
t [1] -> Discard@5;
"""


def test_flatten(pmill: Pmill, tmp_path: Path) -> None:
    done = pmill("click-flatten", "-e", COMPOUND)
    assert (done.returncode, done.stdout, done.stderr) == (0, FLAT, "")
    again = pmill("click-flatten", stdin=FLAT)
    assert again.stdout == FLAT, "it reads back as it was"
    done = pmill("click-flatten", "-e", COMPOUND, "N=4", "-o", tmp_path / "out")
    assert done.stdout == ""
    assert (tmp_path / "out").read_text() == FLAT.replace("LIMIT 3", "LIMIT 4")


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("-c", "Discard\nInfiniteSource\nNull\nPrint\nTee\n"),
        ("-n", "InfiniteSource@1\nt\nDiscard@4\nDiscard@5\nA@3/Null@1\nA@3/p\n"),
        ("-d", FLAT.split("\n\n")[1] + "\n"),
        ("--expand-vars", FLAT),
        ("--config", FLAT),
    ],
)
def test_parts(pmill: Pmill, option: str, text: str) -> None:
    assert pmill("click-flatten", option, "-e", COMPOUND).stdout == text


def test_flatten_takes_classes_that_it_does_not_know(pmill: Pmill) -> None:
    done = pmill("click-flatten", "-e", "a :: Foo(3) -> [2] Bar(x, y) [1] -> a")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "a :: Foo(3);\nBar@2 :: Bar(x, y);\n\nBar@2 [1] -> a\n    -> [2] Bar@2;\n"
    )


def test_flatten_says_what_is_wrong(pmill: Pmill, tmp_path: Path) -> None:
    done = pmill("click-flatten", "-e", "a -> b")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "config:1: undeclared element 'a'\nconfig:1: undeclared element 'b'\n"
    done = pmill("click-flatten", tmp_path / "none")
    assert done.stderr == f"{tmp_path}/none: No such file or directory\n"
    done = pmill("click-flatten", "-z")
    assert done.returncode == 1
    assert done.stderr.startswith("click-flatten: unrecognized option '-z'\n")


def test_an_empty_configuration(pmill: Pmill) -> None:
    for command in ("click-flatten", "click-check"):
        done = pmill(command, "-e", "")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), command


def test_check(pmill: Pmill) -> None:
    done = pmill("click-check", "-e", "Idle -> Discard")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = pmill("click-check", "-p", "-e", "Idle -> Discard")
    assert (done.returncode, done.stdout) == (0, "Idle -> Discard")
    done = pmill("click-check", "-p", "-e", "Idle -> Null")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "config:1: 'Null@2 :: Null' output 0 unused\nRouter could not be initialized!\n"
    )


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["Queue", "dpdk"], 0, "1\n"),
        (["Queue", "Nonsense"], 1, "0\n"),
        (["-q", "Nonsense"], 1, ""),
        (["-i", "Nonsense"], 0, "1\n"),
        (["-iq", "Queue"], 1, ""),
        (["--invert", "--quiet", "Nonsense"], 0, ""),
        (["!Nonsense", "Queue"], 0, "1\n"),
        (["!Queue"], 1, "0\n"),
        ([], 0, "1\n"),
    ],
)
def test_provides(pmill: Pmill, words: list[str], status: int, said: str) -> None:
    done = pmill("click-buildtool", "provides", *words)
    assert (done.returncode, done.stdout, done.stderr) == (status, said, "")


def test_buildtool_has_no_other_command(pmill: Pmill) -> None:
    assert pmill("click-buildtool", "findelem").returncode == 2
    assert "unknown option '-z'" in pmill("click-buildtool", "provides", "-z").stderr


@pytest.mark.parametrize("command", ["click", "click-check", "click-flatten", "click-buildtool"])
def test_help_and_version(pmill: Pmill, command: str) -> None:
    assert pmill(command, "--help").stdout.startswith(f"Usage: {command} ")
    assert pmill(command, "--version").stdout.startswith(f"{command} (pmill) ")


def test_shims(pmill: Pmill, tmp_path: Path) -> None:
    shims = tmp_path / "a dir"
    done = pmill("install-shims", shims)
    names = ["click", "click-buildtool", "click-check", "click-flatten", "click-provides", "not"]
    assert done.stdout == "".join(f"{shims}/{name}\n" for name in names)
    env = {**os.environ, "PATH": f"{shims}:{os.environ['PATH']}"}
    env.pop("PYTHONPATH", None)

    def run(command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, shell=True, cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )

    assert run("click -q -e 'Message(\"$x y\")' x='a  b'").stderr == "a  b y\n"
    assert run("click-flatten -ne 'Idle -> Discard'").stdout == "Idle@1\nDiscard@2\n"
    assert run("click-check -e 'Idle -> x'").returncode == 1
    assert run("click-buildtool provides -q Queue").returncode == 0
    assert run("click-provides -q Queue && not click-provides -q Nonsense").returncode == 0
    assert run("not true").returncode == 1
    (tmp_path / "pmill").mkdir()
    assert run("click --version").stdout.startswith("click (pmill)"), "from anywhere"


def test_shims_where_nothing_can_be_written(pmill: Pmill, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = pmill("install-shims", tmp_path / "file")
    assert done.returncode == 1
    assert done.stderr.startswith(f"error[PM0703]: cannot write '{tmp_path}/file'")
