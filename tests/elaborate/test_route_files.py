"""Routing tables from files: what becomes of them, and what is said of wrong lines."""

from __future__ import annotations

import struct
import time
from pathlib import Path

import pytest

from pmill.diagnostics import DiagnosticError, Diagnostics, Source
from pmill.driver import Product, analyse, compile_config
from pmill.elaborate.routing.table import MOST_COMPARED, MOST_SEARCHED, choose
from pmill.graph import Value
from pmill.options import CompileOptions
from pmill.passes.embed_constants import EmbedConstants

ELEMENT = "Idle -> r :: {}(FILE routes.txt); r[0] -> Discard; r[1] -> Discard;"


def table(folder: Path, text: str, element: str = "StaticIPLookup") -> tuple[Value, Diagnostics]:
    """Return the value of a table whose routes are a file's."""
    (folder / "routes.txt").write_text(text)
    diags = Diagnostics()
    source = Source(str(folder / "x.click"), ELEMENT.format(element))
    return analyse(source, CompileOptions(), diags).elements["r"].arguments["routes"], diags


def refused(folder: Path, text: str, element: str = "StaticIPLookup") -> str:
    with pytest.raises(DiagnosticError) as error:
        table(folder, text, element)
    return str(error.value)


def lines(count: int, output: int = 0) -> str:
    return "".join(f"10.{n >> 8 & 255}.{n & 255}.0/24 {output}\n" for n in range(count))


def test_a_file_is_as_good_as_its_lines(tmp_path: Path) -> None:
    value, diags = table(
        tmp_path,
        "# destination, gateway, output\n"
        "\n"
        "10.0.0.0/8 0\r\n"
        "  10.1.2.3/16\t10.0.0.1   1  # a neighbour\n"
        "10.1.2.4 - 0 # one host\n"
        "10.2.0.0/255.255.0.0 0x1\n"
        "010.003.000.000/16 0.0.0.0 1\n"
        "18.26/16 0\n"
        "   # nothing\n"
        "0/0 0",
    )
    assert not list(diags)
    assert value.text.split() == [
        "10.0.0.0/8,0.0.0.0,0",
        "10.1.0.0/16,10.0.0.1,1",
        "10.1.2.4/32,0.0.0.0,0",
        "10.2.0.0/16,0.0.0.0,1",
        "10.3.0.0/16,0.0.0.0,1",
        "18.26.0.0/16,0.0.0.0,0",
        "0.0.0.0/0,0.0.0.0,0",
    ]


def test_names_of_addresses_are_known_in_files(tmp_path: Path) -> None:
    (tmp_path / "routes.txt").write_text("here 0\n0.0.0.0/0 router 0\n")
    text = "AddressInfo(here 10.0.0.1/24, router 10.0.0.254); Idle -> r :: StaticIPLookup"
    source = Source(str(tmp_path / "x.click"), f"{text}(FILE routes.txt) -> Discard;")
    graph = analyse(source, CompileOptions(), Diagnostics())
    value = graph.elements["r"].arguments["routes"]
    assert value.text == "10.0.0.0/24,0.0.0.0,0 0.0.0.0/0,10.0.0.254,0"


def test_arguments_and_files_may_be_mixed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("10.0.0.0/8 1\n")
    (tmp_path / "b.txt").write_text("10.0.0.0/16 0\n1.2.3.0/24 0\n")
    text = "Idle -> r :: StaticIPLookup(FILE a.txt, 1.2.3.0/24 1, FILE b.txt); r[1] -> Discard;"
    diags = Diagnostics()
    source = Source(str(tmp_path / "x.click"), f"{text} r[0] -> Discard;")
    graph = analyse(source, CompileOptions(), diags)
    value = graph.elements["r"].arguments["routes"]
    assert value.text == "10.0.0.0/8,0.0.0.0,1 10.0.0.0/16,0.0.0.0,0 1.2.3.0/24,0.0.0.0,0"
    assert graph.elements["r"].config == "FILE a.txt, 1.2.3.0/24 1, FILE b.txt"
    assert {Path(name).name for name in graph.files} == {"a.txt", "b.txt"}
    (warning,) = diags
    assert str(warning.span) == str(tmp_path / "x.click") + ":1"
    assert [str(note.span) for note in warning.notes] == ["b.txt:2"]


