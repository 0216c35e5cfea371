"""Where instructions are: in the loop, in what it calls, on rare ways, beside packets."""

from __future__ import annotations

import pytest

from pmill.explain.machine import PLACES, machine_code, readable
from pmill.llvm.attribution import MachineFunction

LOOP = "_ZN5pmill4workINS_7ProgramINS_7program6ConfigEEEEEvRNS_12WorkerStatusE"
RARE = (
    "_ZN5pmill10run_rarelyINS_7program2b_ELm0ENS_12StaticWorkerINS1_6ConfigEEEEEvRT1_NS6_6PacketE"
)


def function(symbol: str, *calls: str, cold: bool = False, **owned: int) -> MachineFunction:
    named = {name.replace("runtime", ""): number for name, number in owned.items()}
    return MachineFunction(
        symbol=symbol, owned=named, calls=tuple(("", c) for c in calls), cold=cold
    )


def test_places() -> None:
    code = machine_code(
        [
            function("main", LOOP, runtime=2),
            function(LOOP, "called", RARE, "cold", "elsewhere", runtime=5, a_=7),
            function("called", "deep", "shared", a_=3),
            function("deep", a_=1),
            function(RARE, "answer", "shared", b_=4),
            function("cold", "frozen", cold=True, a_=20),
            function("frozen", a_=30),
            function("answer", b_=2),
            function("shared", c_=6),
            function("configure", runtime=100),
        ]
    )
    assert code.owned == {
        "": {"other": 102, "loop": 5},
        "a_": {"loop": 7, "called": 4, "rare": 50},
        "b_": {"rare": 6},
        "c_": {"called": 6},
    }
    assert [code.total(place) for place in PLACES] == [12, 10, 56, 102]
    assert code.of("nobody", "loop") == 0
    assert {call.callee for call in code.calls} == {
        "called",
        "pmill::run_rarely",
        "cold",
        "elsewhere",
    }


def test_rare_ways_that_only_other_objects_call() -> None:
    code = machine_code(
        [function(LOOP, runtime=1), function(RARE, "deep", b_=1), function("deep", b_=1)]
    )
    assert code.of("b_", "rare") == 2


def test_what_calls_through_tables_reach() -> None:
    box = "_ZN5pmill3BoxINS_7program2a_ENS_13VirtualWorkerINS1_6ConfigEEEE4pushERNS_6PacketINS4_6LayoutEEE"
    code = machine_code(
        [function(LOOP, "", runtime=1), function(box, "deep", a_=3), function("deep", a_=1)]
    )
    assert code.of("a_", "called") == 4


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("", "a pointer"),
        ("rte_eth_call_rx_callbacks", "rte_eth_call_rx_callbacks"),
        ("_ZN5pmill6Worker7discardEP8rte_mbuf", "pmill::Worker::discard"),
        ("_ZNK5pmill5Clock4tickEv", "pmill::Clock::tick"),
        ("_Z4freePv", "free"),
        (LOOP, "pmill::work"),
        (RARE, "pmill::run_rarely"),
        (
            "_ZN5pmill8elements12IPFragmenter8fragmentINS_4SelfINS_7program14out0_fragment_ENS_12StaticWorkerINS4_6ConfigEEELb1EEENS_6PacketINS7_6LayoutEEEEEvT_T0_jb",
            "pmill::elements::IPFragmenter::fragment",
        ),
        (
            "_ZN5pmill7ProgramINS_7program6ConfigEE3dueERNS_6WorkerE",
            "pmill::Program::due",
        ),
        ("_ZSt9terminatev", "_ZSt9terminatev"),
    ],
)  # fmt: skip
def test_names_of_functions(symbol: str, name: str) -> None:
    assert readable(symbol) == name
