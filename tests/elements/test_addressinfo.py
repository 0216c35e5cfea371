from __future__ import annotations

from ipaddress import IPv4Address
from pathlib import Path

import pytest
from scapy.layers.inet import IP, UDP

from pmill import interfaces
from pmill.diagnostics import Diagnostics, Source
from pmill.driver import analyse
from pmill.graph import PipelineGraph
from pmill.options import CompileOptions
from tests.elements.programs import refusal, run_program
from tests.traffic.pcap import read_pcap

INFO = (
    "AddressInfo(lan 10.0.0.1/24 02:00:00:00:00:01, net 10.9.0.0/16, dns 10.0.0.53 ::1 fe80::1/64);"
)


def graph(text: str) -> PipelineGraph:
    return analyse(Source("t.click", text), CompileOptions(variables={}), Diagnostics())


def argument(text: str, element: str, name: str) -> str:
    return graph(text).elements[element].arguments[name].text


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("lan", "10.0.0.1"),
        ("lan:ip", "10.0.0.1"),
        ("lan:bcast", "10.0.0.255"),
        ("net:bcast", "10.9.255.255"),
        ("dns", "10.0.0.53"),
        ("1.2.3.4", "1.2.3.4"),
    ],
)
def test_ip_addresses(written: str, address: str) -> None:
    text = f"{INFO} Idle -> e :: SetIPAddress({written}) -> Discard;"
    assert argument(text, "e", "ipaddr") == address


@pytest.mark.parametrize(
    ("written", "prefix"),
    [
        ("lan", "10.0.0.1/24"),
        ("lan:ipnet", "10.0.0.1/24"),
        ("lan:ip", "10.0.0.1/32"),
        ("net", "10.9.0.0/16"),
        ("dns", "10.0.0.53/32"),
        ("4.0.0.0/8 lan", "4.0.0.0/8 10.0.0.1/24"),
    ],
)
def test_prefixes(written: str, prefix: str) -> None:
    text = f"{INFO} Idle -> e :: CheckIPHeader(INTERFACES {written}) -> Discard;"
    assert argument(text, "e", "interfaces") == prefix


def test_ethernet_addresses() -> None:
    text = f"{INFO} Idle -> e :: EtherEncap(0x800, lan, lan:eth) -> Discard;"
    assert argument(text, "e", "src") == argument(text, "e", "dst") == "02:00:00:00:00:01"


def test_one_name_for_both_addresses_of_a_querier() -> None:
    text = f"{INFO} Idle -> e :: ARPQuerier(lan) -> Discard; Idle -> [1] e;"
    assert argument(text, "e", "ip") == "10.0.0.1/24"
    assert argument(text, "e", "eth") == "02:00:00:00:00:01"
    text = f"{INFO} Idle -> e :: ARPQuerier(lan, 4:0:0:0:0:4) -> Discard; Idle -> [1] e;"
    assert argument(text, "e", "eth") == "04:00:00:00:00:04"
    for wrong in ("net", "10.0.0.1"):
        said = refusal(f"{INFO} Idle -> e :: ARPQuerier({wrong}) -> Discard; Idle -> [1] e;")
        assert "argument ETH is missing" in said


def test_tables() -> None:
    text = (
        f"{INFO} Idle -> r :: StaticIPLookup(net lan 0, lan 1); r[0] -> Discard; r[1] -> Discard;"
    )
    assert argument(text, "r", "routes") == "10.9.0.0/16,10.0.0.1,0 10.0.0.0/24,0.0.0.0,1"
    text = f"{INFO} Idle -> a :: ARPResponder(lan net lan:eth) -> Discard;"
    assert argument(text, "a", "table") == (
        "10.0.0.1/24=02:00:00:00:00:01 10.9.0.0/16=02:00:00:00:00:01"
    )
    text = f"{INFO} Idle -> a :: ARPResponder(lan, 10.9.0.9 2:0:0:0:0:9) -> Discard;"
    assert argument(text, "a", "table") == (
        "10.9.0.9/32=02:00:00:00:00:09 10.0.0.1/24=02:00:00:00:00:01"
    )
    assert "found no Ethernet address" in refusal(f"{INFO} Idle -> ARPResponder(net) -> Discard;")


def test_scopes() -> None:
    """Nearest first, as elements; what a compound says is not known outside."""
    text = (
        "AddressInfo(a 1.0.0.1, b 1.0.0.2);"
        "elementclass L { AddressInfo(a 2.0.0.1, c 2.0.0.3);"
        "  input -> x :: SetIPAddress(a) -> y :: SetIPAddress(b) -> output }"
        "Idle -> l :: L -> z :: SetIPAddress(a) -> Discard;"
    )
    found = [argument(text, name, "ipaddr") for name in ("l/x", "l/y", "z")]
    assert found == ["2.0.0.1", "1.0.0.2", "1.0.0.1"]
    assert "not 'c'" in refusal(text.replace("z :: SetIPAddress(a)", "z :: SetIPAddress(c)"))


