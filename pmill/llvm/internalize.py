"""Give every function but the program's entries internal linkage.

Before: a function that other objects might call must be kept, and kept callable as it stands.
After: LLVM sees every caller, so that it may drop what was inlined everywhere, turn memory
arguments into registers and choose its own calling conventions.

Entries are `main` and `work`, the loop of a worker, at which the halves of a program meet, or
`turn`, a round of it, of a library; of a half, which has no `main`, also `run_stage`, by which the
other one lets packets go on that wait.
Variables stay as they are: both halves share them.

What an element does with a packet is inlined wherever it is called, so such a function is marked to
be nothing else: LLVM removes it at once then. Left until all inlining is done, each would be a copy
of everything behind it, and the code would grow with the square of a way's length.

LLVM's own pass does the work: setting linkages one by one would leave functions in their COMDAT
groups, which the linker may discard in favour of another object's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

import llvmlite.binding as llvm

_WORK = ("_ZN5pmill4workI", "_ZN5pmill4turnI")
_STAGE = "_ZN5pmill9run_stageI"
# push, poll, … of an element class: those that runtime/include/pmill/ calls only to be inlined.
_ON_THE_WAY = re.compile(r"_ZN5pmill8elements\d+\w+?(?:4push|4poll|4pull|3run)I")
_LOCAL = (llvm.Linkage.internal, llvm.Linkage.private)


@dataclass(frozen=True, slots=True)
class Internalize:
    """Give everything but what is reached from outside internal linkage."""

    name: ClassVar[str] = "internalize"

    def run(self, module: llvm.ModuleRef, machine: llvm.TargetMachine) -> None:
        """Change the module in place."""
        entries, stages, on_the_way = ["main"], [], []
        whole = False
        for function in module.functions:  # once: asking LLVM for a name takes its time
            name = function.name
            if name.startswith(_WORK):
                entries.append(name)
            elif name.startswith(_STAGE):
                stages.append(name)
            elif name == "main":
                whole = not function.is_declaration
            elif _ON_THE_WAY.match(name) and not function.is_declaration:
                on_the_way.append(function)
        if not whole:
            entries += stages
        entries += [v.name for v in module.global_variables if v.linkage not in _LOCAL]
        # LLVM adds the names to those it was told before: they must be the same for every program.
        llvm.set_option("pmill", f"--internalize-public-api-list={','.join(entries)}")
        builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options())
        manager = llvm.create_new_module_pass_manager()
        manager.add_internalize_pass()
        manager.run(module, builder)
        for function in on_the_way:
            function.add_function_attribute("alwaysinline")
