"""What of a program's machine code belongs to which element, and how often it runs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from pmill.llvm.attribution import MachineFunction

# Where an instruction is: in the loop over packets, in a function that the loop calls, on a way
# that packets rarely take, or in what runs before, after and beside packets.
Place = Literal["loop", "called", "rare", "other"]
PLACES: Final[tuple[Place, ...]] = ("loop", "called", "rare", "other")

_LOOP = "_ZN5pmill4workI"
_RARE = re.compile(r"_ZN5pmill\d+run_(?:rarely|cold_at)I")
# What calls through tables may reach: see runtime/include/pmill/virtual.hh.
_VIRTUAL = re.compile(r"_ZN5pmill(?:3BoxI|10OtherInput|5PlaceI).*E(?:4push|4pull|5leave)E")
_NAME = re.compile(r"(\d+)")
# Substitutions, literals, names, and letters alone.
_TOKEN = re.compile(r"S[0-9A-Z]*_|S[a-z]|L[a-z]n?\d+E|(?P<length>\d+)|.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Calls that are left in the loop: who makes them, "" the runtime, and what they call.

    `callee` is a function's name, "a pointer" where only the program knows; `count` is how often
    it stands in the code.
    """

    caller: str
    callee: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineCode:
    """The instructions of a program: of each instance by place, "" is the runtime's own."""

    owned: Mapping[str, Mapping[Place, int]]
    calls: tuple[Call, ...]

    def of(self, instance: str, place: Place) -> int:
        """Return how many instructions of an instance lie in a place."""
        return self.owned.get(instance, {}).get(place, 0)

    def total(self, place: Place) -> int:
        """Return how many instructions lie in a place."""
        return sum(counts.get(place, 0) for counts in self.owned.values())


def machine_code(functions: Sequence[MachineFunction]) -> MachineCode:
    """Sort the instructions of all functions by instance and place."""
    places = _places(functions)
    owned: dict[str, Counter[Place]] = {}
    calls: Counter[tuple[str, str]] = Counter()
    for f in functions:
        place = places[f.symbol]
        for instance, number in f.owned.items():
            owned.setdefault(instance, Counter())[place] += number
        if place == "loop":
            calls.update((owner, readable(target)) for owner, target in f.calls)
    return MachineCode(
        owned={name: dict(owned[name]) for name in sorted(owned)},
        calls=tuple(
            Call(caller=caller, callee=callee, count=number)
            for (caller, callee), number in sorted(calls.items())
        ),
    )


def _places(functions: Sequence[MachineFunction]) -> dict[str, Place]:
    """Say of every function where it is, by who calls it."""
    by_symbol = {f.symbol: f for f in functions}
    places: dict[str, Place] = {
        s: "loop" if s.startswith(_LOOP) else "called"
        for s in by_symbol
        if s.startswith(_LOOP) or _VIRTUAL.match(s)
    }
    usual = list(places)
    rare: list[str] = []
    for symbol in usual:  # grows while it is walked
        for _, target in by_symbol[symbol].calls:
            if target in by_symbol and target not in places:
                is_rare = by_symbol[target].cold or _RARE.match(target) is not None
                places[target] = "rare" if is_rare else "called"
                (rare if is_rare else usual).append(target)
    rare += [s for s in by_symbol if s not in places and _RARE.match(s)]
    for symbol in rare:
        places.setdefault(symbol, "rare")
        for _, target in by_symbol[symbol].calls:
            if target in by_symbol and target not in places:
                places[target] = "rare"
                rare.append(target)
    return {symbol: places.get(symbol, "other") for symbol in by_symbol}


def readable(symbol: str) -> str:
    """Return a function's qualified name without its arguments: `pmill::Worker::discard`.

    Only what names of pmill and DPDK need of the Itanium C++ ABI: nested names and templates.
    """
    if not symbol:
        return "a pointer"
    if not symbol.startswith("_Z"):
        return symbol
    rest = symbol[3:].lstrip("K") if symbol.startswith("_ZN") else symbol[2:]
    parts = []
    while m := _NAME.match(rest):
        end = m.end() + int(m[1])
        parts.append(rest[m.end() : end])
        rest = rest[end:]
        if rest.startswith("I"):
            rest = _behind_template(rest)
        if not symbol.startswith("_ZN"):
            break
    return "::".join(parts) or symbol


def _behind_template(text: str) -> str:
    """Return what follows the template arguments at the beginning of a mangled name."""
    depth, at = 0, 0
    while at < len(text):
        m = _TOKEN.match(text, at)
        assert m is not None, "the last alternative matches anything"
        at = m.end() + int(m["length"] or 0)
        depth += (m[0] in ("I", "N", "J", "X")) - (m[0] == "E")
        if depth == 0:
            break
    return text[at:]