def test_what_is_said_of_a_name_adds_up() -> None:
    text = (
        "AddressInfo(a 1.0.0.1); AddressInfo(a 2:0:0:0:0:2, b 3.0.0.3, b 3.0.0.4);"
        "Idle -> e :: EtherEncap(0x800, a, a) -> SetIPAddress(a) -> s :: SetIPAddress(b) -> Discard;"
    )
    assert argument(text, "e", "src") == "02:00:00:00:00:02"
    assert argument(text, "s", "ipaddr") == "3.0.0.4", "the last word counts"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("lan", "'lan' has no address"),
        ("10.0.0.1 10.0.0.2", "'10.0.0.1' is no name"),
        ("a:b 10.0.0.2", "'a:b' is no name"),
        ("lan 10.0.0.256", "'10.0.0.256' is no address"),
        ("lan 1:2:3", "'1:2:3' is no address"),
        ("lan 10.0.0.1, wan x", "'x' is no address"),
    ],
)
def test_errors(arguments: str, message: str) -> None:
    said = refusal(f"AddressInfo({arguments}); Idle -> Discard;")
    assert "error[PM0447]" in said
    assert message in said


@pytest.mark.parametrize("written", ["net", "net:ip", "lan:mac", "lan:gw", "wan", "wan:gw", "lan:"])
def test_what_a_name_does_not_have(written: str) -> None:
    said = refusal(f"{INFO} Idle -> SetIPAddress({written}) -> Discard;")
    assert f"expected an IPv4 address such as 10.0.0.1, not '{written}'" in said


# --- interfaces of the machine --------------------------------------------------------------------


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with the interfaces `up0`, `bare0` without addresses, and `lan`."""
    for name, ether in (("up0", "02:00:00:00:00:0a"), ("bare0", "00:00"), ("lan", "")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "address").write_text(f"{ether}\n")

    def answer(name: str, request: int) -> IPv4Address:
        if name != "up0":
            raise OSError
        return IPv4Address("192.0.2.7" if request == 0x8915 else "255.255.255.128")

    routes = tmp_path / "route"
    routes.write_text(
        "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n"
        "up0 000200C0 00000000 0001 0 0 0 80FFFFFF 0 0 0\n"
        "up0 00000000 090200C0 0003 0 0 200 00000000 0 0 0\n"
        "up0 00000000 080200C0 0003 0 0 100 00000000 0 0 0\n"
        "bare0 00000000 010200C0 0003 0 0 0 00000000 0 0 0\n"
    )
    monkeypatch.setattr(interfaces, "_FOLDER", tmp_path)
    monkeypatch.setattr(interfaces, "_ROUTES", routes)
    monkeypatch.setattr(interfaces, "_ask", answer)
    return tmp_path


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("up0", "192.0.2.7"),
        ("up0:ip", "192.0.2.7"),
        ("up0:bcast", "192.0.2.127"),
        ("up0:gw", "192.0.2.8"),
        ("bare0:gw", "192.0.2.1"),
        ("lan", "10.0.0.1"),
    ],
)
def test_addresses_of_interfaces(machine: Path, written: str, address: str) -> None:
    text = f"{INFO} Idle -> e :: SetIPAddress({written}) -> Discard;"
    assert argument(text, "e", "ipaddr") == address


def test_other_kinds_of_interfaces(machine: Path) -> None:
    text = "Idle -> e :: ARPQuerier(up0) -> Discard; Idle -> [1] e;"
    assert argument(text, "e", "ip") == "192.0.2.7/25"
    assert argument(text, "e", "eth") == "02:00:00:00:00:0a"


@pytest.mark.parametrize("written", ["bare0", "up1", "../up0", ".", "a-very-long-name-of-one"])
def test_what_an_interface_does_not_have(machine: Path, written: str) -> None:
    said = refusal(f"Idle -> SetIPAddress({written}) -> Discard;")
    assert "expected an IPv4 address" in said
    assert "expected an Ethernet address" in refusal(
        f"Idle -> EtherRewrite({written}, 2:0:0:0:0:1) -> Discard;"
    )


def test_the_interface_that_every_machine_has() -> None:
    if interfaces.interface("lo"):
        assert dict(interfaces.interface("lo"))["ipnet"] == "127.0.0.1/8"


def test_a_machine_that_tells_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(interfaces, "_FOLDER", tmp_path / "nothing")
    assert interfaces.interface("lo") == {}
    monkeypatch.setattr(interfaces, "_FOLDER", Path("/sys/class/net"))
    monkeypatch.setattr(interfaces, "_ROUTES", tmp_path / "nothing")
    assert "gw" not in interfaces.interface("lo")


@pytest.mark.parametrize("level", [0, 3])
def test_in_a_program(tmp_path: Path, level: int) -> None:
    text = (
        f"{INFO} InfiniteSource(LIMIT 1, DATA abc) -> UDPIPEncap(lan, 1, dns, 2)"
        " -> ToDump(out.pcap, ENCAP IP);"
    )
    run_program(tmp_path, text, level=level)
    ((_, data),) = read_pcap(tmp_path / "out.pcap")
    packet = IP(data)
    assert (packet.src, packet.dst, packet[UDP].dport) == ("10.0.0.1", "10.0.0.53", 2)
