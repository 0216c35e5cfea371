"""Command lines as Click's programs read them."""

from __future__ import annotations

import pytest

from pmill.tools.words import Option, Words, WrongWords, read_words, usage

OPTIONS = (
    Option(name="expression", short="e", takes="value", metavar="TEXT", help="the text"),
    Option(name="quit", short="q", help="stop"),
    Option(name="threads", short="j", takes="value", help="how many"),
    Option(name="time", short="t", help="times"),
    Option(name="simtime", takes="optional", metavar="T", help="simulate"),
    Option(name="simtick", takes="value", help="tick"),
)


def read(*argv: str) -> Words:
    return read_words(argv, OPTIONS)


def test_files_and_variables_stand_anywhere() -> None:
    words = read("A=1", "f", "-q", "B=x=y z", "--", "C=3", "-q")
    assert words.files == ["f", "C=3", "-q"]
    assert words.variables == {"A": "1", "B": "x=y z"}
    assert words.options == [("quit", None)]


@pytest.mark.parametrize(
    ("argv", "options"),
    [
        (["-qe", "text"], [("quit", None), ("expression", "text")]),
        (["-qetext"], [("quit", None), ("expression", "text")]),
        (["-j4", "-j", "5"], [("threads", "4"), ("threads", "5")]),
        (["--threads=4", "--threads", "5"], [("threads", "4"), ("threads", "5")]),
        (["--thr", "4", "--expr="], [("threads", "4"), ("expression", "")]),
        (["--simtime", "--simtime=5"], [("simtime", None), ("simtime", "5")]),
        (["-e", "-q"], [("expression", "-q")]),
        (["--time"], [("time", None)]),
    ],
)
def test_options(argv: list[str], options: list[tuple[str, str | None]]) -> None:
    assert read(*argv).options == options


def test_a_dash_is_a_file() -> None:
    assert read("-").files == ["-"]


def test_arguments_for_eal_end_with_dashes() -> None:
    words = read("--dpdk", "-l", "0-1", "A=1", "--", "-q", "f")
    assert words.eal == ["-l", "0-1", "A=1"]
    assert words.files == ["f"]
    assert read("--dpdk").eal == []
    assert read("f").eal is None


@pytest.mark.parametrize(
    ("argv", "why"),
    [
        (["-z"], "unrecognized option '-z'"),
        (["--nonsense=3"], "unrecognized option '--nonsense'"),
        (["--sim"], "option '--sim' is ambiguous: it could be '--simtime', '--simtick'"),
        (["--threads"], "option '--threads' requires an argument"),
        (["-qj"], "option '-j' requires an argument"),
        (["--quit=1"], "'--quit' can't take an argument"),
    ],
)
def test_what_is_refused(argv: list[str], why: str) -> None:
    with pytest.raises(WrongWords) as caught:
        read(*argv)
    assert str(caught.value) == why


def test_the_last_value_counts() -> None:
    words = read("-j1", "-j2")
    assert (words.last("threads"), words.all("threads")) == ("2", ["1", "2"])
    assert (words.last("expression"), words.last("expression", "x")) == (None, "x")


def test_usage() -> None:
    text = usage("click", "[FILE]", OPTIONS, "About.")
    assert text.startswith("Usage: click [FILE]\n\nAbout.\n\nOptions:\n")
    assert "  -e, --expression TEXT  the text\n" in text
    assert "  --simtime[=T]          simulate\n" in text
