"""Give every function and variable but the program's entry internal linkage.

Before: a function that other objects might call must be kept, and kept callable as it stands.
After: LLVM sees every caller, so that it may drop what was inlined everywhere, turn memory
arguments into registers and choose its own calling conventions.

LLVM's own pass does the work: setting linkages one by one would leave functions in their COMDAT
groups, which the linker may discard in favour of another object's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import llvmlite.binding as llvm


@dataclass(frozen=True, slots=True)
class Internalize:
    """Give everything but `main` internal linkage."""

    name: ClassVar[str] = "internalize"

    def run(self, module: llvm.ModuleRef, machine: llvm.TargetMachine) -> llvm.ModuleRef:
        """Change the module in place and return it."""
        llvm.set_option("pmill", "--internalize-public-api-list=main")
        builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options())
        manager = llvm.create_new_module_pass_manager()
        manager.add_internalize_pass()
        manager.run(module, builder)
        return module
