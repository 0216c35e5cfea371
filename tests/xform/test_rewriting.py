"""Pieces that look like patterns are replaced, and nothing else is."""

from __future__ import annotations

import time

import pytest

from pmill.diagnostics import DiagnosticError
from pmill.xform import rewrite, shipped_patterns
from tests.xform.kit import TWICE, declared, flat, pair, patterns, result

# --- what is found --------------------------------------------------------------------------------


def test_a_piece_is_replaced() -> None:
    assert result("i :: Idle -> Strip(3) -> Strip(3) -> d :: Discard;", TWICE) == (
        "i :: Idle; X@1 :: Twofold(3); d :: Discard; i -> X@1 -> d;"
    )


def test_a_variable_means_the_same_everywhere() -> None:
    text = "i :: Idle -> a :: Strip(3) -> b :: Strip(4) -> d :: Discard;"
    assert "Twofold" not in result(text, TWICE)
    found = result(
        "i :: Idle -> a :: Strip(3) -> b :: Strip(4) -> c :: Strip(4) -> d :: Discard;", TWICE
    )
    assert "a :: Strip(3); X@1 :: Twofold(4);" in found


@pytest.mark.parametrize(
    ("pattern", "arguments", "wanted"),
    [
        ("$n", "1", "1"),
        ("$n", "", None),
        ("$n", "1, 2", None),
        ("1", "1", ""),
        ("1", "2", None),
        ("1", "1 /* a comment */", ""),
        ("MTU $n", "MTU   1500", "1500"),
        ("MTU $n", "MTU 1 2", "1 2"),
        ("MTU $n", "1500", None),
        ("$n/24", "10.0.0.1/24", "10.0.0.1"),
        ("$n/24", "10.0.0.1/25", None),
        ("$n, A $n", "4, A 4", "4"),
        ("$n, A $n", "4, A 5", None),
        ("$n$n", "abab", None),
        ("a$n-$n", "aX-X", "X"),
        ("a${n}b", "acb", "c"),
        ('"$n"', '"x"', None),
        ('"$n"', '"$n"', ""),
        ("$n", '"a, b"', '"a, b"'),
        ("x, $n", "x,", None),
        ("$n, x", ", x", ""),
    ],
)
def test_arguments(pattern: str, arguments: str, wanted: str | None) -> None:
    text = pair(f"input -> Print({pattern}) -> output", "input -> Found([$n]) -> output", "$n")
    if "n" not in pattern or '"$n"' in pattern:
        text = text.replace("[$n]", "")
    found = result(f"i :: Idle -> Print({arguments}) -> d :: Discard;", text)
    if wanted is None:
        assert "Found" not in found
    else:
        shown = f"([{wanted}])" if "[$n]" in text else ""
        assert f":: Found{shown};" in found


def test_the_rest_of_the_arguments() -> None:
    text = pair(
        "input -> Print($a, $r) -> output", "input -> Found($r, $a) -> output", "$a, __REST__ $r"
    )
    assert "Found(2, C 3, 1)" in result("Idle -> Print(1, 2, C 3) -> Discard", text)
    assert "Found(, 1)" in result("Idle -> Print(1) -> Discard", text)
    assert "Found" not in result("Idle -> Print -> Discard", text)


def test_a_value_in_a_string_is_escaped() -> None:
    text = pair("input -> Print($a) -> output", 'input -> Found("<$a>") -> output', "$a")
    assert r'Found("<\"x\">")' in result('Idle -> Print("x") -> Discard', text)


TEE = pair(
    "input -> t :: Tee -> Null -> output; t[1] -> [1] output",
    "input -> s :: Split -> output; s[1] -> [1] output",
)


@pytest.mark.parametrize(
    "text",
    [
        "Idle -> t :: Tee -> n :: Null -> d :: Discard; t[1] -> d; t[2] -> d;",  # a way out too many
        "Idle -> t :: Tee -> n :: Null -> d :: Discard;",  # one too few
        "Idle -> t :: Tee -> n :: Null -> d :: Discard; t[1] -> d; Idle -> n;",  # a way in
        "Idle -> t :: Tee; t[1] -> n :: Null -> d :: Discard; t[0] -> d;",  # other ports
        "Idle -> t :: Tee -> n :: Null -> d :: Discard; t[1] -> n;",  # inside, not as asked for
        "Idle -> [1] t :: Tee -> n :: Null -> d :: Discard; t[1] -> d;",
    ],
)
def test_what_is_connected_in_another_way_stays(text: str) -> None:
    assert "Split" not in result(text, TEE)


