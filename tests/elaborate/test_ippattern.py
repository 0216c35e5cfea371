"""Patterns: how they are read, what they become, and what is said about wrong ones."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pmill.elaborate.ippattern.names import PORTS
from pmill.elaborate.names import Names
from pmill.elaborate.services import PortBook
from tests.elaborate.ippatterns import answer, compiled, matched, messages
from tests.elements.ip_views import View

ADDRESSES = {
    ("IPAddress", "router"): "10.0.0.1",
    ("IPAddress", "router:ip"): "10.0.0.1",
    ("IPPrefix", "lan"): "10.0.0.0/24",
    ("EtherAddress", "router"): "02:00:00:00:00:01",
    ("IPAddress", "lan"): "10.0.0.255",
    ("IPAddress", "www"): "10.0.0.2",
    ("IPAddress", "www:ip"): "10.0.0.2",
}


def literal(wanted: str, text: str) -> str:
    return ADDRESSES.get((wanted, text), text)


def literal_of(names: Names) -> Callable[[str, str], str]:
    """Return what an element `filter` takes names for."""
    return lambda wanted, text: names.literal(wanted, text, "filter")


# --- programs -------------------------------------------------------------------------------------


def test_offsets_count_from_their_headers() -> None:
    assert compiled("src ether host 02:00:00:00:00:01") == (
        " 0   4/00000200%0000ffff  yes->step 1  no->[X]\n"
        " 1   8/00000001%ffffffff  yes->[0]  no->[X]\n"
    )
    assert compiled("src net 10.0.0.0/8") == " 0 268/0a000000%ff000000  yes->[0]  no->[X]\n"
    assert compiled("tcp dst port 80") == (
        " 0 260/00000000%00001fff  yes->step 1  no->[X]\n"
        " 1 264/00060000%00ff0000  yes->step 2  no->[X]\n"
        " 2 512/00000050%0000ffff  yes->[0]  no->[X]\n"
    )


def test_a_comparison_by_size_is_a_match_for_each_run_of_bits() -> None:
    """And a test whether the bytes are there, which has neither mask nor value of its own."""
    assert compiled("ip ttl > 63") == (
        " 0 264/00000001%00000000  yes->step 1  no->[X]\n"
        " 1 264/00000000%c0000000  yes->[X]  no->[0]\n"
    )
    assert compiled("ip ttl <= 63") == (
        " 0 264/00000001%00000000  yes->step 1  no->[X]\n"
        " 1 264/00000000%c0000000  yes->[0]  no->[X]\n"
    )


def test_a_value_across_words_is_two_matches() -> None:
    assert compiled("ip[3:4] 0x01020304") == (
        " 0 256/00000001%000000ff  yes->step 1  no->[X]\n"
        " 1 260/02030400%ffffff00  yes->[0]  no->[X]\n"
    )


def test_what_is_missing_does_not_say_that_less_is() -> None:
    """The second byte is there, the third is not."""
    view = View(bytes(14) + b"\x45\x09")
    for text, wanted in (
        ("ip[1:2] > 5 or ip[1] > 5", True),
        ("ip[1:2] > 5 or ip[1] = 9", True),
        ("ip[1] != 5 and ip[1:2] != 5", False),
        ("not (ip[1] = 9 and ip[1:2] != 5)", True),
        ("ip[1] = 9 ? not ip[1:2] > 0 : true", True),
    ):
        assert answer(text, view) == wanted, text


@pytest.mark.parametrize("text", ["-", "any", "all", "true", "tcp or not tcp or true", "not false"])
def test_all(text: str) -> None:
    assert compiled(text) == "all->[0]\n"


@pytest.mark.parametrize("text", ["none", "false", "tcp and false", "tcp and udp", "not true"])
def test_none(text: str) -> None:
    assert compiled(text) == "all->[X]\n"


# --- ways to write the same -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("tcp", "ip proto 6"),
        ("tcp", "proto = tcp"),
        ("gre", "ip proto == 47"),
        ("www", "tcp port 80 or udp port 80"),
        ("port www", "src or dst port 0x50"),
        ("tcp www", "tcp port http"),
        ("dst udp port domain", "udp dst port 53"),
        ("syn", "tcp opt syn"),
        ("tcp opt 0x12", "tcp[13] & 0x12 = 0x12"),
        ("syn ack", "tcp opt syn and tcp opt ack"),
        ("10.0.0.0/24", "net 10.0.0.0 mask 255.255.255.0"),
        ("src net 18.26/16", "ip[12:4] & 0xffff0000 == 0x121a0000"),
        ("src net 10.1.2.3/8", "ip[12] 10"),
        ("src host 10.0.0.1", "src ip host 10.0.0.1"),
        ("src 10.0.0.1 or dst 10.0.0.2", "(src host 10.0.0.1) || (dst host 10.0.0.2)"),
        ("src host 10.0.0.1 or 10.0.0.2", "src host 10.0.0.1 or src host 10.0.0.2"),
        ("src host 10.0.0.1 or 10.0.0.0/24", "src host 10.0.0.1 or src net 10.0.0.0/24"),
        ("src port 80 or 81", "src port 80 or src port 81"),
        ("tcp src port 80 or dst 81", "tcp src port 80 or tcp dst port 81"),
        ("src tcp port 80 or > 1023", "tcp src port 80 or tcp src port > 1023"),
        ("ip ttl 1 or 2 or >= 64", "ttl 1 or ttl 2 or ttl >= 64"),
        ("ip[6:2] & 0x1fff = 0 or 5", "ip[6:2] & 0x1fff 0 or ip[6:2] 5"),
        ("unreachable", "icmp type 3"),
        ("icmp echo", "icmp type 8"),
        ("type 8 or 0", "icmp type echo or icmp type echo-reply"),
        ("02:00:00:00:00:01", "ether src or dst host 2-0-0-0-0-1"),
        ("unfrag", "ip[6:2] & 0x3fff = 0"),
        ("ip frag", "ip[6:2] & 0x3fff != 0"),
        ("ip ce", "ip[1] & 3 = 3"),
        ("ect", "ip tos & 3 != 0"),
        ("ip dscp 46", "ip tos & 0xfc = 0xb8"),
        ("ip vers 4 and hl 5", "ip[0] = 0x45"),
        ("win 0", "tcp[14:2] 0"),
        ("ip len > 1500", "ip[2:2] > 1500"),
        ("not tcp or udp", "(not tcp) or udp"),
        ("!tcp and udp", "(! (tcp)) && udp"),
        ("tcp or udp and frag", "tcp or (udp and frag)"),
        ("tcp or udp frag", "tcp or (udp and frag)"),
        ("tcp ? frag : udp ? ect : ce", "tcp ? frag : (udp ? ect : ce)"),
        ("tcp or udp ? frag : ce", "(tcp or udp) ? frag : ce"),
        ("src and dst port 80", "src port 80 and dst port 80"),
        ("dst or src port 80", "src or dst port 80"),
        ("port < 1024", "src port < 1024 and dst port < 1024"),
        ("port >= 1024", "src port >= 1024 or dst port >= 1024"),
        ("port != 80", "src port != 80 and dst port != 80"),
        ("src host > 10.0.0.5", "ip[12:4] > 0x0a000005"),
        ("src host & 255.255.255.0 = 10.0.0.0", "src net 10.0.0.0/24"),
        ("ip tos & 0xf0 > 0x25", "ip tos & 0xf0 > 0x20"),
        ("ip ttl < 1", "ttl = 0"),
    ],
)
def test_the_same(short: str, long: str) -> None:
    found = matched(short)
    assert found == matched(long)
    assert len(set(found)) == 2


def test_names_of_addresses() -> None:
    def with_names(text: str) -> list[bool]:
        return matched(text, literal=literal)

    assert with_names("src host router") == matched("src host 10.0.0.1")
    assert with_names("src router") == matched("src host 10.0.0.1")
    assert with_names("net lan") == with_names("lan") == matched("net 10.0.0.0/24")
    assert with_names("ether dst host router") == matched("ether dst host 02:00:00:00:00:01")
    # A name of the user's is not that of a service, unless a port is asked for.
    assert with_names("dst www") == matched("dst host 10.0.0.2")
    assert with_names("dst port www") == matched("dst port 80")
    assert with_names("dst port 81 or www") == matched("dst port 81 or dst port 80")


def test_services_of_the_system_come_after_those_of_the_table(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lookup(name: str, protocol: str) -> int:
        if (name, protocol) == ("ours", "udp"):
            return 7777
        raise OSError

    monkeypatch.setattr("socket.getservbyname", lookup)
    known = literal_of(Names())
    assert compiled("udp dst port ours", literal=known) == compiled("udp dst port 7777")
    assert compiled("dst ours", literal=known) == compiled("dst port 7777")
    assert all(compiled(f"dst port {name}", literal=known) for name in PORTS)
    (error,) = messages("tcp port ours", literal=known)
    assert "PM0464" in error


def test_names_of_ports_come_before_services() -> None:
    known = literal_of(Names(ports=PortBook({"web": {"tcp": 8080}, "http": {"tcp": 8000}})))
    assert compiled("tcp dst port web", literal=known) == compiled("tcp dst port 8080")
    assert compiled("dst web", literal=known) == compiled("dst port 8080")
    assert compiled("dst port http", literal=known) == compiled("dst port 8000")
    assert compiled("udp dst port https", literal=known) == compiled("udp dst port 443")
    (error,) = messages("udp port web", literal=known)
    assert "PM0464" in error


# --- messages -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "column", "words"),
    [
        # what cannot be read
        ("tcp and", "PM0461", 7, "at the end of the pattern: expected a condition"),
        ("(tcp or udp", "PM0461", 11, "at the end"),
        ("tcp)", "PM0461", 4, "near ')'"),
        ("tcp | udp", "PM0461", 5, "'or' is written 'or' or '||'"),
        ("ip ttl", "PM0461", 6, "expected a value"),
        ("port (80 or 81)", "PM0461", 6, "'port 80 or 443'"),
        ("src or 10.0.0.1", "PM0461", 8, "write 'src or dst' before one value"),
        ("tcp ? udp", "PM0461", 9, "at the end of the pattern"),
        ("tcp ? udp: icmp", "PM0461", 15, "with spaces around the ':'"),
        ("tcp or any", "PM0461", 8, "can only be the whole pattern"),
        ("ip[0 = 4", "PM0461", 6, "expected ']'"),
        ("tcp; udp", "PM0461", 4, "a pattern has no ';'"),
        ("", "PM0461", 1, "expected a condition"),
        # what does not go together
        ("src tcp", "PM0463", 1, "'src' does not go with a protocol"),
        ("src ttl 5", "PM0463", 1, "'src' does not go with 'ttl'"),
        ("src", "PM0463", 1, "'src' does not go with"),
        ("ip", "PM0463", 1, "'ip' says nothing"),
        ("tcp udp port 80", "PM0463", 5, "'udp' contradicts"),
        ("icmp port 80", "PM0463", 1, "what only tcp and udp has"),
        ("udp syn", "PM0463", 1, "what only tcp has"),
        ("ether port 80", "PM0463", 1, "'ether' does not go with 'port'"),
        ("ip 02:00:00:00:00:01", "PM0463", 1, "'ip' does not go with 'ether host'"),
        ("80", "PM0463", 1, "'80' alone is no condition"),
        ("frag or 80", "PM0463", 9, "'port 80' or 'ip ttl 80'"),
        ("host 10.0.0.1 mask 255.0.0.0", "PM0463", 20, "'mask' does not go with 'host'"),
        ("net & 3 10.0.0.0/8", "PM0463", 7, "'&' does not go with 'net'"),
        # what means nothing
        ("sorc port 80", "PM0464", 1, "'sorc' is neither an address"),
        ("ip proto tpc", "PM0464", 10, "did you mean 'tcp'?"),
        ("port htpps", "PM0464", 6, "did you mean 'https'?"),
        ("tcp opt sin", "PM0464", 9, "did you mean 'syn'?"),
        ("icmp type nothing", "PM0464", 11, "is no ICMP type"),
        ("ip ttl many", "PM0464", 8, "is no number"),
        ("host 10.0.0.0/8", "PM0464", 6, "write 'net 10.0.0.0/8'"),
        ("net 10.0.0.0", "PM0464", 5, "write '10.0.0.0/LENGTH'"),
        ("net 18.26/24", "PM0464", 5, "is no network"),
        ("10.0.0.256", "PM0464", 1, "neither an address"),
        ("ether host 10.0.0.1", "PM0464", 12, "no Ethernet address"),
        ("ip tos & x = 1", "PM0464", 10, "is no mask"),
        ("echo", "PM0464", 1, "'port echo' or 'icmp type echo'"),
        # numbers
        ("port 65536", "PM0465", 6, "65536 is out of range 0-65535"),
        ("ip ttl -1", "PM0465", 8, "-1 is out of range 0-255"),
        ("ip vers 16", "PM0465", 9, "out of range 0-15"),
        ("ip dscp 64", "PM0465", 9, "out of range 0-63"),
        ("ip proto 256", "PM0465", 10, "out of range 0-255"),
        ("ip tos & 256 = 1", "PM0465", 10, "out of range 1-255"),
        ("ip tos & 0 = 0", "PM0465", 10, "out of range 1-255"),
        ("tcp opt 0", "PM0465", 9, "out of range 1-255"),
        ("ip[0:5] 1", "PM0465", 4, "names no bytes"),
        ("ip[255:2] 1", "PM0465", 4, "names no bytes"),
        ("ip[x] 1", "PM0465", 4, "names no bytes"),
        # relations
        ("net > 10.0.0.0/8", "PM0466", 5, "a network cannot be compared by '>'"),
        ("tcp opt < syn", "PM0466", 9, "only by '==' and '!='"),
        ("ether host >= 02:00:00:00:00:01", "PM0466", 12, "an Ethernet address"),
    ],
)
def test_errors(text: str, code: str, column: int, words: str) -> None:
    found = messages(text)
    assert len(found) == 1, found
    assert f"test.click:1:{column}: error[{code}]" in found[0]
    assert words in found[0]


def test_all_errors_of_a_pattern_are_reported_and_none_that_follow_from_others() -> None:
    found = messages("port htpps or 81 or ttl 256 or 3 or src tcp")
    assert [e.split("]")[0].split("[")[1] for e in found] == ["PM0464", "PM0465", "PM0463"]


def test_deep_patterns() -> None:
    assert messages("(" * 300 + "tcp" + ")" * 300) == []
    assert "PM0462" in messages("!" * 300 + "tcp")[0]
    assert messages(" or ".join(["tcp port 80"] * 2000)) == []


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("ip ttl > 255", "never"),
        ("ip ttl >= 256", "never"),
        ("ip ttl < 0", "never"),
        ("ip ttl >= 0", "always"),
        ("ip ttl <= 255", "always"),
        ("ip ttl < 300", "always"),
        ("ip tos & 3 = 4", "never"),
        ("ip tos & 3 != 4", "always"),
    ],
)
def test_comparisons_that_have_one_answer(text: str, answer: str) -> None:
    (warning,) = messages(f"tcp and {text}")
    assert "warning[PM0467]" in warning
    assert f"'{text}' is {answer} true" in warning
