"""Bitcode -> object: pmill's passes, then LLVM's O3, then code, and a last look at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import llvmlite.binding as llvm

from pmill.llvm.base import Analysis, Broken, Check, Context, LlvmPass, Rewrite, WholePass
from pmill.llvm.contracts import Contracts
from pmill.llvm.internalize import Internalize
from pmill.llvm.ir import Module

Form = Literal["llvm", "asm", "obj"]

DEFAULT: tuple[LlvmPass, ...] = (
    Internalize(),  # first: everything after may rely on seeing every caller
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
        module = self._rewritten(module, machine)
        _optimise(module, machine)
        report, broken = self._analysed(module)
        return Made(code=_written(module, machine, form), report=report, broken=broken)

    def _rewritten(self, module: llvm.ModuleRef, machine: llvm.TargetMachine) -> llvm.ModuleRef:
        """Let passes change the text once all that must be inlined is, and values are registers."""
        rewrites = [p for p in self.passes if isinstance(p, Rewrite)]
        if not rewrites:
            return module
        inline_everything_marked(module, machine)
        text, changed = Module(str(module)), False
        for p in rewrites:
            if p.rewrite(text, self.context):
                text, changed = Module(text.text), True
        return llvm.parse_assembly(text.text) if changed else module

    def _analysed(self, module: llvm.ModuleRef) -> tuple[dict[str, Any], tuple[Broken, ...]]:
        analyses = [p for p in self.passes if isinstance(p, Analysis)]
        checks = [p for p in self.passes if isinstance(p, Check)]
        if not analyses and not checks:
            return {}, ()
        text = Module(str(module))
        broken = tuple(b for p in checks for b in p.check(text))
        return {p.name: p.analyse(text, self.context) for p in analyses}, broken

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


def inline_everything_marked(module: llvm.ModuleRef, machine: llvm.TargetMachine) -> None:
    """Inline what is marked alwaysinline, drop what nobody calls then, make values of locals."""
    builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options())
    manager = llvm.create_new_module_pass_manager()
    manager.add_always_inliner_pass()
    manager.add_global_dead_code_eliminate_pass()
    manager.add_sroa_pass()
    manager.run(module, builder)


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
