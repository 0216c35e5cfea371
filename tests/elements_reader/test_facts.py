"""What elements declare about packets, as it is read and as it is refused."""

from __future__ import annotations

import pytest

from pmill.diagnostics import DiagnosticError, Diagnostics
from pmill.elements import ElementLibrary
from tests.elements_reader.kit import header, read

LIBRARY = ElementLibrary.load([], Diagnostics())


def test_settings() -> None:
    spec = read(
        header(spec=".passes = true, .edits = part::ttl | part::end, .puts = 14, .checks = true")
    )
    assert (spec.passes, spec.edits, spec.puts) == (True, ("ttl", "end"), 14)
    assert (spec.marks, spec.checks) == (False, True)


def test_nothing_is_known_of_an_element_that_says_nothing() -> None:
    spec = read(header())
    assert (spec.passes, spec.edits, spec.puts, spec.marks, spec.checks) == (
        False,
        (),
        0,
        False,
        False,
    )


def test_arguments() -> None:
    spec = read(
        header(
            "struct Args {\n"
            "    Anno<1> anno{17};  ///< Place. @writes\n"
            "    std::uint8_t color = 1;  ///< Colour. @into anno\n"
            "    std::uint32_t length = 0;  ///< Bytes. @strips\n"
            "    bool other = true;  ///< Other.\n"
            "  };"
        )
    )
    assert [(a.fact, a.into) for a in spec.arguments] == [
        (None, None),
        ("into", "anno"),
        ("strips", None),
        (None, None),
    ]


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        (".edits = part::tll", "no part of a packet is called 'tll'"),
        (".edits = meta::paint", "'.edits' cannot be 'meta::paint'"),
        (".puts = 1.5", "'.puts' is a whole number"),
        (".puts = true", "'.puts' cannot be 'true'"),
        (".passes = 1", "'.passes' cannot be '1'"),
        (".reads = part::ttl", "'.reads' cannot be 'part::ttl'"),
    ],
)
def test_wrong_settings(settings: str, wanted: str) -> None:
    with pytest.raises(DiagnosticError) as error:
        read(header(spec=settings))
    assert wanted in str(error.value)


@pytest.mark.parametrize(
    ("member", "wanted"),
    [
        ("bool a = true;  ///< A. @strips", "'@strips' is for unsigned arguments, not 'bool'"),
        ("std::uint8_t a = 1;  ///< A. @into b", "'@into b' names no one-byte annotation"),
        ("std::uint8_t a = 1;  ///< A. @into", "'@into' needs one word after it"),
        (
            "std::uint8_t a = 1;  ///< A. @strips @header",
            "'@header' stands beside '@strips'",
        ),
        (
            "std::uint8_t a = 1;  ///< A. @strips\n    std::uint8_t b = 1;  ///< B. @strips",
            "two arguments are '@strips'",
        ),
        (
            "Anno<4> b{0};  ///< B.\n    std::uint8_t a = 1;  ///< A. @equals b",
            "'@equals b' names no one-byte annotation",
        ),
    ],
)
def test_wrong_tags(member: str, wanted: str) -> None:
    with pytest.raises(DiagnosticError) as error:
        read(header(f"struct Args {{\n    {member}\n  }};"))
    assert wanted in str(error.value)


def test_what_cuts_copies_or_sources_says_so() -> None:
    """What an element that passes packets on says of itself fits what else it says."""
    for name in LIBRARY:
        spec = LIBRARY[name]
        facts = {arg.fact for arg in spec.arguments} - {None}
        if not spec.passes:
            assert not facts, f"{name} says something of packets that it does not pass"
            assert (spec.edits, spec.puts, spec.marks) == ((), 0, False), name
            continue
        assert not spec.source, name
        moves = (
            bool(facts & {"strips", "unstrips"}) or spec.puts or set(spec.edits) & {"end", "front"}
        )
        if spec.resizes:
            assert moves, f"{name} resizes packets and does not say how"
        if spec.clones:
            assert "front" in spec.edits, f"a copy of {name} has nothing in front"
        if spec.marks or spec.checks:
            assert {"network", "transport"} <= set(spec.writes), name
