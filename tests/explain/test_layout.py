"""The layout as pmill tells it is that of the program."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from pmill import driver
from pmill.diagnostics import Diagnostics, Source
from pmill.driver import compile_config
from pmill.explain.layout import LayoutTable
from pmill.explain.records import records
from pmill.options import CompileOptions
from tests.conftest import Pmill
from tests.explain.kit import MIXED, explained

DUMP = """\
*** Dumping AST Record Layout
         0 | struct A
         0 |   struct B (base)
         0 |     int x
         4 |   struct Empty e (empty)
         4 |   int y
           | [sizeof=8, dsize=8, align=4,
           |  nvsize=8, nvalign=4]

*** Dumping AST Record Layout
         0 | struct Bits
     0:0-2 |   unsigned int low
           | [sizeof=4, dsize=4, align=4,
           |  nvsize=4, nvalign=4]

*** Dumping AST Record Layout
         0 | struct A
         0 |   int again
           | [sizeof=4, dsize=4, align=4,
"""


def test_records_of_a_dump() -> None:
    (a,) = records(DUMP, "^struct A$")
    assert (a.size, a.align) == (8, 4)
    assert [(m.offset, m.depth, m.name, m.is_empty) for m in a.members] == [
        (0, 1, "(base)", False),
        (0, 2, "x", False),
        (4, 1, "e", True),
        (4, 1, "y", False),
    ]
    assert [m.name for m in a.inside(a.members[0])] == ["x"]
    assert len(list(records(DUMP, "struct"))) == 2


def rows(table: LayoutTable) -> dict[str, tuple[int | None, int | None]]:
    return {row.name: (row.before, row.after) for row in table.fields}


def test_fields_before_and_after() -> None:
    table = explained().layout
    found = rows(table)
    assert found["paint"][0] == 17
    assert found["vlan_tci"] == (20, None)
    assert found["paint"][1] is not None
    paint = next(row for row in table.fields if row.name == "paint")
    assert (paint.writers, paint.readers) == (("p",), ("r", "bad"))  # Print shows everything
    assert [(c.where, c.how) for c in paint.crossings] == [("q", "queue"), ("check[1]", "cold")]
    assert table.where == "registers"
    assert table.packet_after < table.packet_before
    assert all(
        row.after is None or row.after + row.size <= table.packet_after for row in table.fields
    )


def test_without_optimisation_everything_is_in_the_buffer() -> None:
    table = explained(MIXED, 0).layout
    assert table.where == "buffer"
    assert table.packet_after == table.packet_before
    assert all(row.after is not None for row in table.fields)
    assert {c.how for row in table.fields for c in row.crossings} == {"queue", "buffer"}
    assert table.state == ()


# Prints where fields are: sets one in a packet whose bytes are all zero and looks for what changed.
PROBE = """\
#include <cstdio>
using P = pmill::Packet<pmill::program::Config::Layout>;
template <typename F> int changed(F set) {
  P a(nullptr, nullptr, 0), b(nullptr, nullptr, 0);
  std::memset(static_cast<void *>(&a), 0, sizeof a), std::memset(static_cast<void *>(&b), 0, sizeof b);
  set(b);
  const auto *x = reinterpret_cast<unsigned char *>(&a), *y = reinterpret_cast<unsigned char *>(&b);
  for (unsigned i = 0; i < sizeof a; ++i) if (x[i] != y[i]) return static_cast<int>(i);
  return -1;
}
int main() {
  auto *p = reinterpret_cast<std::uint8_t *>(~0ul);
  std::printf("%zu\\n", sizeof(P));
  std::printf("paint %d\\n", changed([](P &x) { x.set(pmill::meta::paint, std::uint8_t(255)); }));
  std::printf("network %d\\n", changed([&](P &x) { x.set_network(p); }));
  std::printf("mac %d\\n", changed([&](P &x) { x.set_mac(p); }));
  std::printf("transport %d\\n", changed([&](P &x) { x.set_transport(p); }));
  std::printf("dst_ip %d\\n", changed([&](P &x) { x.set(pmill::meta::dst_ip, ~0u); }));
}
"""


@pytest.mark.parametrize("level", [1, 3])
def test_a_program_has_its_fields_where_the_table_says(level: int, tmp_path: Path) -> None:
    x = explained(MIXED, level)
    assert x.text.count("int main(") == 1
    text = x.text.replace("int main(", "int not_main(") + PROBE
    (tmp_path / "probe.cc").write_text(text)
    compiler = driver.compiler_for(CompileOptions())
    built = [compiler.tools.clang, *compiler.flags(), "-w", str(tmp_path / "probe.cc")]
    subprocess.run([*built, "-O1", "-c", "-o", tmp_path / "p.o"], check=True)
    linked = [compiler.tools.clang, "-no-pie", tmp_path / "p.o", "-lstdc++", "-o", tmp_path / "p"]
    subprocess.run([*linked, "-Wl,--unresolved-symbols=ignore-all"], check=True)
    said = subprocess.run([tmp_path / "p"], capture_output=True, text=True, check=True).stdout
    size, *lines = said.splitlines()
    assert int(size) == x.layout.packet_after
    after = {name: -1 if place is None else place for name, (_, place) in rows(x.layout).items()}
    told = dict(line.split() for line in lines)
    assert {name: int(at) for name, at in told.items()} == {name: after[name] for name in told}
    assert sum(int(at) >= 0 for at in told.values()) >= 3


def test_state_rows_are_in_order_and_whole() -> None:
    table = explained().layout
    names = [row.element for row in table.state]
    assert {"s", "kind", "u", "check"} <= set(names)
    ends = 0
    for row in table.state:
        assert row.offset >= ends
        ends = row.offset + row.size
        assert all(row.offset <= offset < ends for offset, _ in row.members)
        assert row.lines[0] == row.offset // 64
    assert ends <= table.worker_size
    check = next(row for row in table.state if row.element == "check")
    assert any(re.search(r"Count drops$", text) for _, text in check.members)


def test_the_command(pmill: Pmill, tmp_path) -> None:
    (tmp_path / "a.click").write_text(MIXED)
    done = pmill("layout", "a.click", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert re.search(
        r"^  paint +1 +17 +\d+ +0  p +r, bad +q \(queue\), check\[1\] \(cold\)$", done.stdout, re.M
    )
    assert re.search(r"^  check +\d+ +\d+ +[\d-]+  count, drops, ", done.stdout, re.M)
    done = pmill("layout", "a.click", "--format=json", cwd=tmp_path)
    told = json.loads(done.stdout)
    assert told["layout"] == 1
    paint = next(row for row in told["fields"] if row["name"] == "paint")
    assert paint["stored_at"][0] == {"where": "q", "how": "queue"}
    assert pmill("layout", "a.click", "-o", "x.json", cwd=tmp_path).returncode == 0
    assert json.loads((tmp_path / "x.json").read_text()) == told
    assert pmill("layout", "b.click", cwd=tmp_path).stderr.startswith("error[PM0802]")
    assert pmill("layout", "a.click", "--format=svg", cwd=tmp_path).returncode == 2


def test_the_layout_does_not_depend_on_a_profile_or_the_cache() -> None:
    options = CompileOptions()
    compile_config(Source("mixed.click", MIXED), options, Diagnostics(), emit="cpp")
    assert explained().layout == explained.__wrapped__(MIXED).layout
