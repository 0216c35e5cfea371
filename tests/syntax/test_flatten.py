"""Trees to flat configurations: names, order, connections, compounds, variables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pmill.diagnostics import DiagnosticError, Diagnostics, Source
from pmill.syntax import flat_text, flatten, parse
from tests.syntax.kit import CLASSES, elements, flat, good, links


def test_anonymous_elements_are_numbered_as_in_click() -> None:
    found = good("a :: Idle; Idle -> c :: Counter -> Discard; Null@5 :: Idle -> Null -> Discard;")
    names = [e.name for e in found.elements]
    assert names == ["a", "Idle@2", "c", "Discard@4", "Null@5", "Null@6", "Discard@7"]


def test_a_taken_number_is_passed_over() -> None:
    found = good("Null@2 :: Idle; Idle -> Null -> Discard; Null@3 :: Idle;")
    assert [e.name for e in found.elements] == ["Null@2", "Idle@2", "Null@4", "Discard@4", "Null@3"]


def test_compounds_come_after_the_elements_around_them() -> None:
    found = good(
        """elementclass In { -> a :: { -> x :: Null -> } -> b :: Null -> }
        Idle -> i :: In -> d :: Discard;  Idle -> In -> Discard;"""
    )
    assert [e.name for e in found.elements] == [
        *("Idle@1", "d", "Idle@4", "Discard@6", "i/b", "i/a/x", "In@5/b", "In@5/a/x"),
    ]
    assert set(links(found)) == {
        *("Idle@1 -> i/a/x", "i/a/x -> i/b", "i/b -> d"),
        *("Idle@4 -> In@5/a/x", "In@5/a/x -> In@5/b", "In@5/b -> Discard@6"),
    }


def test_packets_pass_through_compounds_without_elements() -> None:
    found = good("Idle -> { input -> output } -> { -> { -> } -> } -> d :: Discard;")
    assert links(found) == ["Idle@1 -> d"]


def test_several_connections_meet_at_a_border() -> None:
    found = good(
        """c :: { input -> a :: Null -> output; input -> b :: Null -> output }
        i, j :: Idle;  d, e :: Discard;  i, j -> c -> d, e;"""
    )
    assert set(links(found)) == {
        *("i -> c/a", "i -> c/b", "j -> c/a", "j -> c/b"),
        *("c/a -> d", "c/a -> e", "c/b -> d", "c/b -> e"),
    }


@pytest.mark.parametrize(
    ("chain", "expected"),
    [
        ("t, t[1] -> d", ["t -> d", "t[1] -> d"]),
        ("t[0,2] -> d", ["t -> d", "t[2] -> d"]),
        ("t -> d, [1] e", ["t -> d", "t -> [1]e"]),
        ("t => d, e", ["t -> d", "t[1] -> e"]),
        ("t[1-2] => d, e", ["t[1] -> d", "t[2] -> e"]),
        ("t[1,] => d, e, d; d[1] -> e", ["t[1] -> d", "t[2] -> e", "t[3] -> d", "d[1] -> e"]),
        ("t[] => [0,1] d", ["t -> d", "t[1] -> [1]d"]),
        ("t[0x2] => [010] d", ["t[2] -> [8]d"]),
        ("t -> d; t -> d", ["t -> d"]),
        ("t => ( => Null, Null => [0,1] ) => d, e",
         ["t -> Null@5", "t[1] -> Null@6", "Null@5 -> d", "Null@6 -> e"]),
    ],
)  # fmt: skip
def test_connections(chain: str, expected: list[str]) -> None:
    found = good(f"t :: Tee; d, e :: Null; {chain};")
    assert sorted(links(found)) == sorted(expected)


@pytest.mark.parametrize(
    ("chain", "message"),
    [
        ("t, t -> d, e", "many-to-many connections require '=>'"),
        ("t[0,1] => [0] d", "connection mismatch: 2 outputs connected to 1 input"),
        ("t[0] => d, e", "connection mismatch: 1 output connected to 2 inputs"),
        ("t[0-2,] => d, e", "connection mismatch: 3 or more outputs connected to 2 inputs"),
        ("t[] => []d", "at most one expandable port allowed per connection"),
        ("t[] -> d, e", "a port list that grows requires '=>'"),
    ],
)
def test_connections_that_do_not_match(chain: str, message: str) -> None:
    _, messages = flat(f"t :: Tee; d, e :: Null; {chain};")
    assert [m.split(" ", 2)[2] for m in messages] == [message]


def test_parameters() -> None:
    text = """elementclass C { $x, K $k, __REST__ $r | Idle -> Print($x, $k, $r) -> Discard }
        a :: C(1 2, K "y, z", W v, u); b :: C(W v, K 3)"""
    found = [e.config.text for e in good(text).elements if e.class_name == "Print"]
    assert found == ['1 2, "y, z", W v, u', "W v, 3, "]


def test_arguments_belong_to_the_caller_and_bodies_to_their_definition() -> None:
    found = good(
        """define($v outer, $w file)
        elementclass C { $v | Idle -> Print($v, $w) -> Discard }
        elementclass D { $a | define($v inner, $w body) C($v $a) }
        D($v)"""
    )
    assert [e.config.text for e in found.elements if e.class_name == "Print"] == [
        "inner outer, file"
    ]


def test_inner_classes_see_the_parameters_around_them() -> None:
    found = good(
        """elementclass A { $p | elementclass B { Idle -> Print($p) -> Discard } b :: B }
        x :: A(1); y :: A(2)"""
    )
    assert [f"{e.name} {e.config.text}" for e in found.elements if e.class_name == "Print"] == [
        *("x/b/Print@2 1", "y/b/Print@2 2"),
    ]


def test_define_holds_before_it_and_the_command_line_wins() -> None:
    text = "Idle -> Print($a, $b, $c) -> Discard; define($a 1, $b $a$a)"
    found = good(text, {"a": "7", "c": "x, y"})
    assert elements(found)[1] == "Print@2 :: Print(7, 77, x, y)"


def test_variables_that_nobody_knows_are_warned_about() -> None:
    _, messages = flat("define($MTU 1) Idle -> Print($MTA, $1) -> Discard;", {"MTO": "1"})
    assert messages == [
        "1:30 PM0308 variable '$MTA' is not defined",
        "PM0309 variable '$MTO' of the command line is not used",
    ]


def test_overloading_chooses_by_arguments_and_used_ports() -> None:
    text = """elementclass C { -> x :: Null -> || $a | -> y :: Null -> || -> z :: Null -> Discard }
        elementclass Null { $a, $b | -> Print($a, $b) -> || ... }
        Idle -> C -> Discard; Idle -> C(1) -> Discard; Idle -> C; Idle -> Null(1, 2) -> Discard;
        Idle -> Null -> Discard;"""
    names = [e.name for e in good(text).elements]
    assert [n for n in names if re.match("[CN]", n)] == [
        *("C@2/x", "C@5/y", "C@8/z", "C@8/Discard@2", "Null@10/Print@1", "Null@13"),
    ]


def test_a_class_may_be_wrapped_in_one_of_its_name() -> None:
    found = good("elementclass Null { -> Null -> Counter -> } Idle -> n :: Null -> Discard;")
    assert [e.name for e in found.elements] == ["Idle@1", "Discard@3", "n/Null@1", "n/Counter@2"]


def test_synonyms_mean_the_class() -> None:
    """An anonymous element has its name from the word that was written."""
    found = good("elementclass Sink Discard; elementclass Pit Sink; Idle -> Pit;")
    assert elements(found) == ["Idle@1 :: Idle", "Pit@2 :: Discard"]


def test_groups_share_the_names_around_them() -> None:
    found = good("Idle -> ( -> n :: Null -> ) -> d :: Discard; n[1] -> d;")
    assert [e.name for e in found.elements] == ["Idle@1", "n", "d"]
    assert set(links(found)) == {"Idle@1 -> n", "n -> d", "n[1] -> d"}


def test_configuration_text_points_into_the_source() -> None:
    found = good("define($x 1) Idle -> Print(a, // c\n b) -> Print($x) -> Discard;")
    configs = [e.config for e in found.elements]
    assert configs[1].verbatim
    assert configs[1].span.text == configs[1].text == "a, // c\n b"
    assert (configs[2].text, configs[2].span.text, configs[2].verbatim) == ("1", "$x", False)
    assert (configs[0].text, configs[0].span.text) == ("", "")


def test_requirements() -> None:
    assert good('require(a, package "b"); require(a); Idle -> Discard').requirements == ("a", "b")


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("", ["PM0300 configuration 'x.click' has no elements"]),
        ("elementclass A { }", ["PM0300 configuration 'x.click' has no elements"]),
        ("a :: Discrad;", ["1:6 PM0301 unknown element class 'Discrad'"]),
        ("Idle -> Discrad;", ["1:9 PM0301 unknown element class 'Discrad'"]),
        ("Idle -> foo(1);", ["1:9 PM0301 unknown element class 'foo'"]),
        ("Idle -> A; elementclass A { -> }", ["1:9 PM0301 unknown element class 'A'"]),
        ("Idle -> foo -> foo;", ["1:9 PM0302 undeclared element 'foo'"]),
        ("Idle -> d; d :: Discard", ["1:9 PM0302 undeclared element 'd'"]),
        ("Idle -> output", ["1:9 PM0302 undeclared element 'output'"]),
        ("a :: Idle; a :: Idle; a -> Discard", ["1:12 PM0303 redeclaration of element 'a'"]),
        ("a/b :: Idle; a :: { b :: Idle }", ["1:21 PM0303 redeclaration of element 'a/b'"]),
        ("x :: { input :: Idle }", ["1:8 PM0303 redeclaration of element 'input'"]),
        ("Tee :: Tee;", ["1:1 PM0304 class 'Tee' used as element name"]),
        ("t :: Tee; t(3) -> Discard;",
         ["1:13 PM0305 configuration string ignored on element reference 't'"]),
        ("x :: { output -> Discard; }",
         ["1:8 PM0307 '<anonymous>' pseudoelement 'output' may only be used as input"]),
        ("define(a 1) Idle", ["1:8 PM0320 bad 'define' declaration: not a variable"]),
        ("define($a 1, $a 2) Idle", ["1:14 PM0321 parameter '$a' multiply defined"]),
        ("elementclass A { require(library x) input -> output } Idle -> A -> Idle",
         ["1:26 PM0322 'require library' must be used at file scope"]),
        ("require(a b c) Idle", ["1:9 PM0322 syntax error at requirement"]),
        ("elementclass A { Idle || ... } A",
         ["1:16 PM0323 cannot extend unknown element class 'A'"]),
        ("elementclass A { A } A", ["1:18 PM0301 unknown element class 'A'"]),
        ("elementclass A { $a | Idle } A",
         ["1:30 PM0325 no match for 'A[0 inputs, 0 outputs]'"]),
        ("elementclass A { Idle } A(1, 2)",
         ["1:27 PM0325 no match for 'A[2 arguments, 0 inputs, 0 outputs]'"]),
        ("elementclass A { K $k | Idle } A(K 1, L 2)",
         ["1:39 PM0325 no match for 'A[2 arguments, 0 inputs, 0 outputs]'"]),
        ("elementclass A { $a | Idle || -> Discard } A",
         ["1:44 PM0326 no match for 'A[0 inputs, 0 outputs]'"]),
        ("define($a $a) Idle -> Print($a)",
         ["1:29 PM0327 variable '$a' is defined in terms of itself"]),
        ("elementclass A { input[1] -> Discard }", ["1:18 PM0328 'A' input 0 missing"]),
        ("Idle -> x :: { -> Discard }; Idle -> [1] x", ["1:38 PM0329 'x' has no input 1"]),
        ("x :: { -> Discard };", ["1:1 PM0330 'x' input 0 unused"]),
        ("Idle -> ( -> [1] ) -> Discard;", ["1:14 PM0328 '<anonymous group>' output 0 missing"]),
    ],
)  # fmt: skip
def test_errors(text: str, messages: list[str]) -> None:
    found = flat(text)[1]
    assert [m for m in found if "PM0300" not in m or "PM0300" in messages[0]] == messages


def test_errors_of_a_class_are_reported_once_and_also_when_it_is_not_used() -> None:
    text = "elementclass A { -> Foo -> } elementclass B { -> Bar -> } Idle -> A -> A -> Discard;"
    codes = [m.split()[-1] for m in flat(text)[1]]
    assert codes == ["'Foo'", "'Bar'"]


def test_an_unknown_class_does_not_stop_flattening() -> None:
    found, _ = flat("Idle -> x :: Foo -> Discard;")
    assert elements(found) == ["Idle@1 :: Idle", "x :: Foo", "Discard@3 :: Discard"]
    assert len(found.connections) == 2


def test_a_broken_tree_is_not_flattened() -> None:
    diags = Diagnostics()
    config = parse(Source("x.click", "a :: ;"), diags)
    with pytest.raises(DiagnosticError):
        flatten(config, {}, CLASSES, diags)


def test_explosive_compounds_are_refused() -> None:
    text = "elementclass C0 { Idle }" + "".join(
        f"elementclass C{i + 1} {{ {f'C{i};' * 10} }}\n" for i in range(9)
    )
    assert any("PM0331" in m for m in flat(f"{text} C9")[1])


def test_deep_compounds_are_refused() -> None:
    text = "elementclass C0 { Idle }" + "".join(
        f"elementclass C{i + 1} {{ C{i} }}\n" for i in range(300)
    )
    assert any("nesting depth" in m for m in flat(f"{text} C300")[1])


def test_examples_flatten(examples: Path) -> None:
    for path in sorted(examples.glob("*.click")):
        text = path.read_text()
        classes = set(re.findall(r"\b[A-Z][A-Za-z0-9]+\b", text)) - {"Input", "Output"}
        found, messages = flat(text, classes=classes)
        assert messages == []
        names = {e.name for e in found.elements}
        connected = {n for c in found.connections for n in (c.source, c.target)}
        assert names - connected <= {"neighbours"}, "which has no ports"
        assert connected <= names


# --- context arrows -------------------------------------------------------------------------------


def test_context_arrows_stay() -> None:
    """Also through the borders of compounds: the last one on the way counts."""
    found = good(
        "elementclass A { input ~TCP> Null -> output; }"
        "Idle -> A ~> Counter ~IP/x> Discard; Idle ~> b :: A ~UDP> Discard;"
    )
    contexts = {c.source: c.context for c in found.connections}
    assert contexts == {
        "Idle@1": "TCP",
        "A@2/Null@1": "",
        "Counter@3": "IP/x",
        "Idle@5": "TCP",
        "b/Null@1": "UDP",
    }


def test_flat_text_writes_context_arrows() -> None:
    text = "a :: Idle;\nb :: Null;\nc :: Discard;\n\na ~> b\n    ~TCP> c;\n"
    assert flat_text(good(text)) == text
