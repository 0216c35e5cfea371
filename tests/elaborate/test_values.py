from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmill.elaborate.initializers import UnreadableDefault, default_list, default_value
from pmill.elaborate.scalars import (
    parse_bandwidth,
    parse_bool,
    parse_duration,
    parse_ether,
    parse_int,
    parse_ip,
    parse_prefix,
)
from pmill.elaborate.values import BadValue, cpp_string, find_type, parse_value, scalar_value
from tests.elaborate.kit import LIBRARY

WORDS = LIBRARY["Print"].enums[0].values


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0), ("42", 42), ("+42", 42), ("-7", -7), ("0x1F", 31), ("0b101", 5), ("017", 15),
        ("1_000", 1000), ("0xff_ff", 65535), ("00", 0), ("-0x10", -16),
        ("", None), ("08", None), ("0x", None), ("1__0", None), ("_1", None), ("1_", None),
        ("1.0", None), ("1 0", None), ("٣", None),
    ],
)  # fmt: skip
def test_integers(text: str, number: int | None) -> None:
    assert parse_int(text) == number


def test_bools_are_lower_case_only() -> None:
    assert [parse_bool(t) for t in ("1", "true", "yes", "t", "y")] == [True] * 5
    assert [parse_bool(t) for t in ("0", "false", "no", "f", "n")] == [False] * 5
    assert [parse_bool(t) for t in ("True", "YES", "2", "", "on")] == [None] * 5


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("1", 10**9), ("0.5", 5 * 10**8), ("10 ms", 10**7), ("10ms", 10**7), ("1us", 1000),
        ("3ns", 3), ("2min", 120 * 10**9), ("2m", 120 * 10**9), ("1hr", 3600 * 10**9),
        ("1d", 86400 * 10**9), ("1e-3", 10**6), ("1.5 sec", 15 * 10**8), ("0.6 ns", 1),
        ("", None), ("ms", None), ("1 x", None), ("1 ms ms", None), ("0x10", None),
    ],
)  # fmt: skip
def test_durations(text: str, ns: int | None) -> None:
    assert parse_duration(text) == ns


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("1500", 1500), ("8bps", 1), ("10Mbps", 1_250_000), ("1 GB/s", 10**9), ("2kBps", 2000),
        ("2Kb/s", 250), ("8 kbaud", 1000), ("10k", None), ("fast", None), ("1 xbps", None),
    ],
)  # fmt: skip
def test_bandwidths(text: str, rate: int | None) -> None:
    assert parse_bandwidth(text) == rate


def test_addresses() -> None:
    assert parse_ip("10.0.0.1") == IPv4Address("10.0.0.1")
    assert parse_ip("010.0.0.09") == IPv4Address("10.0.0.9")  # always decimal
    assert [parse_ip(t) for t in ("10.0.0", "10.0.0.256", "10.0.0.1.2", "a.b.c.d", "")] == [
        None
    ] * 5
    assert parse_ether("2:0:0:0:10:aB") == bytes([2, 0, 0, 0, 0x10, 0xAB])
    assert parse_ether("02-00-00-00-00-01") == bytes([2, 0, 0, 0, 0, 1])
    assert parse_ether("02:00-00:00:00:01") is None
    assert parse_ether("02:00:00:00:00") is None


@pytest.mark.parametrize(
    ("text", "bare", "prefix"),
    [
        ("10.0.0.1/8", False, "10.0.0.1/8"), ("10.0.0.0/255.255.0.0", False, "10.0.0.0/16"),
        ("18.26/16", False, "18.26.0.0/16"), ("10/8", False, "10.0.0.0/8"),
        ("0.0.0.0/0", False, "0.0.0.0/0"), ("10.0.0.1", True, "10.0.0.1/32"),
        ("10.0.0.1", False, None), ("18.26/24", False, None), ("18.26", True, None),
        ("10.0.0.0/33", False, None), ("10.0.0.0/255.0.255.0", False, None), ("/8", False, None),
        ("10.0.0.0/", True, None),
    ],
)  # fmt: skip
def test_prefixes(text: str, bare: bool, prefix: str | None) -> None:
    assert parse_prefix(text, bare=bare) == (prefix and IPv4Interface(prefix))