def test_ports_keep_what_is_around_them() -> None:
    text = "a :: Idle -> t :: Tee; b :: Idle -> t; t -> Null -> d :: Discard; t[1] -> [1] e :: Switch(0) -> d;"
    assert result(text, TEE) == (
        "a :: Idle; X@1 :: Split; b :: Idle; d :: Discard; e :: Switch(0);"
        + " a -> X@1 -> d; b -> X@1; X@1 [1] -> [1] e -> d;"
    )


def test_places_of_one_port_must_agree() -> None:
    both = pair(
        "input -> s :: Switch(0); s[0] -> a :: Null -> output; s[1] -> b :: Counter -> output",
        "input -> Found -> output",
    )
    text = "Idle -> s :: Switch(0); s[0] -> Null -> d :: Discard; s[1] -> Counter -> {}"
    assert "Found" in result(text.format("d"), both)
    assert "Found" not in result(text.format("Discard"), both)


def test_a_way_out_that_leads_back_in() -> None:
    text = "Idle -> t :: Tee -> Null -> t; t[1] -> d :: Discard;"
    assert result(text, TEE).endswith("Idle@1 -> X@1 -> X@1; X@1 [1] -> d;")


def test_pieces_that_are_not_connected() -> None:
    text = pair(
        "input -> Null -> output; input[1] -> Counter -> [1] output",
        "input -> b :: Both -> output; input[1] -> [1] b; b[1] -> [1] output",
    )
    found = result("Idle -> Null -> d :: Discard; Idle -> Counter -> e :: Discard;", text)
    assert found.endswith("Idle@1 -> X@1 -> d; Idle@4 -> [1] X@1; X@1 [1] -> e;")


def test_what_is_found_first_is_the_same_every_time() -> None:
    text = "Idle -> " + "Strip(1) -> " * 5 + "Discard;"
    found = {result(text, TWICE) for _ in range(3)}
    assert len(found) == 1
    assert found.pop().count("Twofold") == 2


# --- what is put there ----------------------------------------------------------------------------


def test_nothing_can_be_put_there() -> None:
    text = pair("input -> Null -> output", "input -> output")
    assert result("a :: Idle -> Null -> Null -> d :: Discard; b :: Idle -> Null -> d;", text) == (
        "a :: Idle; d :: Discard; b :: Idle; a -> d; b -> d;"
    )


def test_patterns_are_applied_until_none_is_found() -> None:
    text = pair("input -> Null -> Null -> output", "input -> Null -> output")
    assert declared("Idle -> " + "Null -> " * 9 + "Discard;", text) == [
        "Idle@1 :: Idle",
        "X@8 :: Null",
        "Discard@11 :: Discard",
    ]


def test_one_pattern_makes_what_another_looks_for() -> None:
    text = pair("input -> A -> B -> output", "input -> C -> output", name="Last")
    text += pair("input -> Null -> output", "input -> A -> output", name="First")
    assert "Last@1 :: C" in declared("Idle -> Null -> B() -> Discard;", text)


def test_names_are_as_if_there_were_a_compound() -> None:
    text = pair("input -> Null -> output", "input -> c :: Counter -> Counter -> output")
    config = "elementclass L { input -> Null -> output } Idle -> l :: L -> X@1 :: Null -> Discard;"
    assert declared(config, text)[1:] == [
        "X@2/c :: Counter",
        "X@2/Counter@2 :: Counter",
        "Discard@4 :: Discard",
        "l/X@1/c :: Counter",
        "l/X@1/Counter@2 :: Counter",
    ]


def test_an_element_of_the_same_name_keeps_it() -> None:
    text = pair(
        "input -> c :: Counter -> Null -> output", "input -> c :: Counter -> n :: Tee(1) -> output"
    )
    assert declared("Idle -> count :: Counter -> Null -> Discard;", text) == [
        "Idle@1 :: Idle",
        "count :: Counter",
        "X@1/n :: Tee(1)",
        "Discard@4 :: Discard",
    ]


