"""Give every function and variable but the program's entry internal linkage.

Before: a function that other objects might call must be kept, and kept callable as it stands.
After: LLVM sees every caller, so that it may drop what was inlined everywhere, turn memory
arguments into registers and choose its own calling conventions.

A module without `main` is the half of a program that packets usually run through: it keeps the
functions it was asked for by explicit instantiation, and the variables, which both halves share.

LLVM's own pass does the work: setting linkages one by one would leave functions in their COMDAT
groups, which the linker may discard in favour of another object's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import llvmlite.binding as llvm

_LOCAL = (llvm.Linkage.internal, llvm.Linkage.private)


@dataclass(frozen=True, slots=True)
class Internalize:
    """Give everything but what is reached from outside internal linkage."""

    name: ClassVar[str] = "internalize"

    def run(self, module: llvm.ModuleRef, machine: llvm.TargetMachine) -> llvm.ModuleRef:
        """Change the module in place and return it."""
        llvm.set_option("pmill", f"--internalize-public-api-list={','.join(_entries(module))}")
        builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options())
        manager = llvm.create_new_module_pass_manager()
        manager.add_internalize_pass()
        manager.run(module, builder)
        return module


def _entries(module: llvm.ModuleRef) -> Iterator[str]:
    """The names that other objects refer to. LLVM adds them to those of earlier modules."""
    defined = {f.name: f for f in module.functions if not f.is_declaration}
    if "main" in defined:
        yield "main"
        return
    yield from (name for name, f in defined.items() if f.linkage == llvm.Linkage.weak_odr)
    for variable in module.global_variables:
        if not variable.is_declaration and variable.linkage not in _LOCAL:
            yield variable.name
