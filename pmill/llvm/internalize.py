"""Give every function but the program's entries internal linkage.

Before: a function that other objects might call must be kept, and kept callable as it stands.
After: LLVM sees every caller, so that it may drop what was inlined everywhere, turn memory
arguments into registers and choose its own calling conventions.

Entries are `main` and `work`, the loop of a worker, at which the halves of a program meet.
Variables stay as they are: both halves share them.

LLVM's own pass does the work: setting linkages one by one would leave functions in their COMDAT
groups, which the linker may discard in favour of another object's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import llvmlite.binding as llvm

_WORK = "_ZN5pmill4workI"
_LOCAL = (llvm.Linkage.internal, llvm.Linkage.private)


@dataclass(frozen=True, slots=True)
class Internalize:
    """Give everything but what is reached from outside internal linkage."""

    name: ClassVar[str] = "internalize"

    def run(self, module: llvm.ModuleRef, machine: llvm.TargetMachine) -> llvm.ModuleRef:
        """Change the module in place and return it."""
        # LLVM adds the names to those it was told before: they must be the same for every program.
        names = ",".join(_entries(module))
        llvm.set_option("pmill", f"--internalize-public-api-list={names}")
        builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options())
        manager = llvm.create_new_module_pass_manager()
        manager.add_internalize_pass()
        manager.run(module, builder)
        return module


def _entries(module: llvm.ModuleRef) -> Iterator[str]:
    """The names that other objects refer to, of a whole program or of a half of one."""
    yield "main"
    yield from (f.name for f in module.functions if f.name.startswith(_WORK))
    yield from (v.name for v in module.global_variables if v.linkage not in _LOCAL)
