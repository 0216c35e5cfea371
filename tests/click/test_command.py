"""`pmill click`: command line in, program out."""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT, Pmill

SOURCE = "InfiniteSource(LIMIT 2, STOP true) -> Print(p) -> Discard;"
PRINTED = "p:   69 | 52616e64 6f6d2062 756c6c73 68697420 696e2061 20706163\n"


def archive(name: str, content: str) -> bytes:
    """Return an `ar` archive with an odd member in front of another."""
    members = [("odd/", "x"), (name, content)]
    return b"!<arch>\n" + b"".join(
        f"{n:16}{0:<12}{0:<6}{0:<6}{644:<8}{len(c):<10}`\n{c}{'' if len(c) % 2 == 0 else chr(10)}".encode()
        for n, c in members
    )


def test_text_file_and_standard_input(pmill: Pmill, tmp_path: Path) -> None:
    (tmp_path / "f").write_text(SOURCE)
    (tmp_path / "a").write_bytes(archive("config/", SOURCE))
    for words, stdin in (
        (["-e", SOURCE], None),
        ([tmp_path / "f"], None),
        (["-f", tmp_path / "f"], None),
        ([tmp_path / "a"], None),
        ([], SOURCE),
        (["-"], SOURCE),
    ):
        done = pmill("click", *words, stdin=stdin)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", 2 * PRINTED)


def test_variables(pmill: Pmill) -> None:
    text = "define($N 1, $L x); " + SOURCE.replace("2", "$N").replace("p)", "$L)")
    assert pmill("click", "-e", text, "N=2", "L=p", "UNUSED=1").stderr == 2 * PRINTED


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["a", "b"], "click: router configuration specified twice\n"),
        (["-e", "Idle", "b"], "click: router configuration specified twice\n"),
        (["--nonsense"], "click: unrecognized option '--nonsense'\n"),
        (["-R", "-e", SOURCE], "click: -R: a compiled configuration cannot be replaced"),
        (["--socket=3", "-e", SOURCE], "click: --socket: "),
        (["-j", "0", "-e", SOURCE], "click: '--threads' expects a positive integer, not '0'\n"),
        (["--dialect=x", "-e", SOURCE], "click: there is no dialect 'x'"),
        (["/nonexistent"], "/nonexistent: No such file or directory\n"),
        (["/"], "/: Is a directory\n"),
    ],
)
def test_what_is_refused(pmill: Pmill, words: list[str], said: str) -> None:
    done = pmill("click", *words)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(said)


def test_an_archive_without_a_configuration(pmill: Pmill, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(archive("other", SOURCE))
    done = pmill("click", tmp_path / "a")
    assert (done.returncode, done.stderr) == (1, f"{tmp_path}/a: archive has no 'config' section\n")


def test_an_empty_configuration(pmill: Pmill) -> None:
    done = pmill("click", "-e", "// nothing")
    text = "warning: config: configuration has no elements, exiting\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, "", text)
    assert pmill("click", "-we", "").stderr == ""
    assert pmill("click", stdin="").stderr == text.replace("config:", "<stdin>:")


def test_errors_are_click_s(pmill: Pmill) -> None:
    done = pmill("click", "-e", "Idle -> Strip(x) -> Discard")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "config:1: While configuring 'Strip@2 :: Strip':\n  LENGTH: parse error\n"
        "Router could not be initialized!\n"
    )


def test_warnings_also_come_with_a_cached_program(pmill: Pmill) -> None:
    text = "Idle -> c :: Classifier(-, 12/0800) -> Discard; c[1] -> Discard;"
    for _ in range(2):
        told = pmill("click", "-q", "-e", text).stderr
        assert told.endswith("  warning: pattern 1 matches no packets\n")
    assert pmill("click", "-qw", "-e", text).stderr == ""
    assert pmill("click", "-q", "--no-warnings", "-e", text).stderr == ""


def test_quit(pmill: Pmill) -> None:
    done = pmill("click", "-q", "-e", "Message(ready); " + SOURCE)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "ready\n")


