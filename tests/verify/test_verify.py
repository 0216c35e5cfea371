"""Wrong passes are found, whatever they do wrong; right ones are not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pmill.diagnostics import DiagnosticError, Source
from pmill.graph import PipelineGraph
from pmill.options import CompileOptions
from pmill.passes import Pass
from pmill.passes.bypass_nulls import BypassNulls
from pmill.passes.devirtualize import Devirtualize
from pmill.passes.embed_constants import EmbedConstants
from pmill.verify import Verdict, verify
from pmill.verify.report import facts, text
from pmill.verify.verifying import Request
from tests.traffic import write_frames
from tests.verify import broken
from tests.verify.broken import ELEMENTS, TEXT

# pmill's LLVM passes would only make more programs.
OPTIONS = CompileOptions(level=2)
WITH_ELEMENTS = CompileOptions(level=2, include=(ELEMENTS,))
RIGHT = (BypassNulls(), EmbedConstants(), Devirtualize())


def verdict_of(
    *pipeline: Pass,
    config: str = TEXT,
    options: CompileOptions = OPTIONS,
    each: bool = False,
    bisect: bool = True,
    packets: int = 300,
    **more: object,
) -> Verdict:
    request = Request(
        source=Source("test.click", config),
        options=options,
        pipeline=pipeline,
        packets=packets,
        each=each,
        bisect=bisect,
        **more,  # type: ignore[arg-type]
    )
    return verify(request)


def guilty(verdict: Verdict) -> list[tuple[str, tuple[str, ...]]]:
    return [(g.name, g.others) for g in verdict.guilty]


def told(verdict: Verdict) -> list[str]:
    return [str(d) for d in verdict.comparisons[0].differences]


def test_right_passes_are_innocent() -> None:
    verdict = verdict_of(*RIGHT, each=True)
    assert verdict.equal
    assert not verdict.guilty
    assert verdict.origin is None
    assert [c.variant.label for c in verdict.comparisons] == [
        "all passes",
        *(f"only {p.name}" for p in RIGHT),
        *(f"without {p.name}" for p in RIGHT),
    ]
    sent = verdict.reference.sent["port 0"]
    assert len(sent) > 2 * 300, "a Tee doubles what comes"


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (broken.other_order, "port 0: "),
        (broken.lost_packets, "port 0: "),
        (broken.other_bytes, "port 0: "),
        (broken.lost_counter, "counter arp.count: "),
        (broken.no_graph, "graph: pass broken broke the graph: "),
    ],
    ids=lambda v: getattr(v, "__name__", ""),
)
def test_a_wrong_pass_is_named(change, wanted: str) -> None:
    verdict = verdict_of(BypassNulls(), broken.broken(change))
    assert not verdict.equal
    assert guilty(verdict) == [("broken", ())]
    assert told(verdict)[0].startswith(wanted), told(verdict)
    assert "guilty: broken is guilty" in text(verdict)


def test_a_program_that_crashes_is_found() -> None:
    verdict = verdict_of(broken.broken(broken.crash), options=WITH_ELEMENTS)
    assert told(verdict) == ["end: status 0 became SIGILL"]
    assert guilty(verdict) == [("broken", ())]


def test_code_that_does_not_compile_is_found() -> None:
    verdict = verdict_of(EmbedConstants(), broken.broken(broken.no_program))
    assert told(verdict)[0].startswith("compilation: ")
    assert guilty(verdict) == [("broken", ())], (
        "without the other, the program refuses its argument"
    )


def test_a_pass_that_raises_is_found() -> None:
    def raises(graph: PipelineGraph) -> PipelineGraph:
        """Raise an exception."""
        raise KeyError(graph.source_name)

    verdict = verdict_of(BypassNulls(), broken.broken(raises))
    assert told(verdict) == ["graph: KeyError('test.click')"]
    assert guilty(verdict) == [("broken", ())]


@pytest.mark.slow
def test_a_program_that_does_not_end_is_found() -> None:
    verdict = verdict_of(broken.broken(broken.hang), timeout=8, options=WITH_ELEMENTS)
    assert told(verdict) == ["end: status 0 became no end within 8 s"]
    assert guilty(verdict) == [("broken", ())]


def test_what_was_sent_in_another_order_is_said_so() -> None:
    (line, *_) = told(verdict_of(broken.broken(broken.other_order), bisect=False))
    assert "packets in another order, from packet 0 on" in line


def test_lost_packets_are_counted() -> None:
    first, *more = told(verdict_of(broken.broken(broken.lost_packets), bisect=False))
    assert " packets became " in first
    assert re.search(r"packets? \d+ (is|to \d+ are) lost$", first)
    assert any(line.startswith("counter rest.count: 0 became ") for line in more)


@pytest.mark.slow
def test_guilty_only_together() -> None:
    passes = (Devirtualize(), broken.broken(broken.if_devirtualized))
    verdict = verdict_of(*passes, each=True)
    assert guilty(verdict) == [("broken", ("devirtualize",))]
    assert [c.variant.label for c in verdict.comparisons if c.differences] == ["all passes"]
    assert "broken is guilty, and only together with devirtualize" in text(verdict)


@pytest.mark.slow
def test_what_a_pass_requires_is_not_guilty_with_it() -> None:
    wrong = broken.broken(broken.if_devirtualized, requires=("devirtualize",))
    assert guilty(verdict_of(Devirtualize(), wrong)) == [("broken", ())]


@pytest.mark.slow
def test_two_guilty_passes() -> None:
    first = broken.broken(broken.other_bytes, "first")
    second = broken.broken(broken.other_order, "second")
    verdict = verdict_of(first, BypassNulls(), second)
    assert guilty(verdict) == [("first", ()), ("second", ())]


@pytest.mark.slow
def test_a_fault_that_others_hide() -> None:
    """All together are right: what one spoils, the next mends."""
    spoils = broken.broken(broken.other_order, "spoils")
    mends = broken.broken(broken.other_order, "mends")
    verdict = verdict_of(spoils, mends, each=True)
    assert not verdict.comparisons[0].differences
    assert not verdict.equal
    assert {g.name for g in verdict.guilty} == {"spoils", "mends"}


def test_the_packet_that_shows_it(tmp_path: Path) -> None:
    arp = bytes(12) + b"\x08\x06" + bytes(46)
    other = bytes(range(60))
    capture = write_frames(tmp_path / "given.pcap", [other, other, arp, other])
    verdict = verdict_of(broken.broken(broken.lost_packets), captures=(f"0={capture}",), packets=0)
    assert verdict.origin is not None
    origin = verdict.origin
    assert (origin.inlet, origin.capture, origin.index) == (0, "given.pcap", 2)
    assert origin.alone
    assert origin.entered == arp
    assert (origin.packet.output, origin.packet.index) == ("port 0", 0)
    assert origin.packet.found is None
    assert "because of packet 2 of 'given.pcap' into port 0, alone:" in text(verdict)


def test_bytes_that_differ_are_marked(tmp_path: Path) -> None:
    capture = write_frames(tmp_path / "given.pcap", [bytes([1, 2, 3, 4]) * 10])
    verdict = verdict_of(broken.broken(broken.other_bytes), captures=(str(capture),), packets=0)
    shown = text(verdict)
    assert "without passes: 40 bytes" in shown
    assert "with them: 39 bytes" in shown
    # EtherMirror has exchanged the first six bytes with the next.
    assert "    0000  [03][04][01][02]" in shown
    assert "    0000  [04][01][02][03]" in shown
    as_json = facts(verdict)
    assert as_json["first_packet"]["wanted"] == "0304010203040102" + "03040102" + "01020304" * 7
    assert as_json["first_packet"]["because_of"]["alone"]
    assert as_json["guilty"][0]["pass"] == "broken"


# --- what is compared -----------------------------------------------------------------------------

FILES = """\
FromDump(in/a.pcap) -> c :: Counter -> Paint(1) -> Print(seen, 4) -> tee :: Tee
  -> ToDump(out/b.pcap) ; tee[1] -> strip :: Strip(14) -> MarkIPHeader(0) -> ToIPSummaryDump(list.txt, FIELDS ip_len);
