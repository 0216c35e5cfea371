from __future__ import annotations

import pytest

from pmill.graph import Element
from tests.elaborate.kit import errors_of, graph_of


def element(class_name: str, config: str, dialect: str = "fastclick") -> Element:
    text = f"s :: Source;\nx :: {class_name}({config});\nd :: Discard;\ns -> x;\nx -> d;"
    return graph_of(text, dialect).elements["x"]


def texts(e: Element) -> dict[str, str]:
    return {name: value.text for name, value in e.arguments.items()}


def message(class_name: str, config: str) -> str:
    return errors_of(f"s :: Source;\nx :: {class_name}({config});\nd :: Discard;\ns -> x;\nx -> d;")


def test_arguments_not_given_have_their_defaults() -> None:
    e = element("Print", "")
    assert texts(e) == {"label": "", "maxlength": "24", "contents": "1", "active": "true"}
    assert all(value.click is None for value in e.arguments.values())
    assert e.config == ""


def test_defaults_follow_the_dialect() -> None:
    assert texts(element("Print", "", "click"))["active"] == "false"
    assert texts(element("Print", "ACTIVE true", "click"))["active"] == "true"


def test_positions_and_keywords() -> None:
    e = element("Print", "ok, CONTENTS ASCII, 60")
    assert texts(e) == {"label": "ok", "maxlength": "60", "contents": "2", "active": "true"}
    assert e.config == "ok, 60, CONTENTS ASCII"
    assert element("Strip", "LENGTH 14").config == "14"
    assert element("Print", "MAXLENGTH 3").config == "MAXLENGTH 3"


def test_the_last_use_of_a_keyword_wins() -> None:
    assert texts(element("Print", "MAXLENGTH 1, NBYTES 2, MAXLENGTH 3"))["maxlength"] == "3"


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("x, y", ["x", "y", ""]),
        ("x, y, z", ["x", "y", "z"]),
        ("B x, y", ["y", "x", ""]),
        ("B x, B y, z, B w", ["z", "w", ""]),
        ("C x, y, z", ["y", "z", "x"]),
        ("A x, C y, z", ["x", "z", "y"]),
        ("x, 'OK go'", ["x", "OK go", ""]),
        ("'FOO x', y", ["FOO x", "y", ""]),
        ("x, B", ["x", "B", ""]),  # a word alone is no keyword
        ("x, B\t'y'", ["x", "y", ""]),
    ],
)
def test_which_argument_is_whose(config: str, expected: list[str]) -> None:
    e = element("Two", config)
    assert [e.arguments[name].text for name in "abc"] == expected


@pytest.mark.parametrize(
    ("class_name", "config", "said"),
    [
        # An optional position takes nothing that looks like a keyword …
        ("Print", "OK go", ["unknown argument 'OK'"]),
        ("Print", "a, 3, c.d x", ["unknown argument 'c.d'"]),
        ("Two", "x, y, OK go", ["unknown argument 'OK'"]),
        # … a mandatory one does, when there is nothing else.
        ("Strip", "OK 14", ["LENGTH: expected a non-negative integer, not 'OK 14'"]),
        ("Strip", "OK 14, 15", ["unknown argument 'OK'"]),
        ("Strip", "14, OK 15", ["unknown argument 'OK'"]),
        ("Two", "OK go, y", ["B: expected one string, not several words"]),
        # Case counts, and what is no name is no keyword.
        ("Strip", "length 14", ["LENGTH: expected a non-negative integer, not 'length 14'"]),
        ("Two", "x, y, z, 3x y", ["too many arguments"]),
        ("Two", "A x", ["argument B is missing"]),
        ("Two", "", ["argument A is missing", "argument B is missing"]),
        # An empty argument counts unless it is the last.
        ("Strip", "14, , ", ["too many arguments"]),
    ],
)
def test_what_does_not_fit(class_name: str, config: str, said: list[str]) -> None:
    found = [line for line in message(class_name, config).split("\n") if "error[" in line]
    assert len(found) == len(said)
    for line, words in zip(found, said, strict=True):
        assert words in line


def test_where_the_rest_is_open_only_own_keywords_are_keywords() -> None:
    e = element("Open", "OK.go, y, A a.b")
    assert (e.arguments["a"].text, e.arguments["rest"].text) == ("a.b", "OK.go y")
    e = element("Open", "'x y', OK")
    assert (e.arguments["a"].text, e.arguments["rest"].text) == ("x y", "OK")
    assert "A: expected one string" in message("Open", "OK go, y")


def test_strings_lose_their_quotes_and_nothing_else() -> None:
    e = element("Print", '"two words, one comma"')
    assert e.arguments["label"].text == "two words, one comma"
    assert e.arguments["label"].click == '"two words, one comma"'


def test_annotations_know_their_bytes() -> None:
    assert element("Paint", "3").arguments["anno"].anno == (17, 1)
    assert element("Paint", "3, 5").arguments["anno"].anno == (5, 1)


