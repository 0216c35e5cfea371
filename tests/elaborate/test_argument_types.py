"""Every type of an argument: texts that are one and what they say, and texts that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmill.elaborate.values import BadValue, find_type, parse_value, scalar_value
from pmill.elements.arguments import TYPES
from tests.elaborate.kit import LIBRARY

I64 = "-9223372036854775808 to 9223372036854775807"
SIX = "an Ethernet address such as 02:00:00:00:00:01"
RATE = "a rate such as 10Mbps or 1500 (bytes a second)"
SPAN = "a time such as 10ms or 0.5 (seconds)"
NET = "an IPv4 prefix such as 10.0.0.0/8"
WORD = "a word without quotes, commas and backslashes"
UDP = "a port or the name of a service of UDP"

# type: {text: canonical text}
VALID: dict[str, dict[str, str]] = {
    "bool": {
        **dict.fromkeys(("1", "true", "yes", "t", "y"), "true"),
        **dict.fromkeys(("0", "false", "no", "f", "n"), "false"),
    },
    "std::int8_t": {"-128": "-128", "+127": "127", "-0x80": "-128"},
    "std::uint8_t": {"0377": "255", "0b1111_1111": "255", "0XfF": "255", "-0": "0"},
    "std::int16_t": {"-0b1000": "-8", "32_767": "32767"},
    "std::uint16_t": {"0_17": "15", "00": "0", "65535": "65535"},
    "std::int32_t": {"-2147483648": "-2147483648"},
    "std::uint32_t": {"4_294_967_295": "4294967295"},
    "std::int64_t": {"-9223372036854775808": "-9223372036854775808"},
    "std::uint64_t": {"0xffff_ffff_ffff_ffff": "18446744073709551615"},
    "double": {
        "3": "3.0", ".5": "0.5", "5.": "5.0", "-1.5e3": "-1500.0", "+2E-2": "0.02", "1e300": "1e+300",
        "1e-999999": "0.0", "0.1000000000000000055511151231257827": "0.1",
    },
    "IPAddress": {"10.0.0.1": "10.0.0.1", "010.00.000.09": "10.0.0.9", "255.255.255.255": "255.255.255.255"},
    "IPPrefix": {
        "18.26/16": "18.26.0.0/16", "18/8": "18.0.0.0/8", "18.26.4/20": "18.26.4.0/20",
        "18.26.4.9/16": "18.26.4.9/16", "1.2.3.4/255.255.254.0": "1.2.3.4/23", "0/0": "0.0.0.0/0",
        "18.26/255.255.0.0": "18.26.0.0/16", "1.2.3.4/32": "1.2.3.4/32", "018.26/08": "18.26.0.0/8",
    },
    "EtherAddress": {
        "2:0:0:0:0:1": "02:00:00:00:00:01", "FF-fF-ff-0-1-0a": "ff:ff:ff:00:01:0a",
    },
    "Duration": {
        "1": "1000000000", "0.5": "500000000", "10 ms": "10000000", "10  us": "10000", "3 ns": "3",
        "1msec": "1000000", "1usec": "1000", "1 nsec": "1", "2m": "120000000000",
        "2min": "120000000000", "1mmin": "60000000", "1h": "3600000000000", "1hr": "3600000000000",
        "1d": "86400000000000", "1day": "86400000000000", "1uh": "3600000", "1e-3": "1000000",
        "1.5e3 ms": "1500000000", "0.4 ns": "0", "0.5 ns": "1", "2.5 ns": "3", "1e-500": "0",
        "-1s": "-1000000000",
    },
    "Timestamp": {"1286287234.0000000015": "1286287234000000002", "0": "0", "1 min": "60000000000"},
    "Bandwidth": {
        "1500": "1500", "8bps": "1", "8 b/s": "1", "8baud": "1", "8 Bps": "8", "8B/s": "8",
        "2kBps": "2000", "2KB/s": "2000", "1MBps": "1000000", "1 GB/s": "1000000000",
        "8kbps": "1000", "8Kb/s": "1000", "10Mbps": "1250000", "1Gbps": "125000000",
        "1 Mbaud": "125000", "1.5kBps": "1500", "1e3": "1000", "4bps": "1", "3bps": "0",
        "18446744073709551615": "18446744073709551615",
    },
    "TcpPort": {"0": "0", "80": "80", "0x50": "80", "65535": "65535"},
    "UdpPort": {"0": "0", "53": "53", "65_535": "65535"},
    "String": {"": "", "a b": "a b", "a, 'b'": "a, 'b'"},
    "Word": {"a": "a", "a/b:c#d": "a/b:c#d", "$x(1)[2]": "$x(1)[2]"},
    "Filename": {"a//b///c": "a/b/c", "/": "/", "-": "-", "a~b": "a~b"},
    "Anno<1>": {"PAINT": "17", "ICMP_PARAMPROB": "16", "FIX_IP_SRC": "19", "47": "47", "0x10": "16"},
    "Anno<2>": {"VLAN_TCI": "20", "EXTRA_PACKETS": "26", "PAINT2": "16", "46": "46"},
    "Anno<4>": {
        "DST_IP": "0", "AGGREGATE": "20", "EXTRA_LENGTH": "28", "PACKET_NUMBER": "32",
        "SEQUENCE_NUMBER": "36", "44": "44",
    },
}  # fmt: skip

# type: {text: what is wrong}
INVALID: dict[str, dict[str, str]] = {
    "bool": {t: f"expected true or false, not '{t}'" for t in ("TRUE", "on", "2", "", "-1")},
    "std::int8_t": {
        "128": "'128' is out of range, expected -128 to 127",
        "-0x81": "'-0x81' is out of range, expected -128 to 127",
        **{t: f"expected an integer, not '{t}'" for t in ("1.0", "- 1", "--1", "0b", "0b2")},
    },
    "std::uint8_t": {
        "0x100": "'0x100' is out of range, expected 0 to 255",
        "-1": "'-1' is out of range, expected 0 to 255",
        **{t: f"expected a non-negative integer, not '{t}'" for t in ("08", "1__0", "_1", "1_", "0x")},
    },
    "std::int16_t": {"32768": "'32768' is out of range, expected -32768 to 32767"},
    "std::uint16_t": {"65536": "'65536' is out of range, expected 0 to 65535"},
    "std::int32_t": {"2147483648": "'2147483648' is out of range, expected -2147483648 to 2147483647"},
    "std::uint32_t": {"1x": "expected a non-negative integer, not '1x'"},
    "std::int64_t": {"9" * 5000: f"'{'9' * 37}...' is out of range, expected {I64}"},
    "std::uint64_t": {
        "0x1" + "0" * 16: "'0x10000000000000000' is out of range, expected 0 to 18446744073709551615"
    },
    "double": {
        t: f"expected a number, not '{t}'"
        for t in ("", ".", "e3", "1e", "1e+", "0x10", "inf", "nan", "1,5", "1e309", "-1e99999")
    },
    "IPAddress": {
        t: f"expected an IPv4 address such as 10.0.0.1, not '{t}'"
        for t in ("10.0.0", "10.0.0.256", "10.0.0.1.", "10.0.0.0x1", "10.0.0.-1", "", "1.2.3.4/32")
    },
    "IPPrefix": {
        t: f"expected {NET}, not '{t}'"
        for t in (
            "18.26/17", "18.26/24", "18/255.255.0.0", "1.2.3.4", "1.2.3.4/33", "1.2.3.4/-1",
            "1.2.3.4/255.0.255.0", "1.2.3.4/", "/8", "1.2.3.4/0x8",
        )
    },
    "EtherAddress": {
        t: f"expected {SIX}, not '{t}'"
        for t in ("2:0:0:0:0", "2:0:0:0:0:1:2", "2:0-0:0:0:1", "002:0:0:0:0:1", "2:0:0:0:0:g", ":::::")
    },
    "Duration": {
        **{t: f"expected {SPAN}, not '{t}'" for t in ("", "ms", "1 x", "1 S", "1 s s", "1 sm", "0x1s")},
        "1e12 d": f"'1e12 d' is out of range, expected {I64}",
        "1e999999": f"'1e999999' is out of range, expected {I64}",
    },
    "Timestamp": {"now": "expected a time in seconds since the epoch, not 'now'"},
    "Bandwidth": {
        **{t: f"expected {RATE}, not '{t}'" for t in ("10k", "fast", "1 xbps", "1 mbps", "1 kkbps", "bps")},
        "-1": "'-1' is out of range, expected 0 to 18446744073709551615",
        "20e9 GBps": "'20e9 GBps' is out of range, expected 0 to 18446744073709551615",
    },
    "TcpPort": {"65536": "'65536' is out of range, ports are 0 to 65535"},
    "UdpPort": {
        "-1": "'-1' is out of range, ports are 0 to 65535",
        "1e3": f"expected {UDP}, not '1e3'",
    },
    "String": {},
    "Word": {t: f"expected {WORD}, not '{t}'" for t in ("", "a b", "a,b", 'a"', "a'", "a\\b", "é")},
    "Filename": {"": "expected the name of a file, not ''"},
    "Anno<1>": {
        "48": "'48' is out of range, expected 0 to 47",
        "-1": "'-1' is out of range, expected 0 to 47",
        "paint": "expected the name or the offset of an annotation of 1 byte, not 'paint'",
    },
    "Anno<2>": {
        "47": "'47' is out of range, expected 0 to 46",
        "PAINT": "expected the name or the offset of an annotation of 2 bytes, not 'PAINT'",
    },
    "Anno<4>": {
        "45": "'45' is out of range, expected 0 to 44",
        "FIRST_TIMESTAMP": (
            "expected the name or the offset of an annotation of 4 bytes, not 'FIRST_TIMESTAMP'"
        ),
    },
}  # fmt: skip


def read(type_: str, text: str) -> str:
    arg_type = find_type(type_, LIBRARY["Print"])
    assert arg_type is not None
    return scalar_value(arg_type, parse_value(arg_type, text, None), text).text


def test_every_type_is_here() -> None:
    assert set(VALID) == set(INVALID) == set(TYPES)


@pytest.mark.parametrize(("type_", "text"), [(t, x) for t, texts in VALID.items() for x in texts])
def test_what_a_text_says(type_: str, text: str) -> None:
    assert read(type_, text) == VALID[type_][text]


@pytest.mark.parametrize(
    ("type_", "text"),
    [pytest.param(t, x, id=f"{t}-{x[:20]}") for t, texts in INVALID.items() for x in texts],
)
def test_what_is_no_such_value(type_: str, text: str) -> None:
    with pytest.raises(BadValue) as error:
        read(type_, text)
    assert str(error.value) == INVALID[type_][text]
    assert error.value.out_of_range == ("is out of range" in str(error.value))


def test_numbers_are_rounded_once() -> None:
    assert read("Duration", "0.0000000014999999999999999999999999999999") == "1"
    assert read("Bandwidth", "18446744073709551614.5") == "18446744073709551615"


def test_home_directories(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read("Filename", "~/a//b") == f"{tmp_path}/a/b"
    assert read("Filename", "~") == str(tmp_path)
    assert read("Filename", "~nobody-is-called-so/a") == "~nobody-is-called-so/a"
    assert read("Filename", "a/~/b") == "a/~/b"
