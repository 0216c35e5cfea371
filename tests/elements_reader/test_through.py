"""Elements that say `through` do let every packet through, as far as their text tells."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pmill.resources import runtime_dir

ELEMENTS = runtime_dir() / "elements"
THROUGH = sorted(
    p for p in ELEMENTS.glob("*/*.hh") if re.search(r"\.through = true", p.read_text())
)
# What ends, keeps or makes packets, or lets them out somewhere else.
OTHERWISE = re.compile(r"\b(drop|reject|park|clone|create\w*|discard|release|emit_rarely)\(")


def test_there_are_such_elements() -> None:
    assert len(THROUGH) > 10


@pytest.mark.parametrize("header", THROUGH, ids=lambda path: path.stem)
def test_every_packet_leaves(header: Path) -> None:
    text = header.read_text()
    if '.ports = "1/0"' in text:
        assert "void push_burst(auto &self, Outgoing *packets, unsigned n)" in text
        return
    assert not OTHERWISE.search(text)
    assert re.findall(r"\bemit<(\d+)>\(self, packet\)", text) == ["0"]
    assert text.count("emit(") == 0
    if '.ports = "0/1"' in text:
        return
    push = text[text.index("static void push(auto &self, auto &packet)") :]
    before, after = push.split("emit<0>(self, packet);")
    assert "return" not in before
    assert before.count("{") == before.count("}") + 1, "not at the end of all ways"
    assert re.match(r"\s*\}", after)
