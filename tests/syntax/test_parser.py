"""Texts to trees: goldens, the way back, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pmill.diagnostics import Diagnostics, Source
from pmill.syntax import dump, flatten, parse, unparse
from pmill.syntax.nodes import Chain, Config, Declaration, Reference
from tests.syntax.kit import CLASSES, parsed
from tests.syntax.strategies import whole_configs

TREES = sorted((Path(__file__).parent / "trees").glob("*.click"))


@pytest.mark.parametrize("path", TREES, ids=lambda p: p.stem)
def test_tree(path: Path, golden: Callable[[Path, str], None]) -> None:
    config, messages = parsed(path.read_text())
    assert messages == []
    golden(path.with_suffix(".tree"), dump(config))
    again, messages = parsed(unparse(config))
    assert messages == []
    assert again == config


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(whole_configs())
def test_parse_undoes_unparse(config: Config) -> None:
    again, messages = parsed(unparse(config))
    assert [
        m for m in messages if "element name" not in m and "begins with an arrow" not in m
    ] == []
    assert again == config


def test_examples_survive_unparsing(examples: Path) -> None:
    for path in sorted(examples.glob("*.click")):
        config, messages = parsed(path.read_text())
        assert messages == []
        assert parsed(unparse(config)) == (config, [])


_alphabet = st.sampled_from(
    [
        *("a", "B", " ", "\n", ";", "->", "=>", "::", "[", "]", "0", ",", "{", "}", "(", ")", "|"),
        *("||", "...", "$x", "-", '"', "'", "//", "/*", "*/", "#", "\\", "elementclass ", "define"),
        *("require", "input", "output", "~", "\x00", "\xe9", "\udce9", ".", "/"),
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(_alphabet, max_size=40).map("".join))
def test_no_text_breaks_the_front_end(text: str) -> None:
    diags = Diagnostics()
    config = parse(Source("x.click", text), diags)
    if not diags.has_errors:
        flatten(config, {}, CLASSES, diags)
        dump(config)
    for diagnostic in diags:
        assert str(diagnostic)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a :: ;", "1:6 PM0101 missing element class in declaration"),
        ("a : B;", "1:3 PM0105 illegal character ':'"),
        ("a - > b;", "1:3 PM0101 syntax error near '-'"),
        ("a[x] -> b;", "1:3 PM0101 port number should be an integer"),
        ("a[0 -> b;", "1:5 PM0101 expected ']'"),
        ("a[99999] -> b;", "1:3 PM0110 port number too large"),
        ("a[3-1] -> b;", "1:3 PM0110 port range goes backwards"),
        ("a -> b(x;", "1:7 PM0104 expected ')'"),
        ('a -> b("x);', "1:8 PM0102 string is not closed"),
        ("a -> b(it's);\nc :: D(x);", "1:10 PM0102 string is not closed"),
        ("a -> b; /* c", "1:9 PM0103 comment is not closed"),
        ("a -> b /* c */; }", "1:17 PM0101 '}' closes nothing"),
        ("x :: { a -> b;", "1:6 PM0104 expected '}' before the end of the file"),
        ("elementclass { }", "1:14 PM0101 missing name after 'elementclass'"),
        ("elementclass A;", "1:15 PM0101 missing body of 'elementclass'"),
        ("elementclass A { $a, $b }", "1:25 PM0101 expected ',' or '|'"),
        ("elementclass A { $a, $a | }", "1:22 PM0112 parameter '$a' multiply defined"),
        (
            "elementclass A { K $k, $a | }",
            "1:24 PM0112 compound element parameters out of order",
        ),
        (
            "elementclass A { K $k, K $l | }",
            "1:24 PM0112 repeated keyword parameter 'K' in compound element",
        ),
        ("elementclass A { ... }", "1:18 PM0101 '...' must come after a compound"),
        ("define $a 1;", "1:8 PM0101 expected '(' after 'define'"),
        ("provide(x);", "1:1 PM0101 'provide' is a reserved word without a meaning"),
        ("$x -> b;", "1:1 PM0101 a variable can only stand in a configuration string "
         "or as a parameter of a compound"),
        ("-> a;", "1:1 PM0108 a connection cannot begin or end with '->' here"),
        ("a ->;", "1:3 PM0108 a connection cannot begin or end with '->' here"),
        ("x :: { a -> -> b };", "1:10 PM0108 implicit ports used in the middle of a chain"),
        ("x :: { a -> [1] -> b };", "1:13 PM0108 implicit ports used in the middle of a chain"),
        ("[0] a -> b;", "1:1 PM0109 input ports ignored at start of chain"),
        ("a -> b [1]", "1:8 PM0109 output ports ignored at end of chain"),
        ("x/1 :: A;", "1:1 PM0113 element name 'x/1' has all-digit component"),
        ("# 5 x", "1:1 PM0107 unknown preprocessor directive '#'"),
        ("a ~b c", "1:3 PM0105 illegal character '~'"),
        ('a :: B "x";', "1:8 PM0105 a string cannot stand here"),
        ("a\x00b", "PM0106 'x.click' is not a text file"),
        ("!<arch>\nconfig", "PM0106 'x.click' is an archive, not a configuration"),
        ("x :: " + "{ " * 100, "1:126 PM0111 maximum compound element nesting depth exceeded"),
    ],
)  # fmt: skip
def test_refused(text: str, message: str) -> None:
    assert parsed(text)[1] == [message]


def test_every_error_is_reported_in_one_run() -> None:
    text = "a :: ;\nb : C;\nd :: E(x;\nf[y] -> g;\nelementclass H { i :: ; j : K; }\nl :: ;\n"
    codes = [message.split()[0] for message in parsed(text)[1]]
    assert codes == ["1:6", "2:3", "3:7", "4:3", "5:23", "5:27", "6:6"]


def test_statements_around_an_error_are_kept() -> None:
    config, _ = parsed("a :: A;\nb : B;\nc :: C\n:: D\ne :: E;")
    found = [s.names[0].text for s in config.statements if isinstance(s, Declaration)]
    assert found == ["a", "e"]


def test_semicolons_are_optional() -> None:
    config, messages = parsed("a -> b c -> d elementclass X Y e :: F")
    assert messages == []
    assert len(config.statements) == 4


def test_line_directives_name_the_place() -> None:
    diags = Diagnostics()
    parse(
        Source("x.click", '# 100 "orig.click"\na ::;\n#line 7\nb(\n# 3 "c.click"\n) ::;\n'), diags
    )
    places = [f"{d.span.source.name}:{d.span.line}" for d in diags if d.span]
    assert places == ["orig.click:100", "c.click:3"]


def test_line_directives_stand_anywhere() -> None:
    text = (
        "elementclass A { K\n#line 3\n $k | }\nelementclass B {\n# 4\n}\n(\n)\nx :: A\n# 5\n(K 1);"
    )
    config, messages = parsed(text)
    assert messages == []
    assert config == parsed(text.replace("#", "//"))[0]


def test_slash_joins_names_only_without_blanks() -> None:
    config, _ = parsed("a/b")
    chain = config.statements[0]
    assert isinstance(chain, Chain)
    element = chain.stages[0].endpoints[0].element
    assert isinstance(element, Reference)
    assert element.name.text == "a/b"
    assert parsed("a/ b")[1] == ["1:2 PM0105 illegal character '/'"]


def test_a_large_configuration_keeps_all_statements() -> None:
    lines = "".join(f"e{i} :: Counter; // x\n" for i in range(4000))
    config, messages = parsed(lines)
    assert messages == []
    assert len(config.statements) == 4000
