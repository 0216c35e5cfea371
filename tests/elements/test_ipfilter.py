from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import compile_config
from pmill.options import CompileOptions
from tests.elements.conftest import RunElement
from tests.elements.ip_frames import ether
from tests.elements.ip_patterns import Pattern, written
from tests.elements.ip_random_patterns import pattern
from tests.elements.ip_views import View, packets
from tests.elements.programs import refusal, run_program, warnings
from tests.traffic.pcap import write_frames

LEVELS = pytest.mark.parametrize("level", [0, 3])
MARKED = "MarkIPHeader(14)"


def tcp(dport: int, flags: str = "S", **fields: object) -> bytes:
    return ether(IP(src="10.0.0.1", dst="10.1.0.1", **fields) / TCP(dport=dport, flags=flags))


def udp(dport: int, **fields: object) -> bytes:
    return ether(IP(src="10.0.0.1", dst="10.1.0.1", **fields) / UDP(dport=dport))


# --- rules ----------------------------------------------------------------------------------------


@LEVELS
def test_a_firewall(run_element: RunElement, level: int) -> None:
    web, ssh, dns, ntp = tcp(80), tcp(22), udp(53), udp(123)
    outside = ether(IP(src="192.168.1.1", dst="10.1.0.1") / TCP(dport=80))
    ping = ether(IP(src="10.0.0.1", dst="10.1.0.1") / ICMP(type=8))
    arp = b"\xff" * 6 + b"\x02\0\0\0\0\x01" + b"\x08\x06" + bytes(28)
    result = run_element(
        "IPFilter(deny not src net 10.0.0.0/8, allow tcp dst port www or 443,"
        " 2 dst udp port domain, drop icmp, deny all)",
        [web, ssh, dns, ntp, outside, ping, arp],
        before=MARKED,
        outputs=3,
        level=level,
    )
    assert result.out == {0: [web], 1: [ssh, ntp, outside, arp], 2: [dns]}
    assert result.counters["e.drops"] == 1


@LEVELS
def test_deny_drops_where_there_is_one_output(run_element: RunElement, level: int) -> None:
    result = run_element(
        "IPFilter(deny tcp, allow)", [tcp(80), udp(53)], before=MARKED, level=level
    )
    assert result.out == {0: [udp(53)]}
    assert result.counters["e.drops"] == 1


@LEVELS
def test_what_matches_no_rule_is_dropped(run_element: RunElement, level: int) -> None:
    result = run_element("IPFilter(0 tcp)", [tcp(80), udp(53)], before=MARKED, level=level)
    assert result.out == {0: [tcp(80)]}
    assert result.counters["e.drops"] == 1


def test_a_rule_in_quotes(run_element: RunElement) -> None:
    result = run_element('IPFilter("allow tcp", drop "all")', [tcp(80), udp(53)], before=MARKED)
    assert result.out == {0: [tcp(80)]}


@LEVELS
def test_names_of_addresses(tmp_path: Path, level: int) -> None:
    sources = ["10.0.0.7", "10.0.1.7", "10.0.1.8"]
    write_frames(tmp_path / "in.pcap", [ether(IP(src=s, dst="1.2.3.4") / UDP()) for s in sources])
    text = (
        "AddressInfo(lan 10.0.0.0/24, router 10.0.1.7 02:00:00:00:00:0a);"
        "FromDump(in.pcap, STOP true) -> MarkIPHeader(14)"
        " -> f :: IPFilter(0 src net lan, 1 src router and src ether host router);"
        "f[0] -> lan :: Counter -> Discard; f[1] -> router :: Counter -> Discard;"
    )
    counters = run_program(tmp_path, text, level=level).counters
    assert counters["f.drops"] == 1
    assert (counters["lan.count"], counters["router.count"]) == (1, 1)


# --- headers --------------------------------------------------------------------------------------


@LEVELS
def test_without_a_marked_header_there_is_nothing_to_compare(
    run_element: RunElement, level: int
) -> None:
    result = run_element("IPFilter(0 ip vers >= 0, 1 not tcp)", [tcp(80)], outputs=2, level=level)
    assert result.out == {0: [], 1: [tcp(80)]}


@LEVELS
def test_stripped_headers_count(run_element: RunElement, level: int) -> None:
    frames = [tcp(80), udp(53)]
    rules = "IPFilter(0 ether src host 02:00:00:00:00:0a and tcp, 1 dst 10.1.0.1)"
    for strip, before in ((14, "Strip(14) -> MarkIPHeader"), (34, "MarkIPHeader(14) -> Strip(34)")):
        result = run_element(rules, frames, before=before, outputs=2, level=level)
        assert result.out == {0: [frames[0][strip:]], 1: [frames[1][strip:]]}


@LEVELS
def test_transport_headers_are_behind_options(run_element: RunElement, level: int) -> None:
    plain = bytes(IP(src="10.0.0.1", dst="10.1.0.1") / TCP(dport=80))
    long = bytes([0x46]) + plain[1:20] + bytes([1, 1, 1, 0]) + plain[20:]
    later = plain[:6] + b"\x00\x01" + plain[8:]
    first = plain[:6] + b"\x20\x00" + plain[8:]
    frames = [ether(p) for p in (plain, long, later, first, plain[:23], plain[:24])]
    result = run_element("IPFilter(0 dst port 80, 1 tcp)", frames, before=MARKED, outputs=2)
    assert result.out == {
        0: [frames[0], frames[1], frames[3], frames[5]],
        1: [frames[2], frames[4]],
    }


