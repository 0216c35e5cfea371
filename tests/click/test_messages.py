"""What is wrong with a configuration, in Click's words."""

from __future__ import annotations

import pytest

from pmill.click.messages import error_lines, warning_lines
from pmill.diagnostics import DiagnosticError, Diagnostics, Source, facts, fail
from pmill.driver import analyse
from pmill.options import CompileOptions

FAILED = "Router could not be initialized!"


def errors(text: str) -> list[str]:
    with pytest.raises(DiagnosticError) as caught:
        analyse(Source("c", text), CompileOptions(), Diagnostics())
    return error_lines(caught.value.diagnostics)


def warned(text: str) -> list[str]:
    diags = Diagnostics()
    analyse(Source("c", text), CompileOptions(), diags)
    return warning_lines(facts(d) for d in diags)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Idle -> ", ["c:1: syntax error near '->'"]),
        ("-> Idle;", ["c:1: syntax error near '->'"]),
        ("Idle -> Queue(", ["c:1: expected ')'"]),
        ("x :: {", ["c:1: expected '}'"]),
        ("Idle -> x;", ["c:1: undeclared element 'x'"]),
        ("\nIdle -> X :: Y;", ["c:2: unknown element class 'Y'"]),
        (
            "a :: Idle;\na :: Idle;",
            ["c:2: redeclaration of element 'a'", "c:1: element 'a' previously declared here"],
        ),
        (
            "a :: Idle(x); a(3) -> Discard;",
            ["c:1: configuration string ignored on element reference"],
        ),
        ("Idle -> Idle :: Idle;", ["c:1: class 'Idle' used as element name"]),
        (
            "Idle, Idle -> Discard, Discard;",
            ["c:1: syntax error: many-to-many connections require '=>'"],
        ),
        (
            "Idle, Idle => [0] Discard;",
            ["c:1: connection mismatch: 2 outputs connected to 1 input"],
        ),
        ("require(nonsense); Idle;", ["requirement 'nonsense' not available"]),
        ("# nonsense\nIdle;", ["c:1: unknown preprocessor directive"]),
        ('#line 7 "f"\nIdle -> x;', ["f:7: undeclared element 'x'"]),
        (
            "elementclass A { input -> output || $x | input -> output };\nIdle -> A(1, 2) -> Discard;",
            [
                "c:2: no match for 'A[2 arguments, 1 input, 1 output]'",
                "c:2: candidates are:",
                "c:1:   A[1 input, 1 output]",
                "c:1:   A(<arg>)[1 input, 1 output]",
            ],
        ),
        (
            "\nIdle -> [1] Discard;",
            [
                "c:2: 'Discard@2 :: Discard' has no input 1",
                "c:2: 'Discard@2 :: Discard' input 0 unused",
                FAILED,
            ],
        ),
        (
            "q :: Queue;\nIdle\n -> q;",
            ["c:1: 'q :: Queue' output 0 unused", FAILED],
        ),
        (
            "i :: InfiniteSource;\ni -> Discard;\ni -> Discard;",
            ["c:1: illegal reuse of 'i :: InfiniteSource' push output 0", FAILED],
        ),
        (
            "Idle -> u :: Unqueue -> v :: Unqueue -> Discard;",
            ["'u :: Unqueue' push output 0 connected to 'v :: Unqueue' pull input 0", FAILED],
        ),
        (
            "InfiniteSource -> PushNull -> n :: Null -> Unqueue -> Discard;",
            ["agnostic 'n :: Null' in mixed context: push input 0, pull output 0", FAILED],
        ),
        (
            "Idle -> q :: Queue(\n  x,\n  FOO 3,\n)\n -> Discard;",
            [
                "c:1: While configuring 'q :: Queue':",
                "  FOO: unknown argument",
                "  CAPACITY: parse error",
                FAILED,
            ],
        ),
        (
            "Idle -> Strip -> Discard(1);",
            [
                "c:1: While configuring 'Strip@2 :: Strip':",
                "  LENGTH: required argument missing",
                "c:1: While configuring 'Discard@3 :: Discard':",
                "  too many arguments",
                FAILED,
            ],
        ),
        (
            "Idle -> Paint(256) -> Paint(-1) -> Discard;",
            [
                "c:1: While configuring 'Paint@2 :: Paint':",
                "  COLOR: out of range, bound 255",
                "c:1: While configuring 'Paint@3 :: Paint':",
                "  COLOR: out of range, bound 0",
                FAILED,
            ],
        ),
        (
            "Idle -> Discard(ACTIVE false);",
            [
                "c:1: While configuring 'Discard@2 :: Discard':",
                "  ACTIVE is meaningless in push context",
                FAILED,
            ],
        ),
        (
            "elementclass C { input\n-> Strip(x) -> output }\nIdle -> y :: C -> Discard;",
            ["c:2: While configuring 'y/Strip@1 :: Strip':", "  LENGTH: parse error", FAILED],
        ),
        (
            "elementclass C { input -> output }\nIdle -> y :: C; Idle -> [1] y -> Discard",
            ["c:2: 'y' has no input 1"],
        ),
    ],
)
def test_errors(text: str, lines: list[str]) -> None:
    assert errors(text) == lines


