"""`pmill traffic` as it is typed."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from pmill.cli import main
from pmill.run.pcap import read_capture
from pmill.traffic.pcap import read_pcap
from tests.conftest import Pmill
from tests.traffic.reader import read


def test_the_same_words_make_the_same_bytes(tmp_path: Path) -> None:
    words = ["--packets=300", "--size=campus", "--attacks=all", "--protocols=tcp,udp"]
    for name, more in (("a", []), ("b", []), ("c", ["--seed=2"])):
        assert main(["traffic", *words, *more, "-o", str(tmp_path / name)]) == 0
    first, again, other = ((tmp_path / name).read_bytes() for name in "abc")
    assert first == again
    assert first != other


def test_what_is_said_is_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.pcap"
    words = ["--size=imix", "--packets=500", "--rate=1000", "--flows=7", "--format=json"]
    assert main(["traffic", *words, "-o", str(path)]) == 0
    said = json.loads(capsys.readouterr().out)
    packets = read_pcap(path)
    assert said["packets"] == len(packets) == read_capture(path).packets == 500
    assert said["bytes"] == sum(len(frame) for _, frame in packets)
    assert said["kinds"] == {"udp": {"packets": 500, "bytes": said["bytes"]}}
    assert said["flows"] == {"used": 7, "of": 7, "first": 72}
    assert said["seconds"] == 0.5
    assert {b - a for (a, _), (b, _) in itertools.pairwise(packets)} == {1_000_000}


def test_text_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--packets=2000", "--attacks=scan", "--share=0.5", "--flows=4"]
    assert main(["traffic", *words, "-o", str(tmp_path / "a")]) == 0
    first, *kinds, last = capsys.readouterr().out.splitlines()
    assert first.startswith("2,000 packets, ")
    assert first.endswith(" in 0.002 s")
    assert [line.split()[0] for line in kinds] == ["scan", "udp"]
    assert last.startswith("4 of 4 flows; the first has 25.")


def test_answers_are_a_capture_of_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked, answered = tmp_path / "a.pcap", tmp_path / "b.pcap"
    words = ["--connections", "--packets=900", "--flows=9", "--format=json"]
    assert main(["traffic", *words, "-o", str(asked), "--answers", str(answered)]) == 0
    said = json.loads(capsys.readouterr().out)
    clients, servers = ([read(f) for _, f in read_pcap(path)] for path in (asked, answered))
    assert len(servers) == said["answers"]
    assert len(clients) + len(servers) == 900
    assert {got.destination_mac for got in clients} == {"02:00:00:00:00:01"}
    assert {got.destination_mac for got in servers} == {"02:00:00:00:00:02"}
    assert said["connections"]["opened"] == sum(got.flags == "S" for got in clients)
    # On one port there is one router to send to.
    assert main(["traffic", *words, "-o", str(asked)]) == 0
    assert {f[:6] for _, f in read_pcap(asked)} == {bytes.fromhex("020000000001")}


def test_addresses_are_those_that_were_given(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    words = ["--connections", "--packets=50", "--ports=99", "--from=10.5.0.0/16", "--to=1.2.3.4"]
    words += ["--mac=2:0:0:0:0:aa,2:0:0:0:0:bb", "--host-mac", "2:0:0:0:0:cc"]
    assert main(["traffic", *words, "-o", str(path)]) == 0
    for _, frame in read_pcap(path):
        got = read(frame)
        ends = ((got.source, got.ports[0]), (got.destination, got.ports[1]))
        asked = ends[1] == ("1.2.3.4", 99)
        assert asked or ends[0] == ("1.2.3.4", 99)
        assert (got.source if asked else got.destination).startswith("10.5.")
        assert got.destination_mac[-2:] == ("aa" if asked else "bb")
        assert got.source_mac[-2:] == "cc"


def test_standard_output_is_the_capture(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "pmill", "traffic", "--packets", "10", "-o"]
    piped = subprocess.run([*words, "-"], capture_output=True, check=True)
    subprocess.run([*words, tmp_path / "a"], capture_output=True, check=True)
    assert piped.stdout == (tmp_path / "a").read_bytes()
    assert piped.stderr.startswith(b"10 packets, ")


def test_a_pipe_that_is_closed_ends_it() -> None:
    words = f"{sys.executable} -m pmill traffic --packets 100000 -o - | head -c 100 >/dev/null"
    done = subprocess.run(["bash", "-c", words], capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_no_capture_is_kept_in_memory(tmp_path: Path) -> None:
    words = ["traffic", "--size", "1514", "-o", "/dev/null", "--packets"]
    main([*words, "10"])
    tracemalloc.start()
    main([*words, "8000"])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_500_000 < 8000 * 1514


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["-o", "missing/x.pcap"], "PM0930"),
        (["-o", "/dev/full", "--packets", "9999"], "PM0930"),
        (["-o", "x", "--connections", "--answers", "missing/x.pcap"], "PM0930"),
        (["-o", "x", "--size", "53"], "PM0931"),
        (["-o", "x", "--size", "65550"], "PM0931"),
        (["-o", "x", "--size", "70-60"], "PM0931"),
        (["-o", "x", "--size", "60:0,70:0"], "PM0931"),
        (["-o", "x", "--size", "imixx"], "PM0931"),
        (["-o", "x", "--size", ""], "PM0931"),
        (["-o", "x", "--from", "10.0.0.300"], "PM0932"),
        (["-o", "x", "--to", "10.0.0.0/33"], "PM0932"),
        (["-o", "x", "--popularity", "zipf:-1"], "PM0933"),
        (["-o", "x", "--from", "10.0.0.1", "--to", "10.0.0.1", "--flows", "64513"], "PM0934"),
        (["-o", "x", "--protocols", "sctp"], "PM0935"),
        (["-o", "x", "--protocols", "tcp:0"], "PM0935"),
        (["-o", "x", "--attacks", "scan:0"], "PM0936"),
        (["-o", "x", "--attacks", "scam"], "PM0936"),
    ],
)
def test_errors(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    code: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["traffic", *words]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"error[{code}]: ")
    assert "hint: " in said


@pytest.mark.parametrize(
    "words",
    [
        ["--packets", "-1"],
        ["--packets", "½"],
        ["--flows", "0"],
        ["--rate", "0"],
        ["--rate", "nan"],
        ["--share", "1.1"],
        ["--ports", "0"],
        ["--ports", "70000"],
        ["--mac", "1:2:3:4:5"],
        ["--answers", "y"],
        ["--connections", "--answers", "x"],
        ["--nonsense"],
    ],
)
def test_usage(pmill: Pmill, tmp_path: Path, words: list[str]) -> None:
    done = pmill("traffic", "-o", "x", *words, cwd=tmp_path)
    assert done.returncode == 2
    assert "pmill traffic: error: " in done.stderr
    assert not (tmp_path / "x").exists()
