"""What an LLVM pass is: one of four kinds, by what it is given and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import llvmlite.binding as llvm

from pmill.llvm.ir import Module


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the graph knows and IR does not say.

    `buffer_fields` and `packet_fields` name the fields of a buffer's descriptor and of a packet
    that is parked in its buffer, by their offsets in bytes.
    """

    buffer_fields: Mapping[int, str] = field(default_factory=dict)
    packet_fields: Mapping[int, str] = field(default_factory=dict)


@runtime_checkable
class WholePass(Protocol):
    """Changes linkage and attributes of a module in place, before anything is inlined."""

    @property
    def name(self) -> str:
        """The pass's name, as --disable-pass knows it."""
        ...

    def run(self, module: llvm.ModuleRef, machine: llvm.TargetMachine) -> None:
        """Change the module in place."""
        ...


@runtime_checkable
class Rewrite(Protocol):
    """Changes instructions: the text of an optimised module, which is optimised once more then."""

    @property
    def name(self) -> str:
        """The pass's name, as --disable-pass knows it."""
        ...

    def rewrite(self, module: Module, context: Context) -> bool:
        """Change the text in place; false when there was nothing to change."""
        ...


@runtime_checkable
class Analysis(Protocol):
    """Looks at the optimised text of a module and says what it found, ready for JSON."""

    @property
    def name(self) -> str:
        """The pass's name, as --disable-pass knows it."""
        ...

    def analyse(self, module: Module, context: Context) -> Any:
        """Return what is found."""
        ...


@runtime_checkable
class Check(Protocol):
    """Looks at the optimised text of a module for what it must not do."""

    @property
    def name(self) -> str:
        """The pass's name, as --disable-pass knows it."""
        ...

    def check(self, module: Module) -> tuple[Broken, ...]:
        """Return what is found."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A function that was inlined, or the one an instruction is in: its symbol, file and line."""

    symbol: str
    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A contract that an instruction breaks: `what` says how, for people.

    `symbol` is the function it is in, `instance` the number of the element whose turn it is;
    `frames` lead from the instruction outwards, empty without line tables.
    """

    contract: str
    what: str
    symbol: str
    instance: int
    frames: tuple[Frame, ...]


LlvmPass = WholePass | Rewrite | Analysis | Check
