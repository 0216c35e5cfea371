"""`pmill xform`: pieces that look like patterns are replaced, and nothing else is."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from pmill.diagnostics import DiagnosticError, Diagnostics, Source
from pmill.driver import flat_config
from pmill.elements import ElementLibrary
from pmill.options import CompileOptions
from pmill.syntax import FlatConfig, flat_text, flatten_classes, parse
from pmill.xform import Pattern, read_patterns, rewrite, shipped_patterns
from tests.conftest import Pmill
from tests.elements.programs import run_program
from tests.traffic import malformed, router_mix, write_frames


def pair(body: str, replacement: str, formals: str = "", name: str = "X") -> str:
    head = f"{formals} | " if formals else ""
    return (
        f"elementclass {name} {{ {head}{body} }}\n"
        f"elementclass {name}_Replacement {{ {head}{replacement} }}\n"
    )


def patterns(text: str, *, reverse: bool = False) -> tuple[Pattern, ...]:
    diags = Diagnostics()
    classes = flatten_classes(
        parse(Source("patterns", text), diags), {}, ElementLibrary.load((), diags), diags
    )
    found = read_patterns(classes, diags, reverse=reverse)
    serious = tuple(d for d in diags if d.severity == "error" and d.code != "PM0301")
    if serious:
        raise DiagnosticError(serious)
    return found


def flat(text: str) -> FlatConfig:
    return flat_config(Source("config", text), CompileOptions(), Diagnostics())[0]


def result(text: str, pattern_text: str, *, reverse: bool = False) -> str:
    """What becomes of a configuration, on one line."""
    rewritten = rewrite(flat(text), patterns(pattern_text, reverse=reverse))
    return " ".join(flat_text(rewritten.flat).split())


def declared(text: str, pattern_text: str) -> list[str]:
    """The declarations of what becomes of a configuration."""
    return [d.strip() for d in result(text, pattern_text).split(";") if "::" in d]


TWICE = pair("input -> Strip($n) -> Strip($n) -> output", "input -> Twofold($n) -> output", "$n")


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
        + " a -> X@1 -> d; b -> X@1; X@1 [1] -> [1] e; e -> d;"
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


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "p.click").write_text(TWICE)
    (tmp_path / "c.click").write_text("i :: Idle -> Strip($n) -> Strip(3) -> d :: Discard;")
    return tmp_path / "p.click", tmp_path / "c.click"


PRINTED = "i :: Idle;\nX@1 :: Twofold(3);\nd :: Discard;\n\ni -> X@1\n    -> d;\n"


def test_ways_to_name_files(pmill: Pmill, files: tuple[Path, Path]) -> None:
    p, c = files
    for words in (
        [p, c, "n=3"],
        ["-p", p, c, "n=3"],
        ["-p", p, "-f", c, "n=3"],
        [p, "-e", c.read_text(), "n=3"],
    ):
        done = pmill("xform", *words)
        assert (done.returncode, done.stdout) == (0, PRINTED), words
    assert pmill("xform", p, "n=3", stdin=c.read_text()).stdout == PRINTED
    assert pmill("xform", p, c, "n=3", "-o", c.parent / "o").stdout == ""
    assert (c.parent / "o").read_text() == PRINTED
    back = pmill("xform", "-r", p, c.parent / "o")
    assert back.stdout.startswith("i :: Idle;\nX@2/Strip@1 :: Strip(3);\nX@2/Strip@2 :: Strip(3);")


def test_several_pattern_files(pmill: Pmill, files: tuple[Path, Path]) -> None:
    p, c = files
    done = pmill("xform", "--combo", p, c, "n=3")
    assert done.stdout == PRINTED


def test_wrong_words(pmill: Pmill, files: tuple[Path, Path]) -> None:
    p, c = files
    assert pmill("xform").returncode == 2
    missing = pmill("xform", "nowhere", c)
    assert missing.returncode == 1
    assert "PM0802" in missing.stderr
    none = pmill("xform", c, p)
    assert "error[PM0610]: there is no pattern" in none.stderr
    wrong = pmill("xform", p, "-e", "Idle -> -> Discard")
    assert (wrong.returncode, wrong.stdout) == (1, "")


def test_the_shipped_patterns_backwards(pmill: Pmill) -> None:
    text = "Idle -> IPInputCombo(3, INTERFACES 10.0.0.1/24) -> Discard"
    done = pmill("xform", "-r", "combo", "-e", text)
    assert (
        "/CheckIPHeader@3 :: CheckIPHeader(INTERFACES 10.0.0.1/24, CHECKSUM true);" in done.stdout
    )
    assert pmill("xform", "combo", "-e", done.stdout).stdout.count("IPInputCombo(3, INTERF") == 1


def test_list(pmill: Pmill) -> None:
    done = pmill("xform", "combo", "--list")
    assert done.stdout.splitlines()[0] == (
        "Input($color): Paint, Strip, CheckIPHeader -> IPInputCombo"
    )
    assert "PaintTee, IPGWOptions, FixIPSrc, DecIPTTL, IPFragmenter -> IPOutputCombo" in done.stdout


# --- the combinations that pmill brings along -----------------------------------------------------

ROUTER = """\
elementclass Output { $number, $ip, $mtu |
  input -> DropBroadcasts -> same :: CheckPaint(1) -> copy :: Tee(2);
  copy[1] -> options :: IPGWOptions($ip);
  same[1] -> options -> FixIPSrc($ip) -> ttl :: DecIPTTL -> fragment :: IPFragmenter($mtu)
    -> EtherEncap(0x0800, 02:00:00:00:00:01, 02:00:00:00:00:02)
    -> ToDump(out$number.pcap, SNAPLEN 0);
  copy[0] -> ICMPError($ip, redirect, host) -> output;
  options[1] -> ICMPError($ip, parameterproblem) -> output;
  ttl[1] -> ICMPError($ip, timeexceeded) -> output;
  fragment[1] -> ICMPError($ip, unreachable, needfrag) -> output;
}
FromDump(in.pcap) -> kind :: Classifier(12/0800, -);
kind[1] -> Discard;
kind[0] -> Paint(1) -> Strip(14)
  -> CheckIPHeader(INTERFACES 10.0.0.1/24 10.0.1.1/24, CHECKSUM true) -> GetIPAddress(16)
  -> route :: StaticIPLookup(10.0.0.0/24 0, 10.1.0.0/16 1, 0.0.0.0/0 1);
