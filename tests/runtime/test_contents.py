"""What a configuration does not use is not in its program."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.control.programs import build

ALONE = "InfiniteSource(LIMIT 5) -> Discard;"
# Something of the runtime, and an element that needs it.
PARTS = {
    "vtable for pmill::runtime::Script": f"{ALONE} Script(stop);",
    "pmill::net::ArpTable::text": "ARPTable; " + ALONE,
    "pmill::summary::Reader::next": 'FromIPSummaryDump(DATA "", STOP true) -> Discard;',
    "pmill::net::make_icmp_error": "Idle -> ICMPError(1.0.0.1, unreachable) -> Discard; " + ALONE,
}


def symbols(program: Path) -> str:
    done = subprocess.run(
        ["nm", "--demangle", str(program)], capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("level", [0, 3])
def test_only_what_is_used_is_there(part: str, level: int) -> None:
    assert part not in symbols(build(ALONE, level=level))
    if "ICMPError" in PARTS[part] and level > 0:
        return  # nothing reaches it: the graph passes remove it
    assert part in symbols(build(PARTS[part], level=level))
