"""The handlers of element classes: what they say, and what writing them changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import analyse
from pmill.elaborate.handlers import TASK, handlers_of
from pmill.options import CompileOptions
from tests.control.programs import ask
from tests.traffic.pcap import write_pcap

LEVELS = pytest.mark.parametrize("level", [0, 3])
PATH = "src :: InfiniteSource(LIMIT 10, LENGTH 40) -> {} -> d :: Discard;"


@LEVELS
@pytest.mark.parametrize(
    ("element", "handler", "value", "written", "then"),
    [
        ("Paint(3)", "color", "3", "7", "7"),
        ("CheckPaint(0)", "color", "0", "0x10", "16"),
        ("EtherEncap(0x800, 2:0:0:0:0:1, 2:0:0:0:0:2)", "ethertype", "2048", "2054", "2054"),
        ("EtherEncap(0x800, 2:0:0:0:0:1, 2:0:0:0:0:2)", "dst", "02-00-00-00-00-02", "ff:ff:ff:ff:ff:ff", "FF-FF-FF-FF-FF-FF"),
        ("EtherRewrite(2:0:0:0:0:1, 2:0:0:0:0:2)", "src", "02-00-00-00-00-01", "4-0-0-0-0-5", "04-00-00-00-00-05"),
        ("HostEtherFilter(2:0:0:0:0:1)", "ether", "02-00-00-00-00-01", "2:0:0:0:0:2", "02-00-00-00-00-02"),
        ("UDPIPEncap(1.0.0.1, 5, 1.0.0.2, 6)", "sport", "5", "65535", "65535"),
        ("UDPIPEncap(1.0.0.1, 5, 1.0.0.2, 6)", "src", "1.0.0.1", "9.9.9.9", "9.9.9.9"),
        ("SetIPAddress(1.2.3.4)", "addr", "1.2.3.4", "5.6.7.8", "5.6.7.8"),
        ("Truncate(20)", "nbytes", "20", "10", "10"),
        ("Print(x, ACTIVE false)", "active", "false", "no", "false"),
        ("IPPrint(x, ACTIVE false)", "active", "false", "0", "false"),
        ("DecIPTTL(ACTIVE false)", "active", "false", "false", "false"),
    ],
)  # fmt: skip
def test_arguments_are_read_and_written(
    level: int, element: str, handler: str, value: str, written: str, then: str
) -> None:
    text = PATH.format(f"e :: {element}")
    assert ask(text, "-h", f"e.{handler}", level=level).stdout == f"{value}\n"
    done = ask(
        text,
        "--write",
        f"e.{handler} {written}",
        "-h",
        f"e.{handler}",
        level=level,
        keep=[f"e.{handler}"],
    )
    assert (done.stdout, done.stderr) == (f"{then}\n", "")


@LEVELS
def test_a_written_argument_changes_what_packets_become(level: int) -> None:
    text = PATH.format("e :: Truncate(20) -> c :: Counter")
    done = ask(text, "--write", "e.nbytes 10", "-h", "c.byte_count", level=level, keep=["e.nbytes"])
    assert done.stdout == "100\n"


@LEVELS
def test_sources(level: int) -> None:
    text = (
        "s :: InfiniteSource(DATA abc, LIMIT 4, BURST 2, STOP true) -> c :: Counter -> Discard;"
        'DriverManager(wait_stop, print "$(s.data) $(s.limit) $(s.burst) $(s.length) $(s.count)",'
        " write s.data hello, write s.reset, wait_stop, print $(c.byte_count),"
        " write s.length 7, write s.limit 1, write s.reset, wait_stop, print $(c.byte_count),"
        " write s.data x, write s.active false, write s.reset, wait 1ms, print $(c.byte_count));"
    )
    done = ask(text, "--simtime", level=level)
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["abc 4 2 -1 4", "32", "39", "39"]


@LEVELS
def test_data_that_fits_into_no_buffer_is_refused(level: int) -> None:
    text = "s :: InfiniteSource(LIMIT 2) -> c :: Counter -> Discard;"
    done = ask(text, "--write", "s.length 100000", level=level, keep=["s.length"])
    assert done.returncode == 1
    assert "no buffer is large enough for 100000 bytes" in done.stderr


@LEVELS
def test_a_rate_changes_while_it_is_kept(level: int) -> None:
    text = (
        "s :: RatedSource(RATE 10) -> c :: Counter -> Discard;"
        "Script(wait 0.95s, print $(c.count), write s.rate 100, write c.reset, wait 1s,"
        " print $(c.count), write s.active false, write c.reset, wait 1s, print $(c.count), stop);"
    )
    out = [int(n) for n in ask(text, "--simtime", level=level).stdout.split()]
    assert out[0] == 10
    assert 99 <= out[1] <= 101  # the first packet comes at once
    assert out[2] == 0


@LEVELS
def test_an_interval_changes(level: int) -> None:
    text = (
        "s :: TimedSource(1s) -> c :: Counter -> Discard;"
        "Script(wait 2.5s, print $(c.count), write s.interval 0.1s, wait 1.05s, print $(c.count), stop);"
    )
    assert ask(text, "--simtime", level=level).stdout.split() == ["2", "12"]


@LEVELS
def test_simulated_time_passes_from_the_first_turn(level: int) -> None:
    """A source that is always busy makes as much in the first interval as in the second."""
    text = (
        "InfiniteSource(BURST 1) -> c :: Counter -> Discard;"
        "Script(wait 20us, print $(c.count), wait 20us, print $(c.count), stop);"
    )
    first, both = map(int, ask(text, "--simtime", level=level).stdout.split())
    assert both == 2 * first > 0


@LEVELS
def test_queues(level: int) -> None:
    text = (
        "InfiniteSource(LIMIT 50, BURST 50) -> q :: Queue(40) -> u :: Unqueue(ACTIVE false) -> d :: Discard;"
        'Script(wait 1s, print "$(q.length) $(q.highwater_length) $(q.drops) $(q.notifier_state)",'
        ' write q.capacity 10, print "$(q.length) $(q.drops) $(q.capacity)",'
        ' write q.reset_counts, print "$(q.drops) $(q.highwater_length)",'
        ' write q.reset, print "$(q.length) $(q.drops) $(q.notifier_state)", stop);'
    )
    out = ask(text, "--simtime", level=level).stdout.splitlines()
    assert out == ["40 40 10 1", "10 40 10", "0 10", "0 10 0"]


@LEVELS
def test_a_queue_that_shrinks_keeps_the_oldest(level: int) -> None:
    text = (
        "a :: InfiniteSource(LIMIT 30, BURST 30, LENGTH 10) -> q :: Queue(40);"
        "b :: TimedSource(1s, LIMIT 5) -> q;"
        "q -> u :: Unqueue(ACTIVE false, BURST 5) -> c :: Counter -> Discard;"
        "Script(wait 0.5s, write q.capacity 20, wait 0.1s, write u.active true, wait 0.1s,"
        ' print "$(c.count) $(c.byte_count)", stop);'
    )
    assert ask(text, "--simtime", level=level).stdout == "20 200\n"


@LEVELS
def test_unqueue(level: int) -> None:
    text = (
        "InfiniteSource(LIMIT 50, BURST 50) -> Queue -> u :: Unqueue(LIMIT 10) -> c :: Counter -> Discard;"
        'Script(wait 1s, print "$(c.count) $(u.count) $(u.limit) $(u.burst) $(u.active)",'
        " write u.reset, wait 1s, print $(c.count), write u.limit -1, wait 1s, print $(c.count), stop);"
    )
    out = ask(text, "--simtime", level=level).stdout.splitlines()
    assert out == ["10 10 10 1 true", "20", "50"]


@LEVELS
def test_switches(level: int) -> None:
    text = (
        "InfiniteSource(LIMIT 10) -> s :: Switch(0) -> a :: Counter -> Discard; s[1] -> b :: Counter -> Discard;"
        "p :: PullSwitch(0) -> u :: Unqueue -> x :: Counter -> Discard;"
        "InfiniteSource(LIMIT 5) -> Queue -> [0] p; InfiniteSource(LIMIT 6) -> Queue -> [1] p;"
        'Script(wait 1s, write p.switch 1, wait 1s, print "$(x.count) $(p.switch)", stop);'
    )
    done = ask(text, "--write", "s.switch 1", "--simtime", level=level, keep=["s.switch"])
    assert (done.counters["a.count"], done.counters["b.count"]) == (0, 10)
    assert done.stdout == "11 1\n"


@LEVELS
def test_counters(level: int) -> None:
    text = (
        'RatedSource(RATE 100, LENGTH 50) -> c :: Counter(COUNT_CALL "1000 stop") -> Discard;'
        'Script(wait 1s, set r $(round $(c.rate)), print "$r $(round $(c.byte_rate)) $(round $(c.bit_rate))",'
        ' print $(c.count_call), write c.reset_counts, print "$(c.count) $(c.byte_count)", stop);'
    )
    lines = ask(text, "--simtime", level=level).stdout.splitlines()
    rate, bytes_, bits = map(int, lines[0].split())
    assert 100 <= rate <= 101
    assert 5000 <= bytes_ <= 5060
    assert 40000 <= bits <= 40480
    assert lines[1:] == ["1000 stop", "0 0"]


@LEVELS
def test_the_seed(level: int) -> None:
    text = (
        'r :: RandomSeed(5); FromIPSummaryDump(DATA "!data ip_src\\n1.0.0.1\\n", TIMES 1000, SAMPLE 0.5, STOP true)'
        " -> c :: Counter -> Discard;"
    )
    first = ask(text, "-h", "r.seed", level=level)
    again = ask(text, "-h", "r.seed", level=level)
    other = ask(text, "--write", "r.seed 9", "-h", "r.seed", level=level)
    assert (first.stdout, other.stdout) == ("5\n", "9\n")
    assert first.counters["c.count"] == again.counters["c.count"] != other.counters["c.count"]


@LEVELS
def test_summary_dumps(level: int) -> None:
    text = (
        'f :: FromIPSummaryDump(DATA "!data timestamp ip_src\\n1 1.0.0.1\\n5 1.0.0.2\\n", TIMING true)'
        " -> t :: ToIPSummaryDump(/dev/null, FIELDS ip_src) -> c :: Counter -> Discard;"
        'Script(wait 1s, print "$(f.encap) $(f.active) $(f.sampling_prob) $(c.count)", write t.flush,'
        " write f.stop); DriverManager(wait_stop, wait 10s, print $(c.count), stop);"
    )
    done = ask(text, "--simtime", level=level)
    assert (done.stdout, done.stderr) == ("IP true 1 1\n1\n", ""), "stop ends all but the script"


@LEVELS
def test_what_a_device_counts_is_read_while_it_runs(tmp_path: Path, level: int) -> None:
    write_pcap(tmp_path / "in.pcap", [(i, bytes(60)) for i in range(100)])
    device = f"net_pcap0,rx_pcap={tmp_path}/in.pcap,tx_pcap={tmp_path}/out.pcap"
    text = "f :: FromDPDKDevice(0) -> t :: ToDPDKDevice(0);"
    handlers = ("f.hw_count", "f.hw_bytes", "f.nombufs", "t.hw_count", "t.hw_bytes")
    asked = [word for h in handlers for word in ("-h", h)]
    done = ask(text, "--expect", "0=100", *asked, level=level, eal=("--vdev", device))
    values = [block.split(":\n")[1] for block in done.stdout.split("\n\n") if block]
    assert values == ["100", "6000", "0", "100", "6000"]
    assert [done.counters[h] for h in handlers] == [100, 6000, 0, 100, 6000]


@LEVELS
def test_a_querier_tells_what_is_in_its_table(level: int) -> None:
    text = (
        "InfiniteSource(LIMIT 3, LENGTH 40) -> SetIPAddress(10.0.0.5)"
        " -> a :: ARPQuerier(10.0.0.1/24, 2:0:0:0:0:1, TABLE t) -> Discard; Idle -> [1] a;"
        "t :: ARPTable;"
    )
    write = ("--write", "t.insert 10.0.0.7 2:0:0:0:0:7")
    done = ask(text, *write, "-h", "a.count", "-h", "a.length", level=level)
    assert done.stdout == "a.count:\n2\n\na.length:\n3\n\n"


def test_pmill_and_programs_know_the_same_handlers() -> None:
    """--keep is checked against what pmill knows; the program answers for what it has."""
    text = (
        "src :: RatedSource(LIMIT 3) -> p :: Paint(1) -> q :: Queue -> u :: Unqueue"
        " -> e :: UDPIPEncap(1.0.0.1, 5, 1.0.0.2, 6) -> c :: Counter -> s :: Switch -> Discard;"
        'r :: RandomSeed; t :: ARPTable; f :: FromIPSummaryDump(DATA "!data ip_src") -> s;'
    )
    options = CompileOptions(level=3, variables={})
    graph = analyse(Source("test.click", text), options, Diagnostics())
    out = ask(text, "-h", "*.handlers").stdout
    blocks = dict(block.split(".handlers:\n") for block in out.split("\n\n") if block)
    for name, element in graph.elements.items():
        known = handlers_of(element.spec) | dict(TASK if element.runs else {})
        found = {line.split("\t")[0] for line in blocks[name].splitlines()}
        assert found == set(known), name
