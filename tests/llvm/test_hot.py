"""Which code is hot, in whole programs: all of a usual packet's way, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmill.llvm.frequency import frequencies, packet_loop
from pmill.llvm.hot import HotCode, hot_code
from pmill.llvm.internalize import Internalize
from pmill.llvm.ir import Instruction, Module
from pmill.llvm.lines import frames_of
from pmill.llvm.noalias import NoAlias
from pmill.llvm.pointers import Pointers, address
from tests.llvm.programs import bitcode, optimised

PASSES = (Internalize(), NoAlias())


def functions(module: Module, code: HotCode) -> set[str]:
    """The functions that hot code is inlined from."""
    return {frame.symbol for i in code for frame in frames_of(module, i)}


def turn_of(code: HotCode) -> HotCode:
    """The turn in which code is called, or which it is."""
    return code if code.called is None else turn_of(code.called[0])


@pytest.mark.parametrize(
    ("example", "usual", "rare"),
    [
        ("forwarder", ["11EtherMirror4push", "12ToDPDKDevice10push_burst"], []),
        (
            "router-static",
            [
                "13CheckIPHeader4push",
                "14StaticIPLookup4push",
                "8DecIPTTL4push",
                "10EtherEncap4push",
            ],
            ["13CheckIPHeader9check_any"],
        ),
        (
            "router",
            ["13CheckIPHeader4push", "8DecIPTTL4push", "10ARPQuerier4push", "12ToDPDKDevice4push"],
            ["13CheckIPHeader9check_any", "12IPFragmenter8fragment"],
        ),
        (
            "paper/router-ids-vlan",
            [
                "13CheckIPHeader4push",
                "14CheckTCPHeader4push",
                "14CheckUDPHeader4push",
                "15CheckICMPHeader4push",
                "9VLANEncap4push",
            ],
            ["13CheckIPHeader9check_any", "10note_fault"],
        ),
        (  # it goes on in a stage
            "paper/router-workpackage",
            ["11WorkPackage7prepare", "11WorkPackage8work_off", "12ToDPDKDevice4push"],
            [],
        ),
    ],
)
def test_the_usual_way_is_hot(
    example: str, usual: list[str], rare: list[str], tmp_path: Path
) -> None:
    module = optimised(bitcode(example, lines=True), PASSES, tmp_path)
    turns: dict[int, set[str]] = {}
    for code in hot_code(module):
        turns.setdefault(turn_of(code).instance, set()).update(functions(module, code))
    for names in turns.values():
        for name in usual:
            assert any(name in symbol for symbol in names), name
    everything = {n for code in hot_code(module) for n in functions(module, code)}
    for name in rare:
        assert not any(name in symbol for symbol in everything), name
        assert any(name in i.text for f in module.functions.values() for i in f.instructions)


def leaves(block_code: tuple[Instruction, ...]) -> bool:
    """Whether packets leave the loop here: for a function of their own."""
    return any("run_outlined" in i.callee or "run_rarely" in i.callee for i in block_code)


@pytest.mark.parametrize(
    ("example", "ports"),
    [("router", 2), ("router-static", 2), ("paper/router", 1), ("paper/router-ids-vlan", 1)],
)
def test_no_annotation_of_a_router_is_stored(example: str, ports: int, tmp_path: Path) -> None:
    """Packets are values: of a packet that goes through nothing is written but its bytes.

    What is told by where a store goes: to the stack, where a packet would be that is in memory, or
    behind the descriptor, where one is parked. A packet that leaves for code out of line is handed
    over, on the stack.
    """
    module = optimised(bitcode(example), PASSES, tmp_path)
    turns = [code for code in hot_code(module) if code.called is None]
    assert len(turns) == ports
    for code in turns:
        pointers = Pointers(module, code.function)
        blocks = [instructions for _, instructions in code.blocks if not leaves(instructions)]
        stored = [i for block in blocks for i in block if i.opcode == "store"]
        assert len(stored) > 5, "then nothing was looked at"
        for store in stored:
            assert "stack" not in (pointers.kinds(address(store)) or ()), store.text
            made = code.function.definitions.get(address(store))
            assert made is None or not made.text.endswith(", i64 128"), store.text
        copied = [i for block in blocks for i in block if i.callee.startswith("@llvm.mem")]
        for name in (v for i in copied for v in i.operands if v in code.function.definitions):
            assert "pmill::Packet" not in code.function.definitions[name].text


@pytest.mark.parametrize(
    ("example", "last"),
    [("forwarder", "11EtherMirror4push"), ("router-static", "12ToDPDKDevice4push")],
)
def test_the_loop_over_packets(example: str, last: str, tmp_path: Path) -> None:
    """It is not the one that only fetches, and every packet goes all of its way in it."""
    module = optimised(bitcode(example, lines=True), PASSES, tmp_path)
    codes = hot_code(module)
    for code, often in zip(codes, frequencies(module, codes), strict=True):
        inside = {
            frame.symbol
            for block, instructions in code.blocks
            if block.name in often
            for i in instructions
            for frame in frames_of(module, i)
        }
        assert any(last in s for s in inside)
        assert not any("rte_eth_rx_burst" in s for s in inside)
        assert max(often.values()) <= 1.001
        assert sum(f > 0.999 for f in often.values()) >= 1
    assert packet_loop(codes[0], {b.name: {} for b, _ in codes[0].blocks}) == frozenset()
