"""Bitcode -> object: pmill's passes, then LLVM's O3, then code."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import llvmlite.binding as llvm

from pmill.llvm.internalize import Internalize

Form = Literal["llvm", "asm", "obj"]


class LlvmPass(Protocol):
    """A change of a whole module."""

    @property
    def name(self) -> str:
        """The pass's name, as --disable-pass knows it."""
        ...

    def run(self, module: llvm.ModuleRef, machine: llvm.TargetMachine) -> llvm.ModuleRef:
        """Return the changed module, which may be the given one."""
        ...


DEFAULT: tuple[LlvmPass, ...] = (
    Internalize(),  # first: everything after may rely on seeing every caller
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """LLVM for one CPU; `passes` run before O3."""

    march: str
    passes: tuple[LlvmPass, ...] = ()

    def compile(self, bitcode: Path, form: Form) -> bytes:
        """Return the optimised module as text, assembly or an object."""
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        llvm.initialize_native_asmparser()  # DPDK has inline assembly
        # Few outputs are decided faster by comparing than by a jump through a table.
        llvm.set_option("pmill", "--min-jump-table-entries=9")
        module = llvm.parse_bitcode(bitcode.read_bytes())
        machine = self._machine(module)
        for p in self.passes:
            module = p.run(module, machine)
        _optimise(module, machine)
        match form:
            case "llvm":
                return str(module).encode()
            case "asm":
                return str(machine.emit_assembly(module)).encode()
            case "obj":
                return bytes(machine.emit_object(module))

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