def test_a_value_that_stays_changeable_keeps_its_mark() -> None:
    value = element("Strip", "!14").arguments["length"]
    assert (value.text, value.cpp, value.click) == ("14", "14", "!14")
    assert element("Print", "!x").arguments["label"].text == "!x"


def test_lists_take_the_words_of_an_argument() -> None:
    value = element("Hosts", "HOSTS 10.0.0.1 10.0.0.2").arguments["hosts"]
    assert value.cpp == "IPAddress(10, 0, 0, 1), IPAddress(10, 0, 0, 2)"
    assert (value.text, value.count) == ("10.0.0.1 10.0.0.2", 2)


def test_items_of_a_list_have_no_spaces() -> None:
    assert element("Hosts", "NAMES a 'b'c").arguments["names"].text == "a bc"
    assert "cannot be empty or contain spaces" in message("Hosts", "NAMES a 'b c'")


def test_rest_takes_what_is_left() -> None:
    e = element("Nets", "10.0.0.0/8, 18.26/16, 1.2.3.4")
    assert e.arguments["nets"].text == "10.0.0.0/8 18.26.0.0/16 1.2.3.4/32"
    assert e.config == "10.0.0.0/8, 18.26/16, 1.2.3.4"
    assert (element("Nets", "").arguments["nets"].count, element("Nets", "").config) == (0, "")


def test_other_names_of_a_class() -> None:
    assert graph_of("s :: Source;\nd :: Drop;\ns -> d;").elements["d"].spec.name == "Discard"


@pytest.mark.parametrize(
    ("class_name", "config", "expected"),
    [
        (
            "Print",
            "MAXLENGHT 5",
            """\
test.click:2:12: error[PM0401]: x :: Print: unknown argument 'MAXLENGHT'
    2 | x :: Print(MAXLENGHT 5);
      |            ^^^^^^^^^
  hint: did you mean 'MAXLENGTH'?""",
        ),
        (
            "Null",
            "SPEED 5",
            """\
test.click:2:11: error[PM0401]: x :: Null: unknown argument 'SPEED'
    2 | x :: Null(SPEED 5);
      |           ^^^^^
  hint: Null has no keyword arguments""",
        ),
        (
            "Strip",
            "14, 15",
            """\
test.click:2:16: error[PM0402]: x :: Strip: too many arguments, expected at most 1 without keyword
    2 | x :: Strip(14, 15);
      |                ^^
  hint: Strip(LENGTH)""",
        ),
        (
            "Paint",
            "",
            """\
test.click:2:6: error[PM0403]: x :: Paint: argument COLOR is missing
    2 | x :: Paint();
      |      ^^^^^
  hint: Paint(COLOR, [ANNO])""",
        ),
        (
            "Strip",
            "LENGTH long",
            """\
test.click:2:19: error[PM0404]: x :: Strip: LENGTH: expected a non-negative integer, not 'long'
    2 | x :: Strip(LENGTH long);
      |                   ^^^^""",
        ),
        (
            "Strip",
            "LENGHT 14",
            """\
test.click:2:12: error[PM0404]: x :: Strip: LENGTH: expected a non-negative integer, not 'LENGHT 14'
    2 | x :: Strip(LENGHT 14);
      |            ^^^^^^^^^
  hint: did you mean 'LENGTH'?""",
        ),
        (
            "Vlan",
            "4096",
            """\
test.click:2:11: error[PM0405]: x :: Vlan: ID: '4096' is out of range, expected 0 to 4095
    2 | x :: Vlan(4096);
      |           ^^^^""",
        ),
        (
            "Hosts",
            "HOSTS 1.2.3.4 5.6.7",
            """\
test.click:2:26: error[PM0404]: x :: Hosts: HOSTS: expected an IPv4 address such as 10.0.0.1, not '5.6.7'
    2 | x :: Hosts(HOSTS 1.2.3.4 5.6.7);
      |                          ^^^^^""",
        ),
        (
            "Hosts",
            "HOSTS",
            """\
test.click:2:12: error[PM0406]: x :: Hosts: argument HOSTS has no value
    2 | x :: Hosts(HOSTS);
      |            ^^^^^
  hint: HOSTS: The hosts.""",
        ),
        (
            "Print",
            "LABEL two words",
            """\
test.click:2:18: error[PM0404]: x :: Print: LABEL: expected one string, not several words
    2 | x :: Print(LABEL two words);
      |                  ^^^^^^^^^
  hint: put it in quotes""",
        ),
    ],
)
def test_wrong_arguments(class_name: str, config: str, expected: str) -> None:
    assert message(class_name, config) == expected


def test_all_errors_of_an_element_come_in_one_run() -> None:
    found = message("Print", "a, b, c, ACTIVE perhaps")
    assert [line.partition("error[")[2][:6] for line in found.split("\n") if "error[" in line] == [
        "PM0402",
        "PM0404",
        "PM0404",
    ]
