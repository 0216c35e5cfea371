from __future__ import annotations

import socket
from pathlib import Path

import pytest
from scapy.layers.inet import IP, UDP

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import analyse
from pmill.options import CompileOptions
from tests.elements.programs import refusal, run_program
from tests.traffic.pcap import read_pcap

INFO = (
    "PortInfo(web 8080/tcp, game 27015 doom quake # two more names, voice 0x10/udp, dns 5353/udp);"
)


def port(text: str, element: str = "e", name: str = "dport") -> str:
    graph = analyse(Source("t.click", text), CompileOptions(variables={}), Diagnostics())
    return graph.elements[element].arguments[name].text


def udp(written: str, before: str = INFO) -> str:
    return port(f"{before} Idle -> e :: UDPIPEncap(1.0.0.1, 1, 1.0.0.2, {written}) -> Discard;")


@pytest.mark.parametrize(
    ("written", "number"),
    [("game", "27015"), ("doom", "27015"), ("quake", "27015"), ("voice", "16"), ("dns", "5353")],
)
def test_ports(written: str, number: str) -> None:
    assert udp(written) == number


def test_services_that_everybody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: str, protocol: str) -> int:
        raise OSError

    monkeypatch.setattr(socket, "getservbyname", none)
    assert udp("dns", "") == udp("domain", "") == "53"
    assert udp("bootps", "") == "67"


def test_the_table_of_services_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    table = {("tea-time", "udp"): 418, ("tea-time", "tcp"): 419}
    asked: list[tuple[str, str]] = []

    def service(name: str, protocol: str) -> int:
        asked.append((name, protocol))
        if (name, protocol) not in table:
            raise OSError
        return table[name, protocol]

    monkeypatch.setattr(socket, "getservbyname", service)
    assert udp("tea-time") == "418"
    assert udp("tea-time", "PortInfo(tea-time 7/tcp);") == "418", "that is no port of UDP"
    assert udp("tea-time", "PortInfo(tea-time 7);") == "7"
    assert asked == [("tea-time", "udp")] * 2
    assert "not 'coffee'" in refusal("Idle -> UDPIPEncap(1.0.0.1, coffee, 1.0.0.2, 2) -> Discard;")


def test_names_hold_before_they_are_given() -> None:
    text = "Idle -> e :: UDPIPEncap(1.0.0.1, 1, 1.0.0.2, late) -> Discard; PortInfo(late 9);"
    assert port(text) == "9"


def test_scopes() -> None:
    text = (
        "PortInfo(a 1, b 2/tcp, b 3/udp);"
        "elementclass L { PortInfo(a 11, b 12/tcp);"
        "  input -> x :: UDPIPEncap(1.0.0.1, a, 1.0.0.2, b) -> output }"
        "Idle -> l :: L -> z :: UDPIPEncap(1.0.0.1, a, 1.0.0.2, b) -> Discard;"
    )
    found = [port(text, e, n) for e in ("l/x", "z") for n in ("sport", "dport")]
    assert found == ["11", "3", "1", "3"]


def test_ports_of_a_flow() -> None:
    info = "PortInfo(x 1/tcp, x 2/udp); AddressInfo(h 1.0.0.1);"
    flow = "{} Idle; e :: FromIPSummaryDump(f, FLOWID h x 1.0.0.2 www {}) -> Discard;"
    assert port(flow.format(info, "TCP"), name="flowid") == "1.0.0.1 1 1.0.0.2 80 6"
    assert port(flow.format(info, "U").replace("www", "dns"), name="flowid").startswith("1.0.0.1 2")
    assert port(flow.format(info, ""), name="flowid") == "1.0.0.1 1 1.0.0.2 80"


def test_comments() -> None:
    text = "PortInfo(# of no meaning, a 1 # nor this, b 2 #);"
    assert (udp("a", text), udp("b", text)) == ("1", "2")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("web", "'web' has no port"),
        ("web # 80", "'web' has no port"),
        ("80 web", "'80' is no name"),
        ("'web' 80", "''web'' is no name"),
        ("web 80 81", "'81' is no name"),
        ("web 65536", "'65536' is no port of TCP or UDP"),
        ("web -1", "'-1' is no port of TCP or UDP"),
        ("web 80/icmp", "'80/icmp' is no port of TCP or UDP"),
        ("web http", "'http' is no port of TCP or UDP"),
        ("a 1, web x/tcp", "'x/tcp' is no port of TCP or UDP"),
    ],
)
def test_errors(arguments: str, message: str) -> None:
    said = refusal(f"PortInfo({arguments}); Idle -> Discard;")
    assert "error[PM0490]" in said
    assert message in said


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("web", "DPORT: expected a port or the name of a service of UDP, not 'web'"),
        ("wob", "not 'wob'"),
        ("65536", "DPORT: '65536' is out of range, ports are 0 to 65535"),
    ],
)
def test_what_is_no_port(written: str, message: str) -> None:
    text = f"{INFO} Idle -> UDPIPEncap(1.0.0.1, 1, 1.0.0.2, {written}) -> Discard;"
    assert message in refusal(text)


@pytest.mark.parametrize("level", [0, 3])
def test_in_a_program(tmp_path: Path, level: int) -> None:
    text = (
        f"{INFO} InfiniteSource(LIMIT 1, DATA abc) -> UDPIPEncap(10.0.0.1, game, 10.0.0.2, dns)"
        " -> ToDump(out.pcap, ENCAP IP);"
    )
    run_program(tmp_path, text, level=level)
    ((_, data),) = read_pcap(tmp_path / "out.pcap")
    assert (IP(data)[UDP].sport, IP(data)[UDP].dport) == (27015, 5353)
