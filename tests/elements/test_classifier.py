from __future__ import annotations

import random

import pytest
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.l2 import ARP, Dot1Q, Ether

from pmill.diagnostics import Diagnostics, Source, Span
from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.lowerings.classifier import compile_patterns, program_text
from pmill.match.byte_program import NEVER, Step
from pmill.syntax.flat import ConfigText
from tests.elements.conftest import RunElement
from tests.elements.programs import refusal, warnings

ETHER = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
LEVELS = pytest.mark.parametrize("level", [0, 3])


def compiled(*patterns: str) -> tuple[Step, ...]:
    """Compile patterns as the lowering does."""
    text = ", ".join(patterns)
    span = Span(Source("test.click", text), 0, len(text))
    context = LoweringContext(
        diags=Diagnostics(),
        label="c :: Classifier",
        span=span,
        outputs=len(patterns),
        values={},
        dialect="fastclick",
    )
    items = tuple(ConfigText(text=p, span=span, verbatim=False) for p in patterns)
    program = compile_patterns(items, context)
    assert program is not None, list(context.diags)
    return program


def model(patterns: list[str], data: bytes) -> int | None:
    """What Click's manual says: the first pattern all of whose clauses hold."""
    for number, pattern in enumerate(patterns):
        if pattern == "-" or all(_holds(clause, data) for clause in pattern.split()):
            return number
    return None


def _holds(clause: str, data: bytes) -> bool:
    offset, _, value = clause.lstrip("!").partition("/")
    value, _, mask = value.partition("%")
    matches = True
    for n, digit in enumerate(value):
        bits = 0 if "?" in (digit, mask[n : n + 1]) else int(mask[n : n + 1] or "f", 16)
        if bits == 0:
            continue
        at = int(offset) + n // 2
        shift = 0 if n % 2 else 4
        matches &= at < len(data) and not (data[at] >> shift ^ int(digit, 16)) & bits
    return matches != clause.startswith("!")


def interpreted(program: tuple[Step, ...], data: bytes) -> int | None:
    """Run a program as runtime/include/pmill/classifier.hh does."""
    at = 0
    while True:
        test = program[at]
        word = data[test.offset : test.offset + 4]
        there = int.from_bytes(b"\xff" * len(word) + bytes(4 - len(word)), "big")
        matches = test.mask & ~there == 0 and (
            int.from_bytes(word.ljust(4, b"\0"), "big") & test.mask == test.value
        )
        jump = test.jump(matches)
        if jump <= 0:
            return None if jump == NEVER else -jump
        assert jump > at, "a jump leads back"
        at = jump


# --- the program ----------------------------------------------------------------------------------


def test_program_of_the_manual() -> None:
    assert program_text(compiled("12/0806 20/0001", "12/0806 20/0002", "12/0800", "-")) == (
        " 0  12/08060000%ffff0000  yes->step 1  no->step 3\n"
        " 1  20/00010000%ffff0000  yes->[0]  no->step 2\n"
        " 2  20/00020000%ffff0000  yes->[1]  no->[3]\n"
        " 3  12/08000000%ffff0000  yes->[2]  no->[3]\n"
        "safe length 22\n"
        "alignment offset 0\n"
    )


def test_words_are_tested_once() -> None:
    assert program_text(
        compiled(
            "12/0800 14/45 20/0000%1fff 23/06 36/0050",
            "12/0800 14/45 20/0000%1fff 23/06 36/01bb",
            "12/0800 14/45 20/0000%1fff 23/11 36/0035",
            "12/0806",
        )
    ) == (
        " 0  12/08004500%ffffff00  yes->step 1  no->step 6\n"
        " 1  20/00000006%1fff00ff  yes->step 2  no->step 4\n"
        " 2  36/00500000%ffff0000  yes->[0]  no->step 3\n"
        " 3  36/01bb0000%ffff0000  yes->[1]  no->[X]\n"
        " 4  20/00000011%1fff00ff  yes->step 5  no->[X]\n"
        " 5  36/00350000%ffff0000  yes->[2]  no->[X]\n"
        " 6  12/08060000%ffff0000  yes->[3]  no->[X]\n"
        "safe length 38\n"
        "alignment offset 0\n"
    )


@pytest.mark.parametrize("pattern", ["-", "0/??", "12/ffff%0000 3/??"])
def test_what_matches_everything_needs_no_test(pattern: str) -> None:
    assert program_text(compiled(pattern)) == "all->[0]\nsafe length 0\nalignment offset 0\n"


def test_clauses_that_clash_match_nothing() -> None:
    assert program_text(compiled("0/01 0/02")).startswith("all->[X]\n")


def test_programs_do_what_patterns_say() -> None:
    rng = random.Random(2026)
    for _ in range(300):
        patterns = [_pattern(rng) for _ in range(rng.randrange(1, 7))]
        program = compiled(*patterns)
        for _ in range(30):
            data = _data(rng)
            assert interpreted(program, data) == model(patterns, data), (patterns, data.hex())


