"""Profiles: how many packets take which way, and what the compiler makes of it."""

from __future__ import annotations

import json
import random
import struct
from pathlib import Path

import pytest

from pmill.bench import rulesets
from pmill.diagnostics import DiagnosticError, Diagnostics, Source
from pmill.driver import compile_config
from pmill.graph import connection_key, print_graph
from pmill.options import CompileOptions
from pmill.profile import Profile, ProfileError
from pmill.profiling import collect, with_profile
from tests.conftest import Pmill
from tests.passes.kit import graph_of, placeless
from tests.traffic.pcap import read_pcap, write_frames

ETHER = bytes(12)
KINDS = """\
FromDPDKDevice(0) -> kinds :: Classifier(12/0800, 12/0806, -);
kinds[0] -> Queue(1000) -> Unqueue -> ip :: Counter -> ToDPDKDevice(0);
kinds[1] -> arp :: Counter -> ToDPDKDevice(0);
kinds[2] -> Discard;
"""


def frames(counts: dict[str, int]) -> list[bytes]:
    return [
        ETHER + bytes.fromhex(ethertype) + bytes(46)
        for ethertype, count in counts.items()
        for _ in range(count)
    ]


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    path = tmp_path / "trace.pcap"
    write_frames(path, frames({"0800": 300, "0806": 20, "86dd": 3}))
    return path


def profile_of(text: str, *captures: str) -> Profile:
    return collect(
        Source("c.click", text), CompileOptions(), captures, Diagnostics(), lambda _: None
    )


def test_every_connection_is_counted(trace: Path) -> None:
    profile = profile_of(KINDS, f"0={trace}")
    assert profile.packets == 323
    assert dict(profile.connections) == {
        "FromDPDKDevice@1[0]": 323,
        "kinds[0]": 300,
        "kinds[1]": 20,
        "kinds[2]": 3,
        "[0]Unqueue@4": 300,
        "Unqueue@4[0]": 300,
        "ip[0]": 300,
        "arp[0]": 20,
    }


def test_names_are_those_of_the_graph(trace: Path) -> None:
    profile = profile_of(KINDS, str(trace))
    graph = graph_of(KINDS)
    assert set(profile.connections) == {connection_key(graph, c) for c in graph.connections}


def test_what_a_tee_copies_and_what_several_inputs_take(tmp_path: Path) -> None:
    text = """\
InfiniteSource(LIMIT 9, STOP true) -> t :: Tee(2) -> s :: RoundRobinSwitch -> a :: Null -> Discard;
t[1] -> b :: Null -> Discard; s[1] -> b; s[2] -> Discard;
"""
    counts = profile_of(text).connections
    assert {k: counts[k] for k in ("t[0]", "t[1]", "s[0]", "s[1]", "s[2]", "b[0]")} == {
        "t[0]": 9,
        "t[1]": 9,
        "s[0]": 3,
        "s[1]": 3,
        "s[2]": 3,
        "b[0]": 12,
    }


def test_a_cycle_counts_every_round() -> None:
    text = """\
InfiniteSource(LIMIT 5, STOP true) -> [0] i :: Null -> s :: RoundRobinSwitch -> Discard;
s[1] -> [0] i;
"""
    counts = profile_of(text).connections
    assert counts["i[0]"] == counts["s[0]"] + counts["s[1]"]
    assert counts["s[0]"] == 5


def test_a_saved_profile_is_read_back() -> None:
    profile = Profile(packets=5, connections={"b[0]": 3, "a[1]": 2})
    assert Profile.read(profile.text()) == profile
    assert profile.text().index("a[1]") < profile.text().index("b[0]")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "no JSON"),
        ("[]", "no profile that pmill wrote"),
        ('{"pmill-profile": 2}', "its version is 2, not 1"),
        ('{"pmill-profile": 1, "packets": 1}', "no connections"),
        ('{"pmill-profile": 1, "packets": -1, "connections": {}}', "-1 is no number"),
        ('{"pmill-profile": 1, "packets": 1, "connections": {"a[0]": true}}', "true is no"),
    ],
)
def test_what_is_no_profile(text: str, said: str) -> None:
    with pytest.raises(ProfileError, match=said):
        Profile.read(text)


def test_a_graph_with_a_profile_prints_and_reads_back() -> None:
    text = KINDS + "PassInfo(PACKETS kinds[0]=7 kinds[2]=0 [0]Unqueue@4=7);"
    graph = graph_of(text)
    assert {connection_key(graph, c): c.packets for c in graph.connections if c.packets} == {
        "kinds[0]": 7,
        "[0]Unqueue@4": 7,
    }
    assert placeless(graph_of(print_graph(graph))) == placeless(graph)


@pytest.mark.parametrize("word", ["kinds[9]=1", "kinds[0]", "kinds[0]=x", "nobody[0]=1"])
def test_a_wrong_count_is_refused(word: str) -> None:
    with pytest.raises(DiagnosticError, match="PM0312"):
        graph_of(KINDS + f"PassInfo(PACKETS {word});")