"""


def test_files_are_compared_with_their_times(tmp_path: Path) -> None:
    verdict = verdict_of(Devirtualize(), config=FILES, folder=tmp_path)
    assert verdict.equal
    assert list(verdict.reference.sent) == ["file out/b.pcap"]
    assert all(time > 0 for time, _ in verdict.reference.sent["file out/b.pcap"])
    assert b"ip_len" in verdict.reference.files["file list.txt"]
    assert verdict.reference.stderr.count("seen:") == verdict.feed.packets
    wrong = verdict_of(broken.broken(broken.other_bytes), config=FILES, folder=tmp_path)
    assert any(line.startswith("file list.txt: line ") for line in told(wrong))


def test_time_is_simulated() -> None:
    config = "RatedSource(RATE 10, LIMIT 30) -> SetTimestamp -> ToDump(o.pcap);"
    verdict = verdict_of(Devirtualize(), config=config)
    assert verdict.equal
    assert not verdict.left_out
    times = [time for time, _ in verdict.reference.sent["file o.pcap"]]
    assert len(set(times)) > 20


def test_what_is_random_is_left_out() -> None:
    text_of = "FromDPDKDevice(0) -> ToDPDKDevice(0); FromDump(x, SAMPLE 0.5) -> ToDump(y);"
    verdict = verdict_of(Devirtualize(), config=text_of)
    assert verdict.equal
    assert "file y" in verdict.left_out
    assert "not compared, for it is never the same: file y" in text(verdict)


@pytest.mark.parametrize(
    ("code", "config", "more"),
    [
        ("PM0831", "FromDevice(eth0) -> Discard;", {}),
        ("PM0831", "FromDPDKDevice(net_tap0) -> Discard;", {}),
        ("PM0832", "FromDPDKDevice(0) -> ToDump(/tmp/x.pcap);", {}),
        ("PM0832", "FromDPDKDevice(0) -> ToDump(../x.pcap);", {}),
        ("PM0833", "InfiniteSource -> Discard;", {"timeout": 3}),
        ("PM0834", "FromDump(x, SAMPLE 0.5) -> ToDump(y);", {}),
        ("PM0835", "InfiniteSource(LIMIT 1) -> Discard;", {"captures": ("in.pcap",)}),
        ("PM0835", "FromDPDKDevice(0) -> Discard;", {"captures": ("1=in.pcap",)}),
        ("PM0835", "FromDPDKDevice(0) -> Discard;", {"captures": ("0=/nowhere.pcap",)}),
        ("PM0835", "FromDPDKDevice(0) -> Discard;", {"captures": (__file__,)}),
    ],
)
def test_what_cannot_be_verified(code: str, config: str, more: dict) -> None:
    with pytest.raises(DiagnosticError) as error:
        verdict_of(*RIGHT, config=config, **more)
    assert [d.code for d in error.value.diagnostics] == [code]


@pytest.mark.slow
def test_several_workers() -> None:
    config = (
        "a :: FromDPDKDevice(0) -> Counter -> ToDPDKDevice(0);"
        "b :: FromDPDKDevice(1) -> EtherMirror -> ToDPDKDevice(1);"
        "StaticThreadSched(a 0, b 1);"
    )
    assert verdict_of(Devirtualize(), config=config).equal
    wrong = config.replace("EtherMirror", "strip :: Strip(0)")
    assert not verdict_of(broken.broken(broken.other_bytes), config=wrong).equal