def _pattern(rng: random.Random) -> str:
    if rng.random() < 0.1:
        return "-"
    return " ".join(_clause(rng) for _ in range(rng.randrange(1, 4)))


def _clause(rng: random.Random) -> str:
    digits = 2 * rng.choice([1, 1, 2, 3, 5])
    text = f"{rng.randrange(10)}/" + "".join(rng.choice("0011?8") for _ in range(digits))
    if rng.random() < 0.3:
        text += "%" + "".join(rng.choice("0f18?") for _ in range(digits))
    return ("!" if rng.random() < 0.25 else "") + text


def _data(rng: random.Random) -> bytes:
    length = rng.choice([16, 16, rng.randrange(16)])
    return bytes(rng.choice((0, 1, 0x10, 0x11, 0x80, 0x88, 0x18)) for _ in range(length))


# --- the element ----------------------------------------------------------------------------------


@LEVELS
def test_arp_and_ip(run_element: RunElement, level: int) -> None:
    request = bytes(ETHER / ARP(op=1))
    reply = bytes(ETHER / ARP(op=2))
    udp = bytes(ETHER / IP() / UDP())
    vlan = bytes(ETHER / Dot1Q() / IP() / UDP())
    result = run_element(
        "Classifier(12/0806 20/0001, 12/0806 20/0002, 12/0800, -)",
        [udp, request, vlan, reply, request[:21], udp[:14], udp[:13], b""],
        outputs=4,
        level=level,
    )
    assert result.out == {
        0: [request],
        1: [reply],
        2: [udp, udp[:14]],
        3: [vlan, request[:21], udp[:13], b""],
    }


@LEVELS
def test_firewall(run_element: RunElement, level: int) -> None:
    frames = [
        bytes(ETHER / IP(proto=proto, **ip) / transport)
        for proto, transport in ((6, TCP(dport=80)), (6, TCP(dport=443)), (17, UDP(dport=53)))
        for ip in ({}, {"flags": "DF"}, {"frag": 3}, {"flags": "MF"})
    ]
    frames += [bytes(ETHER / ARP()), bytes(60), *(f[:n] for f in frames[:2] for n in range(34, 40))]
    patterns = [
        "12/0800 14/45 20/0000%1fff 23/06 36/0050",
        "12/0800 14/45 20/0000%1fff 23/06 36/01bb",
        "12/0800 14/45 20/0000%1fff 23/11 36/0035",
        "12/0806",
    ]
    result = run_element(f"Classifier({', '.join(patterns)})", frames, outputs=4, level=level)
    chosen = [model(patterns, f) for f in frames]
    for output in range(4):
        expected = [f for f, c in zip(frames, chosen, strict=True) if c == output]
        assert result.out[output] == expected
    assert result.counters["e.drops"] == chosen.count(None)


@LEVELS
def test_any_patterns_on_any_packets(run_element: RunElement, level: int) -> None:
    rng = random.Random(7)
    patterns = [_pattern(rng).replace("-", "0/01") for _ in range(12)]
    packets = [_data(rng) for _ in range(2000)]
    result = run_element(f"Classifier({', '.join(patterns)})", packets, outputs=12, level=level)
    chosen = [model(patterns, p) for p in packets]
    for output in range(12):
        expected = [p for p, c in zip(packets, chosen, strict=True) if c == output]
        assert result.out[output] == expected, (output, patterns[output])


# --- messages -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "code", "words"),
    [
        ("12/080", "PM0422", "odd number of hex digits"),
        ("12/0", "PM0422", "less than 2 hex digits"),
        ("12/0800%ff", "PM0422", "too few hex digits"),
        ("12/08%ffff", "PM0422", "too many hex digits"),
        ("12/08zz", "PM0421", "'12/08zz' is no clause"),
        ("ip proto udp", "PM0421", "'ip' is no clause"),
        ("12/0800 -", "PM0421", "'-' is no clause"),
        ("70000/00", "PM0423", "offset 70000"),
    ],
)
def test_errors(pattern: str, code: str, words: str) -> None:
    text = refusal(f"Idle -> Classifier({pattern}) -> Discard;")
    assert code in text
    assert words in text


def test_number_of_patterns() -> None:
    text = refusal("Idle -> c :: Classifier(12/0800, -); c[0] -> Discard;")
    assert "PM0420" in text


def test_unreachable_patterns_are_pointed_at() -> None:
    text = "Idle -> c :: Classifier(12/08, -, 12/0800); c[0], c[1], c[2] -> Discard;"
    (warning,) = warnings(text)
    assert "PM0424" in warning
    assert "pattern 2 matches no packet" in warning
    assert f"test.click:1:{text.index('12/0800') + 1}:" in warning
