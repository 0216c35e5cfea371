"""Ports of a configuration become virtual devices in the order of their numbers."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from pmill.diagnostics import DiagnosticError, Diagnostics
from pmill.run.devices import DevicePlan, plan_devices


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    path = tmp_path / "in.pcap"
    header = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    path.write_bytes(header + 3 * (struct.pack("<IIII", 0, 0, 60, 60) + bytes(60)))
    return path


def _plan(
    ports: list[str],
    captures: tuple[str, ...] = (),
    outputs: tuple[str, ...] = (),
    eal: tuple[str, ...] = (),
) -> DevicePlan:
    return plan_devices(ports, captures, outputs, eal, Diagnostics())


def test_every_number_gets_a_device(capture: Path) -> None:
    plan = _plan(["0", "3", "10"], (f"3={capture}",), ("10=out.pcap",))
    assert [word for word in plan.eal if word != "--vdev"] == [
        "net_null0,no-rx=1",
        "net_null1,no-rx=1",
        "net_null2,no-rx=1",
        f"net_pcap3,rx_pcap={capture}",
        *(f"net_null{n},no-rx=1" for n in range(4, 10)),
        "net_pcap10,tx_pcap=out.pcap",
    ]
    assert plan.expect == {"3": 3}


def test_port_0_is_meant_when_none_is_named(capture: Path) -> None:
    plan = _plan(["0"], (str(capture),), ("o.pcap",))
    assert plan.eal == ("--vdev", f"net_pcap0,rx_pcap={capture},tx_pcap=o.pcap")


def test_ports_of_the_software_nic(capture: Path) -> None:
    plan = _plan(["pmill:0", "pmill:1"], (str(capture),), ("pmill:1=out.pcap",))
    devices = (f"net_pmill0,rx_pcap={capture}", "net_pmill1,tx_pcap=out.pcap")
    assert plan.eal == ("--vdev", devices[0], "--vdev", devices[1])
    assert plan.expect == {"net_pmill0": 3}


def test_programs_make_devices_of_their_own_driver() -> None:
    assert _plan(["pmill:0"]).eal == ()


def test_a_number_is_a_numbered_port_first(capture: Path) -> None:
    plan = _plan(["0", "pmill:0"], (f"0={capture}",))
    assert plan.eal == ("--vdev", f"net_pcap0,rx_pcap={capture}")


def test_numbered_ports_of_a_driver_that_is_contained(capture: Path) -> None:
    drivers = {"1": "net_pmill"}
    plan = plan_devices(["0", "1"], [f"1={capture}"], [], [], Diagnostics(), drivers)
    assert plan.eal == ("--vdev", "net_null0,no-rx=1", "--vdev", f"net_pmill1,rx_pcap={capture}")
    assert plan.expect == {"1": 3}


def test_no_port_needs_no_device() -> None:
    assert _plan([]).eal == ()


def test_devices_of_the_user_replace_ours(capture: Path) -> None:
    own = ("--vdev", "net_tap0")
    assert _plan(["0", "1"], eal=own).eal == own
    plan = _plan(["0", "1"], (f"0={capture}",), eal=own)
    assert plan.eal == ("--vdev", f"net_pcap0,rx_pcap={capture}", *own)


@pytest.mark.parametrize(
    ("captures", "outputs", "eal", "code"),
    [
        (("5={capture}",), (), (), "PM0824"),
        (("0=",), (), (), "PM0824"),
        (("{capture}", "0={capture}"), (), (), "PM0824"),
        (("{capture}",), ("1={capture}",), (), "PM0824"),
        ((), ("0=o.pcap", "1=./o.pcap"), (), "PM0824"),
        ((), ("a,b.pcap",), (), "PM0825"),
        (("{capture}",), (), ("-a", "0000:01:00.0"), "PM0826"),
    ],
)
def test_errors(
    capture: Path,
    captures: tuple[str, ...],
    outputs: tuple[str, ...],
    eal: tuple[str, ...],
    code: str,
) -> None:
    def fill(texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(t.format(capture=capture) for t in texts)

    with pytest.raises(DiagnosticError) as error:
        _plan(["0", "1"], fill(captures), fill(outputs), eal)
    assert error.value.diagnostics[0].code == code


def test_truncated_capture_is_a_warning(capture: Path) -> None:
    capture.write_bytes(capture.read_bytes()[:-1])
    diags = Diagnostics()
    plan = plan_devices(["0"], [str(capture)], [], [], diags)
    assert plan.expect == {"0": 2}
    assert [d.code for d in diags] == ["PM0827"]
