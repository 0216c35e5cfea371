"""`pmill xform`, and the patterns that come with pmill."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmill.syntax import flat_text
from pmill.xform import rewrite, shipped_patterns
from tests.conftest import Pmill
from tests.elements.programs import run_program
from tests.traffic import malformed, router_mix, write_frames
from tests.xform.kit import TWICE, flat, patterns

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