def test_large_tables_are_data(tmp_path: Path) -> None:
    value, _ = table(tmp_path, "10.0.0.0/8 1.2.3.4 1\n" + lines(MOST_COMPARED))
    assert value.cpp == "lpm::Routes(lpm::Structure::searched, 17, 2, @data)"
    assert value.data is not None
    assert value.data[:16] == bytes((1, 2, 3, 4)) + struct.pack("<III", 1, 0, 0)
    routes = struct.unpack("<34I", value.data[16:])
    assert routes[:4] == (10 << 24, 8 | 0 << 6, 10 << 24, 24 | 1 << 6)
    assert value.text == ""


def test_the_structure_follows_the_size() -> None:
    def chosen(prefixes: list[tuple[int, int]], hops: int = 2) -> tuple[str, int]:
        found = choose([address << 6 | length for address, length in prefixes], hops)
        return found.name, found.bytes

    blocks = [(n << 8, 24) for n in range(70_000)]
    assert chosen(blocks[:MOST_COMPARED]) == ("compared", 0)
    assert chosen(blocks[: MOST_COMPARED + 1])[0] == "searched"
    assert chosen(blocks[:MOST_SEARCHED])[0] == "searched"
    assert chosen(blocks[: MOST_SEARCHED + 1]) == ("direct16", 32 << 20)
    assert chosen(blocks, 32766) == ("direct16", 32 << 20)
    assert chosen(blocks, 32767) == ("direct32", 64 << 20)
    hosts = [(n << 8 | 1, 32) for n in range(40_000)]
    assert chosen(hosts[:32767]) == ("direct16", (32 << 20) + 32767 * 512)
    assert chosen(hosts[:32768]) == ("direct32", (64 << 20) + 32768 * 1024)
    # Many in one /24 are one group.
    assert chosen([(n, 32) for n in range(2560)]) == ("direct16", (32 << 20) + 10 * 512)


def test_the_choice_is_explained(tmp_path: Path) -> None:
    value, _ = table(tmp_path, lines(3000))
    assert value.remark == "3000 routes: 16 bits for each /24, 34 MB"
    assert value.footprint == 32 << 20
    value, _ = table(tmp_path, lines(100))
    assert value.remark == "100 routes: a search tree of 2 steps, 29 kB"
    value, _ = table(tmp_path, lines(200))
    assert value.remark == "200 routes: a search tree of 3 steps, 29 kB"


def test_the_pass_that_makes_a_table_constant_says_so(tmp_path: Path) -> None:
    (tmp_path / "routes.txt").write_text(lines(17))
    text = ELEMENT.format("StaticIPLookup") + "Idle -> k :: RadixIPLookup(0/0 0) -> Discard;"
    source = Source(str(tmp_path / "x.click"), text)
    graph = analyse(source, CompileOptions(keep=frozenset({"k.add"})), Diagnostics())
    constant = EmbedConstants()
    notes = constant.notes(graph, constant.run(graph))
    about = [n.text for n in notes if n.where == "r"]
    assert about == ["constant: ROUTES", "17 routes: a search tree of 2 steps, 29 kB"]


def test_wrong_lines_are_pointed_at_where_they_are(tmp_path: Path) -> None:
    text = "10.0.0.0/8 0\n10.0.0.0/33 0 # too long\n  10.1.0.0/16 10.0.0.256 1\n1.2.3.4\n"
    assert refused(tmp_path, text).splitlines() == [
        "routes.txt:2:1: error[PM0450]: r :: StaticIPLookup: line 2 of routes.txt should be "
        "'ADDR/MASK [GATEWAY] OUTPUT'",
        "    2 | 10.0.0.0/33 0 # too long",
        "      | ^^^^^^^^^^^",
        "  hint: '10.0.0.0/33' is no prefix such as 10.0.0.0/8",
        "routes.txt:3:15: error[PM0450]: r :: StaticIPLookup: line 3 of routes.txt should be "
        "'ADDR/MASK [GATEWAY] OUTPUT'",
        "    3 |   10.1.0.0/16 10.0.0.256 1",
        "      |               ^^^^^^^^^^",
        "  hint: '10.0.0.256' is no address of a gateway, nor '-' for none",
        "routes.txt:4:1: error[PM0450]: r :: StaticIPLookup: line 4 of routes.txt should be "
        "'ADDR/MASK [GATEWAY] OUTPUT'",
        "    4 | 1.2.3.4",
        "      | ^^^^^^^",
    ]