def test_compounds_may_be_made_of_others() -> None:
    text = "elementclass Two { $n | input -> Strip($n) -> Strip($n) -> output }\n" + pair(
        "input -> Paint($a) -> Two($a) -> output", "input -> Two(<${a}a>) -> output", "$a"
    )
    assert declared("Idle -> Paint(7) -> Strip(7) -> Strip(7) -> Discard;", text) == [
        "Idle@1 :: Idle",
        "X@1/Two@1/Strip@1 :: Strip(<7a>)",
        "X@1/Two@1/Strip@2 :: Strip(<7a>)",
        "Discard@5 :: Discard",
    ]


def test_backwards() -> None:
    found = result("i :: Idle -> Twofold(3) -> d :: Discard;", TWICE, reverse=True)
    assert found.startswith("i :: Idle; X@1/Strip@1 :: Strip(3); X@1/Strip@2 :: Strip(3);")
    again = result(found, TWICE)
    assert again == "i :: Idle; X@1/X@1 :: Twofold(3); d :: Discard; i -> X@1/X@1 -> d;"


def test_requirements_stay() -> None:
    assert result("require(dpdk); Idle -> Null -> Discard", TWICE).startswith("require(dpdk);")


# --- what is wrong with patterns ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("elementclass X_Replacement { input -> output }", "PM0611", "there is no 'X'"),
        (pair("input -> output", "input -> Null -> output"), "PM0612", "nothing in between"),
        (pair("", ""), "PM0612", "there is no element in it"),
        (
            pair(
                "input -> n :: Null; input[1] -> n -> output", "input -> output; input[1] -> output"
            ),
            "PM0612",
            "input 0 of 'n' is connected to two ports",
        ),
        (
            pair("input -> Null -> output", "input -> t :: Tee -> output; t[1] -> [1] output"),
            "PM0611",
            "'X_Replacement' has output 1, 'X' has not",
        ),
        (
            pair("input -> Print(1) -> output", "input -> Print($a) -> output", "$a"),
            "PM0611",
            "uses $a, which no argument in 'X' sets",
        ),
        (
            "elementclass X { input -> Null -> output || input[1] -> Null -> output }\n"
            "elementclass X_Replacement { input -> output }",
            "PM0611",
            "there is no 'X'",
        ),
    ],
)
def test_what_makes_no_pattern(text: str, code: str, message: str) -> None:
    with pytest.raises(DiagnosticError) as caught:
        patterns(text)
    (found,) = caught.value.diagnostics
    assert found.code == code
    assert message in found.message


@pytest.mark.parametrize(
    "text",
    [
        pair("input -> Null -> output", "input -> Null -> Null -> output"),
        pair("input -> Null -> output", "input -> Counter -> output", name="A")
        + pair("input -> Counter -> output", "input -> Null -> output", name="B"),
    ],
)
def test_what_has_no_end(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pmill.xform.rewriting.MAX_REPLACEMENTS", 500)
    with pytest.raises(DiagnosticError, match=r"PM0613.*is found again and again: 501 times"):
        result("Idle -> Null -> Discard", text)


@pytest.mark.slow
def test_what_has_no_end_inside_of_itself() -> None:
    text = pair("input -> Null -> Null -> output", "input -> Null -> Null -> Null -> output")
    with pytest.raises(DiagnosticError, match=r"PM0613.*is found again and again"):
        result("Idle -> Null -> Null -> Discard", text)


def test_large_configurations_take_no_time() -> None:
    def seconds(count: int) -> float:
        text = "t :: Tee; q :: Queue; Idle -> t; q -> Discard;" + "".join(
            f"t[{i}] -> Paint(1) -> Strip(14) -> CheckIPHeader(CHECKSUM true) -> Null -> q;"
            for i in range(count)
        )
        config = flat(text)
        found = patterns(shipped_patterns()["combo"].read_text())
        begin = time.process_time()
        assert rewrite(config, found).counts["Input"] == count
        return time.process_time() - begin

    small = min(seconds(100) for _ in range(3))
    assert seconds(1000) < 40 * small + 0.2