# --- any pattern, any packet ----------------------------------------------------------------------

NEXT = 255  # the paint of a packet; what follows are its copies that a pattern let pass


def filters(trees: list[Pattern], rng: random.Random, marked: str) -> str:
    """Return a program that writes, for each packet, the numbers of the patterns it matches."""
    lines = [
        f"FromDump(in.pcap, STOP true) -> t :: Tee({len(trees) + 1});",
        f"t[0] -> Paint({NEXT}) -> d :: ToIPSummaryDump(out.txt, FIELDS paint, HEADER false);",
    ]
    for n, tree in enumerate(trees, 1):
        rule = f"IPFilter(allow {written(tree, rng)})"
        lines.append(f"t[{n}] -> {marked} -> {rule} -> Paint({n}) -> d;")
    return "\n".join(lines)


def matches(folder: Path, text: str, options: CompileOptions) -> list[set[int]]:
    """Return the numbers of the patterns that each packet matches."""
    program = compile_config(Source("patterns.click", text), options, Diagnostics()).program
    done = subprocess.run(
        [str(program)],
        cwd=folder,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-5000:]
    assert "ERROR: AddressSanitizer" not in done.stderr
    assert "runtime error" not in done.stderr
    found: list[set[int]] = []
    for line in (folder / "out.txt").read_text().splitlines():
        if line.startswith("!"):
            continue
        if int(line) == NEXT:
            found.append(set())
        else:
            found[-1].add(int(line))
    return found


def check(folder: Path, seed: int, marked: str, options: CompileOptions, count: int = 50) -> None:
    rng = random.Random(f"ipfilter {seed}")
    trees = [pattern(rng) for _ in range(count)]
    views = [View(frame) for frame in packets(rng, 1000)]
    write_frames(folder / "in.pcap", [view.frame for view in views])
    text = filters(trees, rng, marked)
    got = matches(folder, text, options)
    assert len(got) == len(views)
    told_apart = 0
    for n, tree in enumerate(trees, 1):
        expected = [tree.holds(view) for view in views]
        wrong = [
            v.frame.hex() for v, g, e in zip(views, got, expected, strict=True) if (n in g) != e
        ]
        assert wrong == [], text.splitlines()[n + 1]
        told_apart += len(set(expected)) == 2
    assert told_apart > count // 2


@pytest.mark.parametrize(("seed", "level"), [(0, 3), (1, 1), (2, 1), (3, 1)])
def test_any_pattern_on_any_packet(tmp_path: Path, seed: int, level: int) -> None:
    marked = MARKED if seed % 2 else "Strip(14) -> MarkIPHeader"
    check(tmp_path, seed, marked, CompileOptions(level=level, variables={}))


def test_interpreted_patterns(tmp_path: Path) -> None:
    check(tmp_path, 4, MARKED, CompileOptions(level=0, variables={}), count=25)


@pytest.mark.parametrize("level", [0, 3])
def test_no_byte_outside_of_a_packet_is_read(tmp_path: Path, level: int) -> None:
    options = CompileOptions(level=level, variables={}, sanitize=("address", "undefined"))
    check(tmp_path, 5, "Strip(14) -> MarkIPHeader", options, count=25)


# --- messages -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "code", "words"),
    [
        ("alow tcp", "PM0468", "did you mean 'allow'?"),
        ("tcp", "PM0468", "'tcp' is no action"),
        ("2 tcp", "PM0468", "there is no output 2"),
        ("-1 tcp", "PM0468", "there is no output -1"),
        ("99999999999 tcp", "PM0468", "there is no output 99999999999"),
        ("(tcp)", "PM0468", "expected allow, deny, drop or an output"),
        ("allow tcp prt 80", "PM0464", "did you mean 'port'?"),
        ("allow tcp and", "PM0461", "at the end of the pattern"),
    ],
)
def test_errors(rule: str, code: str, words: str) -> None:
    text = refusal(f"Idle -> f :: IPFilter({rule}); f[0], f[1] -> Discard;")
    assert code in text
    assert words in text


def test_errors_point_into_the_pattern() -> None:
    text = "Idle -> f :: IPFilter(allow tcp,\n  deny src hots 10.0.0.1); f[0], f[1] -> Discard;"
    assert "test.click:2:12: error[PM0464]" in refusal(text)


def test_rules_that_nothing_reaches() -> None:
    text = "Idle -> f :: IPFilter(0 tcp, 0 udp, drop all, 1 icmp); f[0], f[1] -> Discard;"
    (warning,) = warnings(text)
    assert "PM0424" in warning
    assert f"test.click:1:{text.index('1 icmp') + 1}:" in warning


def test_rules_with_the_same_output_are_told_apart() -> None:
    text = "Idle -> f :: IPFilter(0 tcp, 0 tcp port 80, drop udp, 0 all); f -> Discard;"
    (warning,) = warnings(text)
    assert f"test.click:1:{text.index('0 tcp port') + 1}:" in warning