UDP = "Idle -> UDPIPEncap(1.0.0.1, {}, 1.0.0.2, 2) -> Discard;"
ARP = "Idle -> q :: ARPQuerier(1.0.0.1, 2:0:0:0:0:1, TABLE {}) -> Discard; Idle -> [1] q;"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (UDP.format("65536"), "SPORT: overflow, range 0-65535"),
        (UDP.format("nonsense"), "SPORT: parse error"),
        (ARP.format("t"), "TABLE: does not name an element"),
        (ARP.format("q"), "TABLE: element type mismatch, expected ARPTable"),
        ("Idle -> Paint(0x1ff) -> Discard;", "COLOR: out of range, bound 255"),
        ("Idle -> Paint(-0x1) -> Discard;", "COLOR: out of range, bound 0"),
        (f"Idle -> Paint({'9' * 500}) -> Discard;", "COLOR: out of range, bound 255"),
        (f"Idle -> Paint(-{'9' * 500}) -> Discard;", "COLOR: out of range, bound 0"),
        ("Idle -> Paint(1, 48) -> Discard;", "ANNO: out of range, bound 47"),
        ("Idle -> Print(OK go) -> Discard;", "OK: unknown argument"),
        ("Idle -> Print(LABEL OK go) -> Discard;", "LABEL: parse error"),
        ("Idle -> Print(OK, 3, 4) -> Discard;", "too many arguments"),
        ("Idle -> CheckIPHeader(INTERFACES 1) -> Discard;", "INTERFACES: parse error"),
        (
            "IPRewriterPatterns(a - - - -, a - - - -); Idle -> Discard;",
            "pattern 'a' already defined",
        ),
    ],
)
def test_arguments(text: str, line: str) -> None:
    context, *told, end = errors(text)
    assert context.startswith("c:1: While configuring '")
    assert told == [f"  {line}"]
    assert end == FAILED


def test_information_is_configured_first_and_devices_before_others() -> None:
    told = errors(
        "Idle -> Strip(x) -> Discard; PortInfo(x); ScheduleInfo(x y);"
        "FromDevice(e0, BURST 0) -> Discard; AddressInfo(y);"
    )
    found = [line.split(" :: ")[1] for line in told if "While configuring" in line]
    assert found == ["PortInfo':", "AddressInfo':", "ScheduleInfo':", "FromDevice':", "Strip':"]


def test_only_the_first_step_that_fails_is_told() -> None:
    told = errors("Idle -> Strip(x) -> Discard; Idle -> Strip(y);")
    assert told == ["c:1: 'Strip@5 :: Strip' output 0 unused", FAILED]
    told = errors("Idle -> Strip(x); Idle -> Nonsense;")
    assert told == ["c:1: undeclared element 'Nonsense'"]


def test_a_conflict_hides_what_click_checks_later() -> None:
    told = errors("Idle -> u :: Unqueue -> Unqueue; Idle -> Null;")
    assert [line.partition(" push ")[0] for line in told] == ["'u :: Unqueue'", FAILED]


def test_what_only_pmill_can_say_keeps_its_hint() -> None:
    problem = fail("PM0701", "no clang++ found", hint="install it")
    assert error_lines(problem.diagnostics) == [
        "error[PM0701]: no clang++ found\n  hint: install it"
    ]


def test_warnings() -> None:
    text = "Idle -> c :: Classifier(-,\n12/0800) -> Discard; c[1] -> Discard;"
    assert warned(text) == [
        "c:1: While configuring 'c :: Classifier':",
        "  warning: pattern 1 matches no packets",
    ]


def test_what_click_does_not_warn_of() -> None:
    assert warned("Idle -> Print($x) -> Discard;") == []
