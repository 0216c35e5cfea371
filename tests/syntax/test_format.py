"""Trees and comments to text: the layout, and that nothing is lost by it."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pmill.diagnostics import Source
from pmill.syntax import trivia_of, unparse
from pmill.syntax.lexer import LINE, tokens_of
from pmill.syntax.nodes import Config
from pmill.syntax.parser import click_parser
from tests.syntax.kit import parsed
from tests.syntax.strategies import whole_configs


def formatted(text: str) -> str:
    """Return a text as `pmill fmt` writes it."""
    return unparse(parsed(text)[0], trivia_of(Source("x.click", text)))


def comments(text: str) -> list[str]:
    return [comment.text for comment in trivia_of(Source("x.click", text)).comments]


def layout(text: str) -> str:
    """Return how an indented text is laid out; doing so again must change nothing."""
    text = textwrap.dedent(text).lstrip("\n")
    result = formatted(text)
    assert parsed(text)[1] == []
    assert parsed(result) == (parsed(text)[0], [])
    assert comments(result) == comments(text)
    assert formatted(result) == result
    return result


def stays(text: str) -> None:
    """Check that a text is laid out as it should be."""
    assert layout(text) == textwrap.dedent(text).lstrip("\n")


# --- random configurations ------------------------------------------------------------------------

_SPRINKLED = st.sampled_from(
    [
        *("", "", "", "", " ", "\n", "\n\n", "\n \n\t\n", "\r\n", "\t"),
        *("/* % */", " /* % */ ", "\n/* % */", "/* % */\n", "/* %\n  % */", "\n\n/* % */\n\n"),
        *("// %\n", " // %  \n", "\n// %\n", "\n\n  // %\n\n", "// %\r", "/**/", "//\n"),
        *('\n#line 5 "%"\n', "\n# 7\n", "\n\n#line 3\n\n"),
    ]
)


def sprinkle(text: str, draw: st.DrawFn) -> str:
    """Put comments, directives and blanks between the tokens of a text."""
    out: list[str] = []
    end = 0
    for number, token in enumerate(tokens_of(click_parser().parse_interactive(text))):
        assert token.start_pos is not None
        assert token.end_pos is not None
        if token.type == LINE:
            continue
        out.append(draw(_SPRINKLED).replace("%", str(number)))
        out.append(text[end : token.end_pos])
        end = token.end_pos
        if token.type == "SEMICOLON" and draw(st.booleans()):
            out.append(";")
    last = draw(_SPRINKLED).replace("%", "last")
    return "".join([*out, text[end:], last])


@st.composite
def commented(draw: st.DrawFn) -> tuple[Config, str]:
    """Draw a configuration and a text of it that is full of comments."""
    config = draw(whole_configs())
    return config, sprinkle(unparse(config), draw)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(commented())
def test_formatting_loses_nothing_and_happens_once(drawn: tuple[Config, str]) -> None:
    config, text = drawn
    assert parsed(text)[0] == config
    result = formatted(text)
    assert parsed(result)[0] == config
    assert comments(result) == comments(text)
    assert formatted(result) == result


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(whole_configs())
def test_what_was_printed_is_formatted(config: Config) -> None:
    text = unparse(config)
    assert formatted(text) == text


# --- the layout -----------------------------------------------------------------------------------


def test_one_statement_a_line() -> None:
    assert layout("a::A;b  ::B(x)c->b elementclass D{input->output}") == (
        "a :: A;\nb :: B(x);\nc -> b;\nelementclass D {\n  input -> output;\n}\n"
    )


def test_bodies_are_indented() -> None:
    stays(
        """
        elementclass A { $a, KEY $k |
          input -> x :: {
            [0] -> Null($a) -> [1];
          } -> output;
        ||
          input[1] => (
            -> y;
          ), { }, ( ) => [1] output;
        || ...
        }
        """
    )


def test_blank_lines_between_groups_stay_and_others_go() -> None:
    text = "\n\na;\nb;\n\n \n\nc :: {\n\n  d;\n\n  e;\n\n};\n\n\n"
    assert layout(text) == "a;\nb;\n\nc :: {\n  d;\n\n  e;\n};\n"


def test_chains_stay_broken_where_they_were() -> None:
    stays(
        """
        a -> b
          -> c(1) -> x :: {
            d
              -> e;
          } -> f
          => g;
        """
    )


def test_a_line_ends_before_the_arrow() -> None:
    assert layout("a ->\nb => // why\nc") == "a\n  -> b  // why\n  => c;\n"


def test_long_chains_are_broken() -> None:
    text = " -> ".join(f"element{i:02}" for i in range(20))
    result = layout(text)
    assert result.splitlines() == [
        "element00 -> element01 -> element02 -> element03 -> element04 -> element05 -> element06",
        "  -> element07 -> element08 -> element09 -> element10 -> element11 -> element12 -> element13",
        "  -> element14 -> element15 -> element16 -> element17 -> element18 -> element19;",
    ]


@pytest.mark.parametrize("length", [91, 92])
def test_a_line_has_a_hundred_columns(length: int) -> None:
    text = f"{'a' * length} -> bbbb"  # with its ';' 100 columns, or 101
    assert layout(text) == (f"{text};\n" if length == 91 else text.replace(" ->", "\n  ->") + ";\n")


def test_what_is_between_parentheses_stays() -> None:
    stays(
        """
        define($A  1,$B   2);
        a :: Classifier(
            12/0800 ,   // IP
        # 5 "x"
          - /* rest */
        );
        """
    )


def test_ports() -> None:
    assert layout("a [0x2,] -> [ 1 , 2-3 ] b [ ] => c") == "a[2,] -> [1, 2-3] b[] => c;\n"


def test_comments_stand_where_they_stood() -> None:
    stays(
        """
        // About the file.

        // About a.
        a :: A;  // It is a.
        b :: B;  /* It */  // is b.
        /* c */ c :: C;
        d :: /* of */ D /* it */ (x);

        e :: {  // About e.
          // Of the body.
          f;  // Behind f.
          // At the end of the body.

          /* More
          of it. */
        };  // Behind e.

        g -> /* before */ h /* behind */ -> i  // i
          // About j.
          -> j  // j
          /* k */ -> k;
        // At the end.
        """
    )


def test_comments_where_no_line_can_end_move() -> None:
    assert layout("a[0, // zero\n1] -> b[/* all */] => c, // c\nd;") == (
        "a[0, 1]  // zero\n  -> b[] /* all */ => c, d;  // c\n"
    )
    assert layout("a /* name */ :: A") == "a :: /* name */ A;\n"
    assert layout("a :: // one\n// two\nA; // three\nb;") == (
        "a :: A;  // one\n// two\n// three\nb;\n"
    )
    assert layout("elementclass A { /* a */ $a, // b\n$b | // c\nx }") == (
        "elementclass A { $a, $b |  /* a */  // b\n  // c\n  x;\n}\n"
    )
    assert layout("x :: { a || /* b */ || ... // c\n}") == (
        "x :: {\n  a;\n||  /* b */\n|| ...  // c\n};\n"
    )


def test_directives_stand_in_the_first_column() -> None:
    text = '# 1 "x"\na :: {\nb ->\n#line 7\nc;\n# 8\n}\n'
    assert layout(text) == '# 1 "x"\na :: {\n  b\n#line 7\n    -> c;\n# 8\n};\n'


def test_places_after_a_directive_are_found() -> None:
    assert layout('\n# 90 "y"\n\na; // b\n  // c\n') == '# 90 "y"\n\na;  // b\n// c\n'


def test_breaks_of_lines_stay_of_their_kind() -> None:
    assert formatted("a;\r\n\r\nb(x,\r\n y) // c\r\n-> d\r\n") == (
        "a;\r\n\r\nb(x,\r\n y)  // c\r\n  -> d;\r\n"
    )


@pytest.mark.parametrize("text", ["", "\n \n", ";;\n"])
def test_nothing(text: str) -> None:
    assert layout(text) == ""


def test_comments_alone() -> None:
    assert layout("  // a\n\n\n /* b */ ; // c") == "// a\n\n/* b */  // c\n"


def test_a_large_configuration() -> None:
    text = "".join(f"e{i} :: Counter; // x\n\n" for i in range(4000))
    assert formatted(text) == text.replace("; //", ";  //")[:-1]


def test_examples_are_formatted(examples: Path) -> None:
    for path in sorted(examples.glob("*.click")):
        assert layout(path.read_text()) == path.read_text()
