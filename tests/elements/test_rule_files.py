"""`FILE rules.txt`: rules of IPFilter and patterns of IPClassifier that are in files."""

from __future__ import annotations

from pathlib import Path

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP

from pmill.diagnostics import DiagnosticError, Diagnostics, Source
from pmill.driver import compile_config
from pmill.options import CompileOptions
from tests.elements.ip_frames import ether
from tests.elements.programs import run_program
from tests.traffic.pcap import write_frames

ENDS = "f[0] -> a :: Counter -> Discard; f[1] -> b :: Counter -> Discard;"


def said(folder: Path, rules: bytes, config: str) -> list[str]:
    """Return all messages about a configuration, with a file of rules beside it."""
    (folder / "rules.txt").write_bytes(rules)
    source = Source(str(folder / "test.click"), f"Idle -> f :: {config}; f[0], f[1] -> Discard;")
    diags = Diagnostics()
    try:
        compile_config(source, CompileOptions(), diags, emit="graph")
    except DiagnosticError as error:
        return [str(d) for d in error.diagnostics]
    return [str(d) for d in diags]


@pytest.mark.parametrize("level", [0, 3])
def test_rules_of_a_file_stand_where_it_is_named(
    tmp_path: Path, level: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    to = {"src": "10.0.0.1", "dst": "10.1.0.1"}
    frames = [
        ether(IP(**to) / layer)
        for layer in (TCP(dport=80), TCP(dport=81), UDP(dport=53), ICMP(type=8), UDP(dport=9))
    ]
    write_frames(tmp_path / "in.pcap", frames)
    (tmp_path / "rules.txt").write_text(
        "# what may pass\r\n\n\t0 tcp dst port 80  # the web\n1 udp dst port 53\n  \n#1 icmp\n0 udp"
    )
    text = (
        "FromDump(in.pcap, STOP true) -> MarkIPHeader(14)"
        f" -> f :: IPFilter(drop dst port 81, FILE rules.txt, 1 all); {ENDS}"
    )
    counters = run_program(tmp_path, text, level=level).counters
    assert (counters["a.count"], counters["b.count"], counters["f.drops"]) == (2, 2, 1)


def test_patterns_of_a_file_are_counted(tmp_path: Path) -> None:
    assert said(tmp_path, b"tcp # one\n-\n", 'IPClassifier(FILE "rules.txt")') == []
    (message,) = said(tmp_path, b"tcp\nudp\n-\n", "IPClassifier(FILE rules.txt)")
    assert "PM0420" in message
    assert "2 outputs need 2 patterns, not 3" in message


def test_what_is_wrong_is_shown_in_the_file(tmp_path: Path) -> None:
    rules = b"# first\nallow tcp\n  deny src hots 10.0.0.1  # hots\nalow udp\n"
    first, second = said(tmp_path, rules, "IPFilter(FILE rules.txt)")
    assert first.startswith("rules.txt:3:")
    assert "PM0464" in first
    assert "  deny src hots 10.0.0.1  # hots" in first
    assert second.startswith("rules.txt:4:1: error[PM0468]")


def test_rules_that_match_nothing_are_shown_in_the_file(tmp_path: Path) -> None:
    rules = b"allow tcp\nallow src net 10.0.0.0/8\nallow src 10.1.2.3 and tcp port 80\ndrop all\n"
    (message,) = said(tmp_path, rules, "IPFilter(FILE rules.txt)")
    assert message.startswith("rules.txt:3:1: warning[PM0424]")
    assert "rule 0 takes all packets it could match" in message
    assert "rules.txt:1:1" in message


def test_rules_that_several_cover(tmp_path: Path) -> None:
    rules = "".join(
        f"allow src net {half}.0.0.0/1\n" if half else "allow src net 0.0.0.0/1\n"
        for half in (0, 128)
    )
    (message,) = said(tmp_path, f"{rules}allow src 1.2.3.4\n".encode(), "IPFilter(FILE rules.txt)")
    assert "rules.txt:3:1: warning[PM0424]" in message
    many = "".join(f"allow src 10.{n}.0.1 and dst port {n}\n" for n in range(250))
    config = "IPFilter(FILE rules.txt)"
    (message,) = said(tmp_path, f"{rules}{many}".encode(), config)[20:]
    assert "PM0424" in message
    assert "230 more rules match no packet" in message
    halves = "allow src net 10.0.0.0/10\nallow src net 10.64.0.0/10\n"
    (message,) = said(tmp_path, f"{many}{halves}allow src net 10.0.0.0/9\n".encode(), config)
    assert "rules.txt:253:1: warning[PM0424]" in message
    assert "earlier rules take all packets" in message


def test_contradictions(tmp_path: Path) -> None:
    many = "".join(f"allow src 10.{n}.0.1 and dst port {n}\n" for n in range(250))
    (message,) = said(tmp_path, f"{many}allow tcp and udp\n".encode(), "IPFilter(FILE rules.txt)")
    assert "contradict each other" in message


def test_a_file_without_rules(tmp_path: Path) -> None:
    (message,) = said(tmp_path, b"\n# allow tcp\n", "IPFilter(FILE rules.txt, allow all)")
    assert "PM0471" in message


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    found = said(tmp_path, b"", "IPFilter(FILE rulez.txt, FILE rules, allow all)")
    assert ["PM0496" in message for message in found] == [True, True]


def test_any_bytes(tmp_path: Path) -> None:
    found = said(tmp_path, bytes(range(1, 256)), "IPFilter(FILE rules.txt)")
    assert found
    assert all("PM0" in message for message in found)


def test_a_file_that_changes_makes_another_program(tmp_path: Path) -> None:
    source = Source(str(tmp_path / "test.click"), f"Idle -> f :: IPFilter(FILE rules.txt); {ENDS}")
    cached = []
    for rules in ("allow tcp\n1 udp", None, "allow udp\n1 tcp"):
        if rules is not None:
            (tmp_path / "rules.txt").write_text(rules)
        cached.append(compile_config(source, CompileOptions(), Diagnostics()).cached)
    assert cached == [False, True, False]
