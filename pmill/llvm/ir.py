"""LLVM's textual IR as blocks and instructions: as much of it as pmill's passes look at.

llvmlite can walk a module but not change an instruction, and walking costs a call into C for every
property. The text of a module costs a few milliseconds to print and holds everything. What is read
here is the form that LLVM prints, one instruction a line; what a line means beyond that is for
those who ask. Nothing here fails on text it does not know: such lines are instructions with an
opcode nobody asks for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

_INSTRUCTION = re.compile(r'\s*(?:(%[\w$.-]+|%"[^"]*") = )?(?:(?:tail|musttail|notail) )?(\w+)')
_LABEL = re.compile(r'^([\w$.-]+|"[^"]*"):')
_TARGET = re.compile(r'label %([\w$.-]+|"[^"]*")')
_VALUE = re.compile(r'%(?:[\w$.-]+|"[^"]*")')
_NAME = re.compile(r'@([\w$.-]+|"[^"]*")')
_METADATA = re.compile(r"^!(\d+) = (.*)$")
_ATTRIBUTES = re.compile(r"^attributes (#\d+) = \{(.*)\}$")
_GROUP = re.compile(r"#\d+")
_CALLEE = re.compile(r'(%[\w$.-]+|%"[^"]*"|@[\w$.-]+|@"[^"]*")\(')


@dataclass(slots=True)
class Instruction:
    """One instruction. `line` is its place in the module's text, `text` all of it.

    `result` is the value it makes, `%7`, or empty. An instruction that LLVM prints in several lines
    (switch, invoke) is one text.
    """

    line: int
    result: str
    opcode: str
    text: str

    @property
    def callee(self) -> str:
        """What a call calls: `@name`, `%value` of an indirect call, `asm`, or empty."""
        if self.opcode not in ("call", "invoke", "callbr"):
            return ""
        head = self.text.split("(", 1)[0]
        if " asm " in head or head.endswith(" asm"):
            return "asm"
        found = _CALLEE.search(self.text)
        return unquoted(found[1]) if found else ""

    def metadata(self, kind: str) -> str:
        """The number of the metadata node of a kind, `!7`; empty when it has none."""
        found = re.search(rf"!{re.escape(kind)} (!\d+)", self.text)
        return found[1] if found else ""

    @property
    def operands(self) -> list[str]:
        """The values and globals that are named in it, in order; not its result, nor labels."""
        text = self.text.split(" = ", 1)[1] if self.result else self.text
        text = _TARGET.sub("", text.split(", !", 1)[0])
        return [found[0] for found in re.finditer(f"{_VALUE.pattern}|{_NAME.pattern}", text)]


@dataclass(slots=True)
class Block:
    """A basic block; `name` is empty for the first one when it has none."""

    name: str
    instructions: list[Instruction] = field(default_factory=list)

    @property
    def successors(self) -> list[str]:
        """The labels that its last instruction may jump to, in order."""
        return _TARGET.findall(self.instructions[-1].text) if self.instructions else []


@dataclass
class Function:
    """A function that is defined; `line` to `end` are its lines, `head` the first of them."""

    name: str
    head: str
    line: int
    lines: list[str]

    @property
    def end(self) -> int:
        """The line behind the last."""
        return self.line + len(self.lines)

    @cached_property
    def blocks(self) -> list[Block]:
        """The blocks in their order; the first is where the function begins."""
        return list(_blocks(self.lines, self.line))

    @cached_property
    def named(self) -> dict[str, Block]:
        """The blocks by their names."""
        return {b.name: b for b in self.blocks}

    @property
    def instructions(self) -> Iterator[Instruction]:
        """All instructions, block by block."""
        for block in self.blocks:
            yield from block.instructions

    @cached_property
    def definitions(self) -> dict[str, Instruction]:
        """The instruction that makes each value."""
        return {i.result: i for i in self.instructions if i.result}


class Module:
    """The text of a module, split into functions; each is read when it is asked for."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()
        self.functions: dict[str, Function] = {}
        self.declarations: dict[str, str] = {}
        self.metadata: dict[str, str] = {}
        self.types: dict[str, str] = {}
        self._attributes: dict[str, str] = {}
        self._read()

    def _read(self) -> None:
        start = -1
        for number, line in enumerate(self.lines):
            if start >= 0:
                if line == "}":
                    head = self.lines[start]
                    function = Function(_symbol(head), head, start, self.lines[start : number + 1])
                    self.functions[function.name] = function
                    start = -1
            elif line.startswith("define "):
                start = number
            elif line.startswith("declare "):
                self.declarations[_symbol(line)] = line
            elif line.startswith("!"):
                if found := _METADATA.match(line):
                    self.metadata[f"!{found[1]}"] = found[2]
            elif line.startswith("%"):
                name, equals, kind = line.partition(" = type ")
                if equals:
                    self.types[name] = kind
            elif line.startswith("attributes ") and (found := _ATTRIBUTES.match(line)):
                self._attributes[found[1]] = found[2]

    @property
    def text(self) -> str:
        """The whole module, with the lines that were changed."""
        return "\n".join(self.lines) + "\n"

    def attributes(self, text: str) -> str:
        """The attributes of a function or a call, those of its groups among them."""
        groups = _GROUP.findall(text)
        return " ".join([text, *(self._attributes.get(g, "") for g in groups)])

    def is_cold(self, name: str) -> bool:
        """Whether a function is marked as one that is rarely called."""
        function = self.functions.get(name)
        head = function.head if function else self.declarations.get(name, "")
        return _has_word(self.attributes(head), "cold")

    def calls_cold(self, call: Instruction) -> bool:
        """Whether a call is marked as rare, itself or by what it calls."""
        callee = call.callee
        if callee.startswith("@") and self.is_cold(callee[1:]):
            return True
        return any(
            _has_word(self._attributes.get(g, ""), "cold") for g in _GROUP.findall(call.text)
        )

    def weights(self, block: Block) -> list[int]:
        """The branch weights of a block's successors; empty when it has none."""
        last = block.instructions[-1] if block.instructions else None
        node = self.metadata.get(last.metadata("prof"), "") if last else ""
        if '"branch_weights"' not in node:
            return []
        return [int(w) & 0xFFFFFFFF for w in re.findall(r"i32 (-?\d+)", node)]  # printed signed


