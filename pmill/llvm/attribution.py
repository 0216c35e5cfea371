"""Which element instance each machine instruction of a program belongs to.

A program that was compiled with line tables says of every instruction of its IR in which inlined
functions it stands: `run_inline<program::ttl_, …>`, and below it whatever the element calls. The
innermost one that names an instance tells whose the instruction is. So that machine code tells it,
too, without anybody who can read debug information, `marked` replaces every location by a line
number that stands for the instance: the assembler text then says `.loc 1 7` before the
instructions of instance 7, and `functions` counts them.

before::

    !12 = !DILocation(line: 88, column: 9, scope: !13, inlinedAt: !14)    scope: a checksum
    !14 = distinct !DILocation(line: 31, column: 7, scope: !15, …)        scope: push<Self<ttl_, …>>

after::

    !12 = !DILocation(line: 7, column: 1, scope: !2)                      scope: the function around

Lines do not change what LLVM makes of a program; a test compares.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

_LOCATION = re.compile(
    r"^!(?P<id>\d+) = (?:distinct )?!DILocation\(line: \d+(?:, column: \d+)?, "
    r"scope: !(?P<scope>\d+)(?:, inlinedAt: !(?P<at>\d+))?[^\n]*\)$",
    re.MULTILINE,
)
_SCOPE = re.compile(
    r"^!(?P<id>\d+) = (?:distinct )?!DI(?:LexicalBlock|LexicalBlockFile)\(scope: !(?P<outer>\d+)",
    re.MULTILINE,
)
_FUNCTION = re.compile(
    r'^!(?P<id>\d+) = (?:distinct )?!DISubprogram\(name: "(?P<name>[^"]*)"', re.MULTILINE
)
_INSTANCE = re.compile(r"\bpmill::program::(\w+)")
_NOBODY = 1  # the line of instructions that belong to no instance; those of instances follow


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineFunction:
    """A function of a program: how many instructions of it belong to whom.

    `owned` has the identifier of an instance, or "" for what is the runtime's own. `calls` are the
    symbols that it calls, with the instance that does; "" is a call through a pointer. `cold`: it
    lies apart from the code that usually runs.
    """

    symbol: str
    owned: Mapping[str, int]
    calls: tuple[tuple[str, str], ...]
    cold: bool

    @property
    def instructions(self) -> int:
        """How many instructions it has."""
        return sum(self.owned.values())


def marked(ir: str, instances: Sequence[str]) -> str:
    """Return the IR with lines that number instances, which are given by their identifiers."""
    numbers = {name: number for number, name in enumerate(instances, _NOBODY + 1)}
    scopes = {m["id"]: m["outer"] for m in _SCOPE.finditer(ir)}
    names = {m["id"]: m["name"] for m in _FUNCTION.finditer(ir)}
    places = {m["id"]: (m["scope"], m["at"]) for m in _LOCATION.finditer(ir)}

    @cache
    def owner(scope: str) -> int:
        """Return the number of the instance that a function is of, 0 for none."""
        while scope in scopes:
            scope = scopes[scope]
        named = (numbers.get(name) for name in _INSTANCE.findall(names.get(scope, "")))
        return next((number for number in named if number), 0)

    def rewritten(m: re.Match[str]) -> str:
        scope, at = m["scope"], m["at"]
        number = owner(scope)
        while at is not None:
            scope, at = places[at]
            number = number or owner(scope)
        distinct = "distinct " if "= distinct" in m[0] else ""
        return f"!{m['id']} = {distinct}!DILocation(line: {number or _NOBODY}, scope: !{scope})"

    return _LOCATION.sub(rewritten, ir)


_LABEL = re.compile(r'^"?(?P<symbol>[\w$.]+)"?:')
_BEGIN = re.compile(r"^\t\.type\t(?P<symbol>[\w$.]+),\s*@function")
_LINE = re.compile(r"^\t\.loc\t\d+ (?P<line>\d+)")
_SECTION = re.compile(r"^\t\.(?:text$|section\t(?P<name>[\w.$]+))")
_OWN = re.compile(r"(?<!\d)7program(?P<length>\d+)(?P<rest>[A-Za-z]\w*)")
_CALL = re.compile(r"^\t(?:callq?|jmpq?)\t(?P<target>\S+)")


def functions(assembly: str, instances: Sequence[str]) -> list[MachineFunction]:
    """Count the instructions of an assembler text of a marked program, function by function."""
    owners = dict(enumerate(instances, _NOBODY + 1))
    found = []
    for symbol, cold, lines in _bodies(assembly):
        owned: Counter[str] = Counter()
        calls: list[tuple[str, str]] = []
        owner = whole = _instance_of(symbol, instances)
        for line in lines:
            if place := _LINE.match(line):
                owner = owners.get(int(place["line"]), whole)
            elif line.startswith("\t") and line[1:2] not in ("", ".", "#"):
                owned[owner] += 1
                calls += [(owner, target) for target in _called(line)]
        found.append(
            MachineFunction(
                symbol=symbol, owned=dict(sorted(owned.items())), calls=tuple(calls), cold=cold
            )
        )
    return found


def _instance_of(symbol: str, instances: Sequence[str]) -> str:
    """Return the instance that a function is of as a whole, by its mangled name."""
    for m in _OWN.finditer(symbol):
        name = m["rest"][: int(m["length"])]
        if name in instances:
            return name
    return ""


def _bodies(assembly: str) -> Iterator[tuple[str, bool, list[str]]]:
    """Yield every function of an assembler text, whether it is cold, and its lines."""
    announced: set[str] = set()
    symbol, lines, cold = "", list[str](), False
    for line in assembly.splitlines():
        if section := _SECTION.match(line):
            cold = "unlikely" in (section["name"] or "")
        elif begin := _BEGIN.match(line):
            announced.add(begin["symbol"])
        elif (label := _LABEL.match(line)) and label["symbol"] in announced:
            symbol, lines = label["symbol"], []
        elif line.startswith(".Lfunc_end") and symbol:
            yield symbol, cold, lines
            symbol = ""
        elif symbol:
            lines.append(line)


def _called(line: str) -> Iterator[str]:
    """Yield the symbol that an instruction calls, or jumps to instead of calling it."""
    call = _CALL.match(line)
    if call is None:
        return
    target = call["target"].removesuffix("@PLT")
    is_pointer = target.startswith("*")
    if line.startswith("\tcall"):
        yield "" if is_pointer and "GOTPCREL" not in target else _plain(target)
    elif not is_pointer and not target.startswith(".L"):
        yield target


def _plain(target: str) -> str:
    return target.removeprefix("*").partition("@")[0]