def test_command_saves_what_compiling_uses(trace: Path, tmp_path: Path, pmill: Pmill) -> None:
    config, saved = tmp_path / "c.click", tmp_path / "c.json"
    config.write_text(KINDS)
    done = pmill("profile", config, "--pcap", trace, "-o", saved)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(saved.read_text())["connections"]["kinds[1]"] == 20
    by_file = pmill("compile", config, "--profile", saved, "--emit=graph@outline_cold").stdout
    by_trace = pmill("compile", config, "--profile", f"0={trace}", "--emit=graph@outline_cold")
    assert by_file == by_trace.stdout
    assert "kinds[0]=300" in by_file
    assert "COLD kinds[2]," in by_file


def test_a_profile_of_another_configuration(tmp_path: Path) -> None:
    saved = tmp_path / "old.json"
    saved.write_text(Profile(packets=1, connections={"gone[0]": 1, "kinds[7]": 0}).text())
    source, diags = Source("c.click", KINDS), Diagnostics()
    options = with_profile(source, CompileOptions(), [str(saved)], diags, lambda _: None)
    compile_config(source, options, diags, emit="graph")
    (warning,) = [str(d) for d in diags]
    assert "warning[PM0647]: the profile knows a connection that is not there: gone[0], and 1" in (
        warning
    )


@pytest.mark.parametrize(
    ("names", "text", "said"),
    [
        (["p.json"], "{}", "PM0645.*is no profile: it is no profile that pmill wrote"),
        (["p.json", "t.pcap"], "{}", "PM0645.*cannot be combined"),
    ],
)
def test_files_that_give_no_profile(
    names: list[str], text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.json").write_text(text)
    with pytest.raises(DiagnosticError, match=said):
        with_profile(
            Source("c.click", KINDS), CompileOptions(), names, Diagnostics(), lambda _: None
        )


def test_a_program_that_fails_gives_no_profile() -> None:
    text = "FromDump(nowhere.pcap, STOP true) -> Discard;"
    with pytest.raises(DiagnosticError, match=r"PM0646[\s\S]*nowhere.pcap"):
        profile_of(text)


def test_a_profile_changes_no_packet(trace: Path, tmp_path: Path, pmill: Pmill) -> None:
    config = tmp_path / "c.click"
    config.write_text(KINDS)
    for name, words in (("plain", []), ("profiled", ["--profile", trace])):
        done = pmill("run", config, *words, "--pcap", trace, "--out", tmp_path / f"{name}.pcap")
        assert done.returncode == 0, done.stderr
    plain, profiled = (
        [frame for _, frame in read_pcap(tmp_path / f"{name}.pcap")]
        for name in ("plain", "profiled")
    )
    assert len(plain) == 320
    assert sorted(plain) == sorted(profiled)  # arp may overtake what waits in the queue


def udp(destination_port: int) -> bytes:
    ip = bytes.fromhex("4500002c000000004011000a0a0000010a000002")
    return ETHER + b"\x08\x00" + ip + struct.pack(">HHHH", 9, destination_port, 24, 0) + bytes(16)


FILTER = """\
FromDPDKDevice(0) -> MarkIPHeader(14) -> f :: IPFilter(
    deny dst port 7, allow dst port 8, allow dst port 7 or dst port 9, deny dst port 10);
f -> ToDPDKDevice(0);
"""


def test_packets_of_every_rule_are_counted(tmp_path: Path) -> None:
    ports = {7: 5, 8: 0, 9: 3, 10: 2, 11: 4}
    write_frames(tmp_path / "in.pcap", [udp(p) for p, count in ports.items() for _ in range(count)])
    profile = profile_of(FILTER, str(tmp_path / "in.pcap"))
    assert dict(profile.rules) == {"f": (5, 0, 3, 2)}  # the rest has no rule
    assert Profile.read(profile.text()) == profile


def test_rules_that_are_not_there_any_more_are_not_counted() -> None:
    graph = graph_of(FILTER + "PassInfo(HITS f#1=5);")
    assert "HITS f#1=5" in print_graph(graph)
    assert placeless(graph_of(print_graph(graph))) == placeless(graph)
    with pytest.raises(DiagnosticError, match="there is no rule 'f#4=1'"):
        graph_of(FILTER + "PassInfo(HITS f#4=1);")


@pytest.mark.slow
def test_rules_that_are_looked_for_first_change_no_packet(tmp_path: Path, pmill: Pmill) -> None:
    found = rulesets.rules("acl", 200)
    config, usual, other = tmp_path / "f.click", tmp_path / "usual.pcap", tmp_path / "other.pcap"
    config.write_text(rulesets.configuration(found))
    write_frames(usual, rulesets.traffic(found[-1:], 300))
    frames = rulesets.traffic(found, 3000)
    rng = random.Random(1)
    frames += [frame[: rng.randrange(14, len(frame))] for frame in frames[:300]]
    write_frames(other, frames)
    shown = pmill("compile", config, "--profile", usual, "--emit=graph@guard_rules").stdout
    assert "GUARDED f" in shown
    outs = []
    for name, words in (("plain", []), ("profiled", ["--profile", usual])):
        out = tmp_path / f"{name}.pcap"
        done = pmill("run", config, *words, "--pcap", other, "--out", out)
        assert done.returncode == 0, done.stderr
        outs.append([frame for _, frame in read_pcap(out)])
    assert outs[0] == outs[1]
    assert len(outs[0]) > 1000
