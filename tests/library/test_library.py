"""Configurations as libraries: the same packets, whoever owns them, and what is refused."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT, run_pmill
from tests.library.kit import EAL, HERE, Ran, application, build, library, run
from tests.traffic import malformed, read_pcap, router_mix, without_times, write_frames

CLANG = "clang-19"
ROUTER = ROOT / "examples" / "router-static.click"
ENTRIES = {
    "control",
    "ended",
    "error",
    "poll",
    "process",
    "read",
    "run",
    "sent",
    "start",
    "stop",
    "write",
}


def frames_of(capture: Path) -> list[bytes]:
    return [without_times(frame) for _, frame in read_pcap(capture)]


def some(folder: Path, count: int = 100, name: str = "given.pcap") -> Path:
    frames = [
        bytes([2, 0, 0, 0, 0, n % 256]) + bytes(6) + b"\x08\x00" + bytes(50) for n in range(count)
    ]
    return write_frames(folder / name, frames)


def nothing(folder: Path) -> Path:
    return write_frames(folder / "nothing.pcap", [])


def ran(folder: Path, config: str, *words: object, count: int = 100, options: tuple = ()) -> Ran:
    """Run a configuration of one port on a hundred packets."""
    library(folder, config, "lib", *options)
    return run(application(folder), [some(folder, count)], *(words or ("1",)))


@pytest.mark.parametrize("options", [("-O3",), ("-O0",)], ids=" ".join)
def test_a_router_sends_what_its_program_sends(options: tuple[str, ...], tmp_path: Path) -> None:
    frames = [
        write_frames(tmp_path / f"port{port}.pcap", [*router_mix(4, 400, port), *malformed(5, 400)])
        for port in range(2)
    ]
    library(tmp_path, ROUTER, "lib", *options)
    found = run(application(tmp_path), frames, "1")
    wanted = [tmp_path / f"wanted{port}.pcap" for port in range(2)]
    words = [
        w for p in range(2) for w in ("--pcap", f"{p}={frames[p]}", "--out", f"{p}={wanted[p]}")
    ]
    done = run_pmill("run", ROUTER, *options, *words)
    assert done.returncode == 0, done.stderr
    for port in range(2):
        # Two ports are served in turn, by the program and by the application, but not in one order.
        assert sorted(frames_of(found.out[port])) == sorted(frames_of(wanted[port]))
        assert len(frames_of(found.out[port])) > 100
    assert found.value("in use") == "0"


def test_the_order_of_packets_stays(tmp_path: Path) -> None:
    found = ran(tmp_path, "FromDPDKDevice(0) -> Queue -> Unqueue(BURST 7) -> ToDPDKDevice(0);")
    assert frames_of(found.out[0]) == frames_of(tmp_path / "given.pcap")


def test_nothing_has_waited_before_the_start(tmp_path: Path) -> None:
    found = ran(tmp_path, "FromDPDKDevice(0, CLEAR true) -> ToDPDKDevice(0);")
    assert frames_of(found.out[0]) == frames_of(tmp_path / "given.pcap")


def test_only_its_functions_can_be_seen(tmp_path: Path) -> None:
    library(tmp_path, "FromDPDKDevice(0) -> ToDPDKDevice(0);", "mine")
    shown = subprocess.run(
        ["nm", "-g", "--defined-only", tmp_path / "libmine.a"],
        capture_output=True,
        text=True,
        check=True,
    )
    names = set(re.findall(r"(?m)^[0-9a-f]+ \w (\S+)$", shown.stdout))
    assert names == {f"mine_{entry}" for entry in ENTRIES}


def test_two_in_one_application(tmp_path: Path) -> None:
    """Each has its own of everything: elements of the same class, state, numbers of ports."""
    turn = "FromDPDKDevice(0) -> c :: Counter -> Paint(1) -> Align(4, 0) -> ToDPDKDevice({});"
    library(tmp_path, turn.format(1), "first")
    library(
        tmp_path,
        "FromDPDKDevice(0) -> c :: Counter -> s :: Switch(0) -> EtherEncap(0x7f7f, 7f:7f:7f:7f:7f:7f, 7f:7f:7f:7f:7f:7f) -> o :: ToDPDKDevice(0);"
        "s[1] -> o;",
        "second",
    )
    program = build(tmp_path, HERE / "both.c", "both", ["first", "second"])
    done = subprocess.run([program, *EAL, "-l", "0"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "8 8 8 8",
        *(f"74: 127 {n}" for n in range(8)),
        "in use: 0",
    ]


def test_timers_and_tasks_go_on_without_packets(tmp_path: Path) -> None:
    config = "FromDPDKDevice(0) -> Discard; TimedSource(0.01, \\<0102>) -> ToDPDKDevice(0);"
    found = ran(tmp_path, config, "1", "rounds=100")
    sent = frames_of(found.out[0])
    assert sent[0].startswith(b"\x01\x02")
    assert 5 <= len(sent) <= 60


def test_what_elements_keep_is_freed_at_the_end(tmp_path: Path) -> None:
    config = "FromDPDKDevice(0) -> q :: Queue(60) -> Idle;"
    found = ran(tmp_path, config, "1", "read=q.length", "read=q.drops")
    assert found.value("q.length") == "60"
    assert found.value("q.drops") == "40"
    assert found.value("in use") == "0"


def test_what_nobody_takes_is_freed_and_counted(tmp_path: Path) -> None:
    config = "FromDPDKDevice(0) -> out :: ToDPDKDevice(0);"
    found = ran(tmp_path, config, "1", "forget", "read=out.hw_errors", "read=out.hw_count")
    assert found.value("out.hw_errors") == "100"
    assert found.value("out.hw_count") == "0"
    assert found.value("in use") == "0"
    assert frames_of(found.out[0]) == []


def test_handlers(tmp_path: Path) -> None:
    config = "FromDPDKDevice(0) -> c :: Counter -> s :: Switch(0) -> ToDPDKDevice(0); s[1] -> d :: Discard;"
    words = ("write=s.switch=1", "write=s.no=1", "read=c.count", "read=d.count", "read=c.nothing")
    found = ran(tmp_path, config, "1", *words, options=("--keep", "s.switch"))
    assert found.value("c.count") == found.value("d.count") == "100"
    assert "no" in found.value("s.no")
    assert "handler" in found.value("c.nothing")
    assert frames_of(found.out[0]) == []


def test_a_script_runs_in_the_rounds(tmp_path: Path) -> None:
    config = """
      FromDPDKDevice(0) -> s :: Switch(1) -> ToDPDKDevice(0); s[1] -> d :: Discard;
      DriverManager(wait 0.05, write s.switch 0, wait 0.05, stop);
    """
    found = ran(tmp_path, config, "1", "rounds=10000", "read=s.switch")
    assert found.value("s.switch") == "0"
    assert found.value("ended") == "1"


@pytest.mark.parametrize("threads", [(), ("threads",)], ids=["in turn", "at once"])
def test_workers_have_queues_of_their_own(threads: tuple[str, ...], tmp_path: Path) -> None:
    config = "FromDPDKDevice(0) -> c :: Counter -> ToDPDKDevice(0);"
    library(tmp_path, config, "lib")
    given = some(tmp_path, 200)
    found = run(application(tmp_path), [given], "2", *threads, "read=c.count", queues=2)
    assert found.value("c.count") == "400"
    for queue in range(2):
        one = found.out[0].with_name(f"{found.out[0].stem}-{queue}.pcap")
        assert frames_of(one) == frames_of(given)
    assert found.value("in use") == "0"


@pytest.mark.parametrize(
    ("config", "words", "told"),
    [
        ("FromDPDKDevice(0) -> ToDPDKDevice(0);", ("private=64",), "private areas of 64 bytes"),
        ("FromDPDKDevice(0) -> ToDPDKDevice(0);", ("room=512",), "room for 512 bytes"),
        ("FromDPDKDevice(0) -> ToDPDKDevice(0);", ("0",), "there is no worker"),
        (
            "f :: FromDPDKDevice(0, MTU 9000) -> Discard;",
            (),
            "f :: FromDPDKDevice: MTU is an option",
        ),
        (
            "FromDPDKDevice(0) -> t :: ToDPDKDevice(0, TSO true);",
            (),
            "TSO is an option of a device",
        ),
        ("FromDPDKDevice(0) -> ToDPDKDevice(0, N_QUEUES 1);", ("2",), "workers share a queue"),
    ],
)
def test_what_cannot_start_says_why(
    config: str, words: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    text = ran(tmp_path, config, *(words if words and words[0].isdigit() else ("1", *words))).text
    assert told in text.splitlines()[0]
    if told == "there is no worker":
        return  # that is the caller's matter, who may try again
    assert "hint" in text
    assert "again: -1 it was started before" in text


def test_a_port_that_nobody_receives_from(tmp_path: Path) -> None:
    found = ran(tmp_path, "InfiniteSource(LIMIT 3) -> ToDPDKDevice(0);")
    assert "receives nothing from port 0" in found.text
    assert len(frames_of(found.out[0])) == 3
    assert found.value("in use") == "0"


def test_what_is_not_received_stays_the_callers(tmp_path: Path) -> None:
    config = "f :: FromDPDKDevice(0) -> Discard;"
    found = ran(tmp_path, config, "1", "write=f.scheduled=false", options=("--keep", "f.scheduled"))
    assert "refused 32: the element of port 0 receives no more" in found.text
    assert found.value("in use") == "0"


def test_ports_have_their_names_in_c(tmp_path: Path) -> None:
    config = "FromDPDKDevice(10) -> ToDPDKDevice(2); FromDPDKDevice(net_tap0) -> ToDPDKDevice(10);"
    library(tmp_path, config, "lib")
    header = (tmp_path / "lib.h").read_text()
    assert re.findall(r"LIB_PORT\w+ = \d+, /\* .* \*/|LIB_PORTS = \d", header) == [
        "LIB_PORT_2 = 0, /* 2: sends */",
        "LIB_PORT_10 = 1, /* 10: receives and sends */",
        "LIB_PORT_net_tap0 = 2, /* net_tap0: receives */",
        "LIB_PORTS = 3",
    ]


def test_without_ports_too(tmp_path: Path) -> None:
    found = ran(
        tmp_path, "InfiniteSource(LIMIT 5) -> c :: Counter -> Discard;", "1", "read=c.count"
    )
    assert found.value("c.count") == "5"


def test_the_header_is_c_and_cpp(tmp_path: Path) -> None:
    library(tmp_path, "FromDPDKDevice(0) -> ToDPDKDevice(0);", "lib")
    for words in (["cc", "-std=c99", "-pedantic"], ["c++", "-std=c++11", "-x", "c++"]):
        command = [*words, "-Wall", "-Wextra", "-Werror", "-fsyntax-only", tmp_path / "lib.h"]
        subprocess.run(command, check=True)


def test_no_name_ends_a_comment(tmp_path: Path) -> None:
    folder = tmp_path / "a*"
    folder.mkdir()
    (folder / "x.click").write_text('FromDPDKDevice("*/ int x;") -> Discard;')
    done = run_pmill("compile", "a*/x.click", "--library", "lib", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    command = ["cc", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c", tmp_path / "lib.h"]
    subprocess.run(command, check=True)
    assert "int x" in (tmp_path / "lib.h").read_text()


def test_it_can_be_the_whole_program(tmp_path: Path) -> None:
    library(tmp_path, "FromDPDKDevice(0) -> EtherMirror -> ToDPDKDevice(0);", "lib")
    source = tmp_path / "main.c"
    source.write_text('#include "lib.h"\nint main(int c, char **v) { return lib_run(c, v); }\n')
    program = build(tmp_path, source, "main", ["lib"])
    device = f"net_pcap0,rx_pcap={some(tmp_path).name},tx_pcap=out.pcap"
    words = ["--expect", "0=100", "--", "--no-huge", "-m", "256", "--no-pci", "--vdev", device]
    done = subprocess.run(
        [program, *words], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    given, sent = frames_of(tmp_path / "given.pcap"), frames_of(tmp_path / "out.pcap")
    assert sent == [frame[6:12] + frame[:6] + frame[12:] for frame in given]


@pytest.mark.parametrize(
    ("sanitizers", "flags", "words"),
    [
        ("address,undefined", ("-fno-sanitize-recover=undefined",), ("1",)),
        # DPDK's locks are assembly, which ThreadSanitizer does not see, unless told not to be.
        pytest.param(
            "thread", ("-DRTE_FORCE_INTRINSICS",), ("2", "threads"), marks=pytest.mark.slow
        ),
    ],
)
def test_sanitizers_find_nothing(
    sanitizers: str, flags: tuple[str, ...], words: tuple[str, ...], tmp_path: Path
) -> None:
    way = "Strip(14) -> CheckIPHeader -> Queue -> Unqueue -> Unstrip(14)"
    config = f"FromDPDKDevice(0) -> {way} -> ToDPDKDevice(0);"
    if len(words) > 1:  # a queue serves one worker
        config = config.replace("Queue -> Unqueue ->", "Counter ->")
    library(tmp_path, config, "lib", "--sanitize", sanitizers)
    names = ("-DNAME=lib", "-DPREFIX=LIB", "-include", "lib.h")
    sanitized = ("-O1", "-g", f"-fsanitize={sanitizers}", "-march=x86-64-v3", *flags)
    program = build(
        tmp_path, HERE / "application.c", "application", ["lib"], *names, *sanitized, compiler=CLANG
    )
    frames = write_frames(tmp_path / "bad.pcap", malformed(9, 500))
    found = run(program, [frames], *words, queues=int(words[0]))
    assert found.value("in use") == "0"