def unquoted(name: str) -> str:
    """A name without the quotation marks that LLVM writes around unusual ones."""
    return name.replace('"', "")


def split(text: str) -> list[str]:
    """Split at the commas that are not in brackets or quotation marks."""
    parts, depth, quoted, start = [], 0, False, 0
    for at, c in enumerate(text):
        if c == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif c in "([{<":
            depth += 1
        elif c in ")]}>":
            depth -= 1
        elif c == "," and depth == 0:
            parts.append(text[start:at].strip())
            start = at + 1
    parts.append(text[start:].strip())
    return [p for p in parts if p]


def parameters(function: Function) -> list[str]:
    """The parameters of a function, each with its type, attributes and name."""
    return split(_arguments(function.head))


def arguments(call: Instruction) -> list[str]:
    """The arguments of a call, each with its type and attributes."""
    found = _CALLEE.search(call.text)
    return split(_bracketed(call.text, found.end() - 1)) if found else []


def _blocks(lines: list[str], first: int) -> Iterator[Block]:
    block = Block("")
    started = False
    for number, line in enumerate(lines[1:-1], first + 1):
        if not line or line.startswith(";"):
            continue
        if not line.startswith(" "):
            if started:
                yield block
            found = _LABEL.match(line)
            block = Block(found[1] if found else line)
            started = True
        elif line.startswith(("   ", "  ]")):
            if block.instructions and not line.lstrip().startswith("#dbg"):
                block.instructions[-1].text += "\n" + line
        else:
            started = True
            found = _INSTRUCTION.match(line)
            result, opcode = (found[1] or "", found[2]) if found else ("", "")
            block.instructions.append(Instruction(number, result, opcode, line))
    if started:
        yield block


def _symbol(head: str) -> str:
    found = _NAME.search(head)
    return unquoted(found[1]) if found else ""


def _arguments(head: str) -> str:
    found = re.search(r'@(?:[\w$.-]+|"[^"]*")\(', head)
    return _bracketed(head, found.end() - 1) if found else ""


def _bracketed(text: str, start: int) -> str:
    """What is between the bracket at `start` and the one that closes it."""
    depth = 0
    quoted = False
    for at in range(start, len(text)):
        c = text[at]
        if c == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif c == "(":
            depth += 1
        elif c == ")":
            depth -= 1
            if depth == 0:
                return text[start + 1 : at]
    return text[start + 1 :]


def _has_word(text: str, word: str) -> bool:
    return word in text.split()
