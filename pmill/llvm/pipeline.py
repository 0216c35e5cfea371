"""Bitcode -> object: pmill's passes, LLVM's O3 twice, then code, and a last look at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import llvmlite.binding as llvm

from pmill.llvm.base import Analysis, Broken, Check, Context, LlvmPass, Rewrite, WholePass
from pmill.llvm.contracts import Contracts
from pmill.llvm.field_access import FieldAccess
from pmill.llvm.internalize import Internalize
from pmill.llvm.ir import Module
from pmill.llvm.noalias import NoAlias

Form = Literal["llvm", "asm", "obj"]

DEFAULT: tuple[LlvmPass, ...] = (
    Internalize(),  # first: everything after may rely on seeing every caller
    NoAlias(),  # between two rounds of O3: everything is inlined, and not all is decided
    FieldAccess(),  # of what is left in memory in the end
    Contracts(),  # on what is left of it all
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What came of a module: `code` in the form that was asked for, and what was found in it.

    `report` holds the results of analyses under their names, ready for JSON; `broken` the
    contracts that the code breaks.
    """

    code: bytes
    report: dict[str, Any] = field(default_factory=dict)
    broken: tuple[Broken, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """LLVM for one CPU, with pmill's passes, each where its kind belongs."""

    march: str
    passes: tuple[LlvmPass, ...] = ()
    context: Context = field(default_factory=Context)

    def compile(self, bitcode: Path, form: Form) -> Made:
        """Return the optimised module as text, assembly or an object."""
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        llvm.initialize_native_asmparser()  # DPDK has inline assembly
        # Few outputs are decided faster by comparing than by a jump through a table.
        llvm.set_option("pmill", "--min-jump-table-entries=9")
        module = llvm.parse_bitcode(bitcode.read_bytes())
        machine = self._machine(module)
        for p in self.passes:
            if isinstance(p, WholePass):
                p.run(module, machine)
        _optimise(module, machine)
        if any(isinstance(p, Rewrite) for p in self.passes):
            module = self._again(module, machine)
        report, broken = self._analysed(module)
        return Made(code=_written(module, machine, form), report=report, broken=broken)

    def _again(self, module: llvm.ModuleRef, machine: llvm.TargetMachine) -> llvm.ModuleRef:
        """Optimise once more, with what passes say of code in which everything is inlined.

        A text that LLVM does not take is left alone: what it was made of is a program, too.
        """
        text, changed = Module(str(module)), False
        for p in self.passes:
            if isinstance(p, Rewrite) and p.rewrite(text, self.context):
                text, changed = Module(text.text), True
        if not changed:
            return module
        try:
            again = llvm.parse_assembly(text.text)
        except RuntimeError:
            return module
        _optimise(again, machine)
        return again

    def _analysed(self, module: llvm.ModuleRef) -> tuple[dict[str, Any], tuple[Broken, ...]]:
        analyses = [p for p in self.passes if isinstance(p, Analysis)]
        checks = [p for p in self.passes if isinstance(p, Check)]
        if not analyses and not checks:
            return {}, ()
        text = Module(str(module))
        broken = tuple(b for p in checks for b in p.check(text))
        return {p.name: p.analyse(text, self.context) for p in analyses}, broken

    def assemble(self, ir: str) -> str:
        """Return the assembly of a module that was optimised already, given as text."""
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        llvm.initialize_native_asmparser()
        module = llvm.parse_assembly(ir)
        return str(self._machine(module).emit_assembly(module))

    def _machine(self, module: llvm.ModuleRef) -> llvm.TargetMachine:
        target = llvm.Target.from_triple(module.triple)
        native = self.march == "native"
        return target.create_target_machine(
            cpu=llvm.get_host_cpu_name() if native else self.march,
            features=llvm.get_host_cpu_features().flatten() if native else "",
            opt=3,
            reloc="pic",
            codemodel="small",
        )


def _optimise(module: llvm.ModuleRef, machine: llvm.TargetMachine) -> None:
    tuning = llvm.create_pipeline_tuning_options(speed_level=3)
    tuning.loop_vectorization = True
    tuning.slp_vectorization = True
    tuning.loop_unrolling = True
    tuning.loop_interleaving = True
    builder = llvm.create_pass_builder(machine, tuning)
    manager = builder.getModulePassManager()
    manager.run(module, builder)


def _written(module: llvm.ModuleRef, machine: llvm.TargetMachine, form: Form) -> bytes:
    match form:
        case "llvm":
            return str(module).encode()
        case "asm":
            return str(machine.emit_assembly(module)).encode()
        case "obj":
            return bytes(machine.emit_object(module))