route[0] -> out0 :: Output(0, 10.0.0.1, 1500) -> route;
route[1] -> out1 :: Output(1, 10.0.1.1, 300) -> route;
"""


def test_a_router_of_combined_elements_does_the_same(tmp_path: Path) -> None:
    rewritten = rewrite(flat(ROUTER), patterns(shipped_patterns()["combo"].read_text()))
    assert {name: n for name, n in rewritten.counts.items() if n} == {
        "InputInterfaces": 1,
        "InputInterfacesDestination": 1,
        "OutputTee": 2,
    }
    classes = [e.class_name for e in rewritten.flat.elements]
    assert classes.count("IPInputCombo") == 1
    assert classes.count("IPOutputCombo") == 2
    assert not {"Paint", "Strip", "CheckIPHeader", "DropBroadcasts", "DecIPTTL"} & {*classes}
    write_frames(tmp_path / "in.pcap", [*router_mix(5, 1500, 0), *malformed(6, 1500)])
    sent = []
    for text in (ROUTER, flat_text(rewritten.flat)):
        run = run_program(tmp_path, text, options=("--simtime",))
        assert run.returncode == 0, run.stderr
        sent.append([(tmp_path / f"out{n}.pcap").read_bytes() for n in (0, 1)])
    assert sent[0] == sent[1]
    assert min(map(len, sent[0])) > 10_000


def test_the_router_example(pmill: Pmill, examples: Path, tmp_path: Path) -> None:
    done = pmill("xform", "combo", examples / "router.click")
    assert done.stdout.count(":: IPInputCombo(") == 2
    assert (
        "in0/InputInterfaces@1 :: IPInputCombo(0, INTERFACES 10.0.0.1/24 10.0.1.1/24);"
        in done.stdout
    )
    (tmp_path / "r.click").write_text(done.stdout)
    assert pmill("check", tmp_path / "r.click").returncode == 0
