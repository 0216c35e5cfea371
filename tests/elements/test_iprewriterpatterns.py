from __future__ import annotations

from ipaddress import IPv4Address
from pathlib import Path

import pytest

from pmill.diagnostics import DiagnosticError, Diagnostics, Source, Span
from pmill.driver import analyse
from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.lowerings.rewriter_patterns import read_pattern
from pmill.elaborate.names import Names, read
from pmill.elaborate.rewriting import Pattern, PortRange
from pmill.options import CompileOptions
from pmill.syntax import split_words
from pmill.syntax.flat import ConfigText
from tests.elements.programs import refusal, run_program


def config(text: str) -> ConfigText:
    return ConfigText(text=text, span=Span(Source("t.click", text), 0, len(text)))


def names(**infos: str) -> Names:
    return read((f"{kind}@1", kind, config(text)) for kind, text in infos.items())


def pattern(text: str, known: Names | None = None) -> Pattern:
    """Read a pattern as the lowering of a rewriter does."""
    known = known or Names()
    diags = Diagnostics()
    found = read_pattern(
        split_words(config(text)),
        LoweringContext(
            diags=diags,
            label="r :: R",
            span=config(text).span,
            outputs=2,
            values={},
            dialect="fastclick",
            literal=lambda kind, word: known.literal(kind, word, "r"),
            patterns=known.patterns,
        ),
    )
    diags.stop_if_errors()
    assert found is not None
    return found


def made(first: int, last: int, choice: str = "own") -> PortRange:
    return PortRange(first=first, last=last, choice=choice)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "source", "source_port", "destination", "destination_port"),
    [
        ("- - - -", None, None, None, None),
        ("1.0.0.1 80 2.0.0.2 81", "1.0.0.1", made(80, 80), "2.0.0.2", 81),
        ("1.0.0.1 1024-65535 - -", "1.0.0.1", made(1024, 65535), None, None),
        ("1.0.0.1 1024-65535# - -", "1.0.0.1", made(1024, 65535, "next"), None, None),
        ("- 0x10-020? - http", None, made(16, 16, "any"), None, 80),
        ("- 1-9? - http", None, made(1, 9, "any"), None, 80),
        ("- ftp-data - tftp", None, made(20, 20), None, 69),
    ],
)
def test_patterns(
    text: str,
    source: str | None,
    source_port: PortRange | None,
    destination: str | None,
    destination_port: int | None,
) -> None:
    assert pattern(text) == Pattern(
        source=source and IPv4Address(source),
        source_port=source_port,
        destination=destination and IPv4Address(destination),
        destination_port=destination_port,
    )


def test_names() -> None:
    known = names(
        AddressInfo="out 9.0.0.9/24",
        PortInfo="web 8080",
        IPRewriterPatterns="a out 1-9# - web, b - - - -, a 7.7.7.7 - - -",
    )
    assert str(pattern("a", known)) == "9.0.0.9 1-9# - 8080"
    assert pattern("b", known) == pattern("- - - -")
    assert str(pattern("out web - -", known)) == "9.0.0.9 8080 - -"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("c", "no pattern is called 'c'"),
        ("- - -", "a pattern is SADDR SPORT DADDR DPORT"),
        ("x - - -", "SADDR: 'x' is no IPv4 address"),
        ("1.0.0.0/8 - - -", "SADDR: '1.0.0.0/8' is no IPv4 address"),
        ("- x - -", "SPORT: 'x' is no port"),
        ("- 0 - -", "SPORT: '0' is no port"),
        ("- 65536 - -", "SPORT: '65536' is no port"),
        ("- 9-1 - -", "SPORT: there is no port in '9-1'"),
        ("- 1-65536 - -", "SPORT: '65536' is no port"),
        ("- 80# - -", "SPORT: '80#' is no port"),
        ("- - 1.2.3 -", "DADDR: '1.2.3' is no IPv4 address"),
        ("- - - 1-9", "DPORT: '1-9' is no port"),
    ],
)
def test_errors_of_patterns(text: str, message: str) -> None:
    with pytest.raises(DiagnosticError) as error:
        pattern(text)
    assert "error[PM0493]" in str(error.value)
    assert message in str(error.value)


def test_the_element_keeps_them() -> None:
    text = (
        "i :: IPRewriterPatterns(a 001.0.0.1 0x400-65535 - -, b - - 1.2.3.4 www); Idle -> Discard;"
    )
    graph = analyse(Source("t.click", text), CompileOptions(variables={}), Diagnostics())
    kept = graph.elements["i"].arguments["patterns"].text
    assert kept == "a 1.0.0.1 1024-65535 - -\nb - - 1.2.3.4 80"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("a", "a pattern is SADDR SPORT DADDR DPORT"),
        ("a b - - -", "SADDR: 'b' is no IPv4 address"),
        ("a - - - -, a - - - 1", "pattern 'a' already defined"),
        ("a - - - -); IPRewriterPatterns(a - - - -", "pattern 'a' already defined"),
    ],
)
def test_errors(arguments: str, message: str) -> None:
    said = refusal(f"IPRewriterPatterns({arguments}); Idle -> Discard;")
    assert said.count("error[PM0493]") == 1
    assert message in said


def test_a_name_holds_in_the_whole_configuration() -> None:
    text = (
        "elementclass C { input -> output; IPRewriterPatterns(a - - - -) }"
        "Idle -> C -> Discard; IPRewriterPatterns(a - - - -);"
    )
    assert "pattern 'a' already defined" in refusal(text)


@pytest.mark.parametrize("level", [0, 3])
def test_in_a_program(tmp_path: Path, level: int) -> None:
    text = "IPRewriterPatterns(a 1.0.0.1 1-9? - -); InfiniteSource(LIMIT 2) -> d :: Discard;"
    assert run_program(tmp_path, text, level=level).counters["d.count"] == 2