def test_ten_wrong_lines_are_enough(tmp_path: Path) -> None:
    message = refused(tmp_path, "x\n" * 900)
    assert message.count("error[PM0450]") == 11
    assert "error[PM0450]: r :: StaticIPLookup: 890 more lines of routes.txt" in message
    message = refused(tmp_path, lines(900, output=2))
    assert message.count("error[PM0451]") == 11
    assert "routes.txt:1:13: error[PM0451]: r :: StaticIPLookup: line 1 bad OUTPUT" in message
    assert "890 more routes have a bad OUTPUT" in message


def test_outputs_in_files_of_the_other_element(tmp_path: Path) -> None:
    message = refused(tmp_path, lines(5) + "1.2.3.4 7\n", "LookupIPRouteMP")
    assert "routes.txt:6:9: error[PM0452]: r :: LookupIPRouteMP: need 8 or more output" in message


def test_replaced_routes_of_a_file(tmp_path: Path) -> None:
    value, diags = table(tmp_path, lines(30) + lines(25, output=1))
    (warning,) = diags
    assert warning.message == "r :: StaticIPLookup: 25 routes replaced by later versions"
    assert str(warning.span) == "routes.txt:1"
    notes = [(str(note.span), note.message) for note in warning.notes]
    assert notes[0] == ("routes.txt:31", "10.0.0.0/24 comes again here")
    assert notes[10:] == [("None", "and 15 more")]
    assert "searched, 30, 2" in value.cpp


def test_an_empty_file(tmp_path: Path) -> None:
    value, diags = table(tmp_path, "# nothing\n")
    assert (value.cpp, list(diags)) == ("{}", [])
    _, diags = table(tmp_path, "", "LookupIPRouteMP")
    assert [d.code for d in diags] == ["PM0454"]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    source = Source(str(tmp_path / "x.click"), ELEMENT.format("RadixIPLookup"))
    with pytest.raises(DiagnosticError) as error:
        analyse(source, CompileOptions(), Diagnostics())
    assert "error[PM0496]: r :: RadixIPLookup: cannot read 'routes.txt'" in str(error.value)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "routes.txt").write_bytes(b"\xff\xfe\x00 0\n10.0.0.0/8 \xff\n")
    source = Source(str(tmp_path / "x.click"), ELEMENT.format("StaticIPLookup"))
    with pytest.raises(DiagnosticError) as error:
        analyse(source, CompileOptions(), Diagnostics())
    assert [d.code for d in error.value.diagnostics] == ["PM0450", "PM0450"]


def test_a_table_of_the_internet_takes_seconds(tmp_path: Path) -> None:
    """A tenth of it; a slow way of reading lines would take ten times as long."""
    text = "".join(
        f"{n >> 16}.{n >> 8 & 255}.{n & 255}.0/24 192.0.2.{n % 60 + 1} {n & 1}\n"
        for n in range(1 << 16, (1 << 16) + 90_000)
    )
    begin = time.process_time()
    value, _ = table(tmp_path, text)
    assert time.process_time() - begin < 3
    assert "direct16, 90000, 60" in value.cpp


def program(folder: Path) -> Product:
    source = Source(str(folder / "x.click"), ELEMENT.format("StaticIPLookup"))
    return compile_config(source, CompileOptions(level=0), Diagnostics())


def test_another_file_is_another_program(tmp_path: Path) -> None:
    (tmp_path / "routes.txt").write_text(lines(20))
    program(tmp_path)
    assert program(tmp_path).cached
    (tmp_path / "routes.txt").write_text(lines(21))
    assert not program(tmp_path).cached
    (tmp_path / "routes.txt").write_text(lines(21).replace("/24", "/33", 1))
    with pytest.raises(DiagnosticError):
        program(tmp_path)