CASES = [
    ("bool", "yes", "true", "true"),
    ("std::uint16_t", "0x0800", "2048", "2048"),
    ("std::uint64_t", "18446744073709551615", "18446744073709551615u", "18446744073709551615"),
    ("std::int64_t", "-9223372036854775808", "(-9223372036854775807 - 1)", "-9223372036854775808"),
    ("double", "0.25", "0.25", "0.25"),
    ("IPAddress", "10.0.0.1", "IPAddress(10, 0, 0, 1)", "10.0.0.1"),
    ("IPPrefix", "10.0.0.1/24", "IPPrefix(IPAddress(10, 0, 0, 1), 24)", "10.0.0.1/24"),
    (
        "EtherAddress",
        "2:0:0:0:0:1",
        "EtherAddress{{0x02, 0x00, 0x00, 0x00, 0x00, 0x01}}",
        "02:00:00:00:00:01",
    ),
    ("Duration", "10ms", "Duration{10000000}", "10000000"),
    ("Timestamp", "1.5", "Timestamp{1500000000}", "1500000000"),
    ("Bandwidth", "8kbps", "Bandwidth{1000}", "1000"),
    ("Anno<1>", "PAINT", "Anno<1>{17}", "17"),
    ("Anno<2>", "20", "Anno<2>{20}", "20"),
    ("Anno<4>", "AGGREGATE", "Anno<4>{20}", "20"),
    ("String", 'a"b', '"a\\"b"', 'a"b'),
    ("Filename", "/tmp//x", '"/tmp/x"', "/tmp/x"),
    ("Contents", "ASCII", "static_cast<Print::Contents>(2)", "2"),
    ("Contents", "very-long", "static_cast<Print::Contents>(3)", "3"),
]


@pytest.mark.parametrize(("type_", "click", "cpp", "text"), CASES)
def test_values_of_every_type(type_: str, click: str, cpp: str, text: str) -> None:
    arg_type = find_type(type_, LIBRARY["Print"])
    assert arg_type is not None
    value = scalar_value(arg_type, parse_value(arg_type, click, None), click)
    assert (value.cpp, value.text) == (cpp, text)


@pytest.mark.parametrize(
    ("type_", "text", "message"),
    [
        ("bool", "maybe", "expected true or false, not 'maybe'"),
        ("std::uint8_t", "256", "'256' is out of range, expected 0 to 255"),
        ("std::uint8_t", "-1", "'-1' is out of range, expected 0 to 255"),
        (
            "Anno<4>",
            "PAINT",
            "expected the name or the offset of an annotation of 4 bytes, not 'PAINT'",
        ),
        ("Anno<4>", "45", "'45' is out of range, expected 0 to 44"),
        ("Contents", "hexx", "expected 'none', 'hex', 'ascii' or 'very-long', not 'hexx'"),
        (
            "Duration",
            "1e12 d",
            "'1e12 d' is out of range, expected -9223372036854775808 to 9223372036854775807",
        ),
    ],
)
def test_messages(type_: str, text: str, message: str) -> None:
    arg_type = find_type(type_, LIBRARY["Print"])
    assert arg_type is not None
    with pytest.raises(BadValue) as error:
        parse_value(arg_type, text, None)
    assert str(error.value) == message


@given(st.data())
def test_cpp_and_text_say_the_same(data: st.DataObject) -> None:
    """What the C++ initialiser denotes prints as the text that is read at start-up."""
    octet = st.integers(0, 255)
    ip = st.tuples(octet, octet, octet, octet).map(lambda o: ".".join(map(str, o)))
    writers = {
        "bool": st.sampled_from(("0", "1", "yes", "no")),
        "std::int64_t": st.integers(-(1 << 63), (1 << 63) - 1).map(str),
        "std::uint64_t": st.integers(0, (1 << 64) - 1).map(hex),
        "double": st.floats(-1e9, 1e9, allow_nan=False).map(lambda x: f"{x:.6f}"),
        "IPAddress": ip,
        "IPPrefix": st.tuples(ip, st.integers(0, 32)).map(lambda p: f"{p[0]}/{p[1]}"),
        "EtherAddress": st.binary(min_size=6, max_size=6).map(lambda b: b.hex("-")),
        "Duration": st.integers(-(10**9), 10**9).map(lambda n: f"{n} us"),
        "Bandwidth": st.integers(0, 10**6).map(lambda n: f"{n}Mbps"),
        "Anno<2>": st.integers(0, 46).map(str),
        "String": st.binary().map(lambda b: b.decode("utf-8", "surrogateescape")),
        "Contents": st.sampled_from(WORDS),
    }
    type_ = data.draw(st.sampled_from(sorted(writers)))
    click = data.draw(writers[type_])
    arg_type = find_type(type_, LIBRARY["Print"])
    assert arg_type is not None
    value = scalar_value(arg_type, parse_value(arg_type, click, None), click)
    if type_ == "Contents":
        cpp = f"Contents::{WORDS[int(value.text)]}"
        assert default_value(arg_type, cpp, WORDS).cpp == value.cpp
    elif not value.cpp.startswith("String("):
        assert default_value(arg_type, value.cpp, ()).text == value.text


