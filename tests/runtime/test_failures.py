"""Whatever keeps a program from starting is one clear sentence and a hint, and exit code 1."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from pmill.doctor import running
from tests.runtime.conftest import FORWARD, Build, frames, read_capture, run, write_capture

_NULL = ["--vdev", "net_null0"]


@pytest.mark.parametrize(
    ("options", "eal", "message"),
    [
        ((), (), "there is no port '0'; DPDK has no port at all"),
        (("--bogus",), (), "unknown option '--bogus'"),
        (("--duration", "soon"), (), "--duration needs a number of seconds, not 'soon'"),
        (("--duration",), (), "--duration needs a value"),
        (("--stats=xml",), (), "--stats is text, json or none, not 'xml'"),
        (("--expect", "7"), (), "--expect needs PORT=N, not '7'"),
        (("--expect", "1=5"), _NULL, "--expect names port '1', from which nothing receives"),
        (("--simtime=noon",), (), "--simtime needs seconds since 1970, not 'noon'"),
        (("--simtick", "x"), (), "--simtick needs a number of nanoseconds, not 'x'"),
        (
            ("--simtime",),
            ("--lcores", "0@0,1@0,2@0", *_NULL),
            "a simulated clock serves one worker, and there are 2",
        ),
        (("--buffers", "999999999"), _NULL, "not enough memory"),
        ((), (*_NULL, "--no-huge", "-m", "4"), "not enough memory for"),
        ((), ("--vdev", "net_foo0"), "no DPDK driver makes the device 'net_foo0'"),
        ((), ("--vdev", "net_null0,blah=1"), "the device 'net_null0' could not be made"),
        ((), ("--vdev", "net_pcap0,rx_pcap=/nowhere/in.pcap"), "cannot read the capture"),
        ((), ("--vdev", f"net_pcap0,rx_pcap={__file__}"), "is not a capture file"),
        ((), ("--vdev", "net_pcap0,tx_pcap=/nowhere/o.pcap"), "cannot write the capture"),
        ((), (*_NULL, "-l", "900"), "DPDK did not start: invalid core list"),
        ((), (*_NULL, "--nonsense"), "unrecognized option '--nonsense'"),
    ],
)
def test_message(build: Build, options: list[str], eal: list[str], message: str) -> None:
    done = run(build(FORWARD), *options, eal=eal)
    assert done.returncode == 1
    assert done.stdout == ""
    assert message in done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 2, done.stderr
    assert lines[0].startswith("error: ")
    assert lines[1].startswith("  hint: ")


def test_missing_port_lists_the_others(build: Build) -> None:
    done = run(build("FromDPDKDevice(3) -> Discard;\n"), eal=_NULL)
    assert "there is no port '3'; DPDK has the ports 0 net_null0" in done.stderr
    assert re.search(r"error: FromDPDKDevice@1 :: FromDPDKDevice: ", done.stderr)


@pytest.mark.parametrize("option", ["VLAN_STRIP true", "MODE rss", "PAUSE full", "RX_INTR 8"])
def test_refused_option_names_element_and_option(build: Build, tmp_path: Path, option: str) -> None:
    source = write_capture(tmp_path / "in.pcap", frames(1))
    program = build(f"rx :: FromDPDKDevice(0, {option}) -> ToDPDKDevice(0);\n")
    done = run(program, eal=["--vdev", f"net_pcap0,rx_pcap={source}"])
    assert done.returncode == 1
    keyword = option if option.startswith("MODE") else option.split()[0]
    assert done.stderr.startswith(
        "error: rx :: FromDPDKDevice: port 0 (net_pcap0, driver net_pcap) does not support "
        + keyword
    )


def test_too_many_elements_for_the_queues(build: Build, tmp_path: Path) -> None:
    source = write_capture(tmp_path / "in.pcap", frames(1))
    program = build("FromDPDKDevice(0) -> Discard; FromDPDKDevice(0) -> Discard;\n")
    done = run(program, eal=["--vdev", f"net_pcap0,rx_pcap={source}"])
    assert "has 1 receive queue; queue 1 was asked for" in done.stderr


def test_captures_stay_valid_after_a_failure(build: Build, tmp_path: Path) -> None:
    """A port that is missing is noticed when the other's output is already open."""
    sink = tmp_path / "out.pcap"
    program = build("FromDPDKDevice(0) -> ToDPDKDevice(0); Idle -> ToDPDKDevice(1);\n")
    assert run(program, eal=["--vdev", f"net_pcap0,tx_pcap={sink}"]).returncode == 1
    assert read_capture(sink) == [] if sink.exists() else True


def test_nothing_to_do(build: Build) -> None:
    done = run(build("Idle -> Discard;\n"))
    assert done.returncode == 1
    assert "there is nothing to do" in done.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("MINQUEUES 3, MAXQUEUES 2", "MINQUEUES is more than MAXQUEUES"),
        ("N_QUEUES 0", "a port needs a queue and a worker"),
        ("MAXTHREADS 0", "a port needs a queue and a worker"),
    ],
)
def test_numbers_of_queues(build: Build, options: str, message: str) -> None:
    done = run(build(f"FromDPDKDevice(0, {options}) -> Discard;\n"), eal=_NULL)
    assert done.returncode == 1
    assert f"FromDPDKDevice@1 :: FromDPDKDevice: {message}" in done.stderr


def test_the_advice_is_that_of_the_doctor(build: Build) -> None:
    """Which NICs there are and what they are bound to, as `pmill doctor` finds them."""
    hint = run(build("FromDPDKDevice(3) -> Discard;\n"), eal=_NULL).stderr
    found = running.devices()
    assert hint.strip().endswith("; pmill doctor looks at the whole machine")
    if "none on PCI" in found.text:
        assert "this machine has no NIC on PCI" in hint
        return
    names = re.findall(r"[0-9a-f:.]{12} \([\w -]+\)", found.text)
    assert names
    assert ", ".join(names) in hint
    assert ("dpdk-devbind.py --bind=vfio-pci" in hint) == (found.verdict == "note")


def test_without_a_driver_for_memory_pools(build: Build) -> None:
    """As in an image that has DPDK's libraries and forgot what EAL loads."""
    drivers = sorted(Path("/usr/lib").glob("*/dpdk/pmds-*"))
    if os.geteuid() != 0 or not drivers:
        pytest.skip("hiding Debian's drivers takes root")
    hide = "; ".join(f"mount -t tmpfs none {folder}" for folder in drivers)
    program = build("InfiniteSource(LIMIT 1) -> Discard;\n")
    done = subprocess.run(
        ["unshare", "-m", "sh", "-ec", f"{hide}; exec {program}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "DPDK finds no driver for memory pools" in done.stderr
    assert "librte_mempool_ring" in done.stderr