def test_flat_output(pmill: Pmill, tmp_path: Path) -> None:
    text = "elementclass A { input -> Null -> output } Idle -> A -> Discard"
    flat = (
        "Idle@1 :: Idle;\nDiscard@3 :: Discard;\nA@2/Null@1 :: Null;\n\n"
        "Idle@1 -> A@2/Null@1\n    -> Discard@3;\n"
    )
    assert pmill("click", "-q", "-o", "-", "-e", text).stdout == flat
    assert pmill("click", "-q", "-o", tmp_path / "o", "-e", text).stdout == ""
    assert (tmp_path / "o").read_text() == flat


def test_times(pmill: Pmill) -> None:
    done = pmill("click", "-t", "-e", SOURCE)
    assert (done.returncode, done.stderr) == (0, 2 * PRINTED)
    assert re.fullmatch(r"\d+\.\d{3}u \d+\.\d{3}s 0:\d\d\.\d\d\n", done.stdout)


def test_simulated_time(pmill: Pmill) -> None:
    text = "TimedSource(1h, DATA x, LIMIT 2, STOP true) -> Print(t, TIMESTAMP true) -> Discard"
    begin = time.monotonic()
    done = pmill("click", "--simtime", "--simtick", 1, "-e", text)
    assert time.monotonic() - begin < 30
    assert [line.split()[1] for line in done.stderr.splitlines()] == [
        "1000003600.000000:",
        "1000007200.000000:",
    ]
    assert "t: 3605.000000:" in pmill("click", "--simtime=5", "-e", text).stderr


@pytest.mark.parametrize("words", [["-j3"], ["--threads=2", "--affinity=1"], ["--no-affinity"]])
def test_workers(pmill: Pmill, words: list[str]) -> None:
    done = pmill("click", *words, "-e", SOURCE)
    assert (done.returncode, done.stderr) == (0, 2 * PRINTED)


def test_arguments_for_dpdk(pmill: Pmill, tmp_path: Path) -> None:
    text = "InfiniteSource(LIMIT 5, STOP true, LENGTH 60) -> ToDPDKDevice(0)"
    device = f"net_pcap0,tx_pcap={tmp_path}/out.pcap"
    done = pmill("click", "--dpdk", "-l", "0", "--vdev", device, "--", "-e", text)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "out.pcap").stat().st_size == 24 + 5 * (16 + 60)
    done = pmill("click", "-e", text)
    assert (done.returncode, done.stderr) == (0, ""), "without devices packets go nowhere"


def test_the_dialect(pmill: Pmill) -> None:
    text = (
        "InfiniteSource(\\<45000014 00000000 40110000 0a000001 0a000002>, LIMIT 1, STOP true)"
        " -> CheckIPHeader -> Print(good) -> Discard"
    )
    for words, variable, good in (
        ([], "", True),
        (["--dialect=click"], "", False),
        ([], "click", False),
        (["--dialect=fastclick"], "click", True),
    ):
        done = pmill("click", *words, "-e", text, env={"PMILL_DIALECT": variable})
        assert done.returncode == 0
        assert ("good:" in done.stderr) == good


def test_it_becomes_the_program() -> None:
    """No process of pmill's stays; signals reach the program, which does not end by itself."""
    command = [sys.executable, "-m", "pmill", "click", "-e", SOURCE.replace(", STOP true", "")]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        assert [child.stderr.readline() for _ in range(2)] == [PRINTED, PRINTED]
        time.sleep(0.3)
        assert child.poll() is None
        assert os.readlink(f"/proc/{child.pid}/exe").endswith("/program")
        child.send_signal(signal.SIGTERM)
        assert child.wait(30) == 0


def test_it_starts_fast(pmill: Pmill) -> None:
    """A cached program, all told: suites of tests start hundreds.

    In time of the CPU, for others may need it too; EAL sleeps for 0.1 s more to measure the clock.
    """
    assert pmill("click", "-e", SOURCE).returncode == 0
    times = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert pmill("click", "-e", SOURCE).returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(times) < 0.3, times