@pytest.mark.parametrize(
    ("type_", "initialiser", "text"),
    [
        ("bool", "true", "true"), ("bool", "{}", "false"), ("std::uint32_t", "1'000'000", "1000000"),
        ("std::uint32_t", "0x10u", "16"), ("std::uint32_t", "-1", "4294967295"),
        ("std::int32_t", "-1", "-1"), ("std::int32_t", "{5}", "5"), ("std::int32_t", "010", "8"),
        ("std::uint32_t", "UINT32_MAX", "4294967295"), ("std::uint32_t", "1 << 4", "16"),
        ("double", "0.5", "0.5"), ("double", "{}", "0.0"),
        ("IPAddress", "IPAddress(1, 2, 3, 4)", "1.2.3.4"), ("IPAddress", "{}", "0.0.0.0"),
        ("IPPrefix", "IPPrefix(IPAddress(10, 0, 0, 0), 8)", "10.0.0.0/8"), ("IPPrefix", "{}", "0.0.0.0/0"),
        ("EtherAddress", "{}", "00:00:00:00:00:00"), ("EtherAddress", "{{0x02, 1, 0, 0, 0, 9}}", "02:01:00:00:00:09"),
        ("Duration", "Duration{1'000'000'000}", "1000000000"), ("Duration", "{5}", "5"),
        ("Anno<1>", "Anno<1>{17}", "17"), ("Anno<1>", "{meta::paint.offset}", "17"),
        ("Anno<1>", "Anno<1>{meta::paint.offset}", "17"),
        ("String", '""', ""), ("String", "{}", ""), ("String", r'"a\n\x41" "b"', "a\nAb"),
        ("Contents", "Contents::ascii", "2"), ("Contents", "{}", "0"),
    ],
)  # fmt: skip
def test_defaults(type_: str, initialiser: str, text: str) -> None:
    arg_type = find_type(type_, LIBRARY["Print"])
    assert arg_type is not None
    words = WORDS if type_ == "Contents" else ()
    value = default_value(arg_type, initialiser, words)
    assert (value.text, value.click) == (text, None)


@pytest.mark.parametrize(
    ("type_", "initialiser"),
    [
        ("std::uint32_t", "kBurst"), ("std::uint32_t", "f(1)"), ("std::uint32_t", "{1, 2}"),
        ("IPAddress", "IPAddress(1, 2)"), ("IPPrefix", "somewhere"), ("EtherAddress", "{{256}}"),
        ("String", "name"), ("Anno<1>", "{meta::mac.offset}"), ("std::uint32_t", "__import__('os')"),
    ],
)  # fmt: skip
def test_defaults_that_cannot_be_read(type_: str, initialiser: str) -> None:
    arg_type = find_type(type_, LIBRARY["Print"])
    assert arg_type is not None
    with pytest.raises(UnreadableDefault):
        default_value(arg_type, initialiser, ())


def test_list_defaults() -> None:
    arg_type = find_type("IPAddress", LIBRARY["Print"])
    assert arg_type is not None
    empty = default_list(arg_type, "{}", ())
    assert (empty.cpp, empty.text, empty.count) == ("", "", 0)
    two = default_list(arg_type, "{IPAddress(1, 2, 3, 4), IPAddress(5, 6, 7, 8)}", ())
    assert (two.text, two.count) == ("1.2.3.4 5.6.7.8", 2)


def test_strings_are_written_byte_for_byte() -> None:
    assert cpp_string("a?\n\x7f") == r'"a\?\012\177"'
    assert cpp_string("a\0b") == r'String("a\000b", 3)'
    assert cpp_string("é") == r'"\303\251"'
    assert cpp_string(b"\xff".decode("utf-8", "surrogateescape")) == r'"\377"'
