"""Machine instructions by element: counted where they are, and none that are not in the program."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pmill import driver
from pmill.diagnostics import Diagnostics, Source
from pmill.emit import EmitPlan, lower, render
from pmill.graph import PipelineGraph
from pmill.llvm.attribution import MachineFunction, functions, marked
from pmill.machine_code import attributed, machine_code
from pmill.options import CompileOptions
from tests.conftest import ROOT

EXAMPLES = ROOT / "examples"

IR = """\
define void @f() !dbg !8 {
  ret void, !dbg !12
}
!8 = distinct !DISubprogram(name: "work<pmill::Program<pmill::program::Config> >", scope: !9)
!12 = !DILocation(line: 88, column: 9, scope: !13, inlinedAt: !14)
!13 = distinct !DISubprogram(name: "checksum", scope: !9)
!14 = distinct !DILocation(line: 31, column: 7, scope: !16, inlinedAt: !17)
!15 = distinct !DISubprogram(name: "push<pmill::Self<pmill::program::ttl_, W<pmill::program::Config> > >", scope: !9)
!16 = distinct !DILexicalBlock(scope: !15, file: !9, line: 3, column: 4)
!17 = distinct !DILocation(line: 4, scope: !18, inlinedAt: !19)
!18 = distinct !DISubprogram(name: "run_inline<pmill::program::a_, 0>", scope: !9)
!19 = distinct !DILocation(line: 7, column: 1, scope: !8)
!20 = !DILocation(line: 9, column: 1, scope: !8)
"""


def test_the_innermost_instance_owns_an_instruction() -> None:
    lines = marked(IR, ["a_", "ttl_"]).splitlines()
    told = {line.partition(" = ")[0]: line.partition(" = ")[2] for line in lines}
    assert told["!12"] == "!DILocation(line: 3, scope: !8)"  # ttl_, though it stands in a checksum
    assert told["!17"] == "distinct !DILocation(line: 2, scope: !8)"  # a_
    assert told["!19"] == "distinct !DILocation(line: 1, scope: !8)"  # nobody
    assert told["!20"] == "!DILocation(line: 1, scope: !8)"
    assert [line for line in lines if "DILocation" not in line] == [
        line for line in IR.splitlines() if "DILocation" not in line
    ]


ASSEMBLY = """\
\t.text
\t.type\tf,@function
f:
\t.cfi_startproc
\t.loc\t1 2 1
\tmovq\t%rdi, %rax
# a comment
.LBB0_1:
\t.loc\t1 1 0
\tcallq\t_ZN5pmill6Worker7discardEP8rte_mbuf@PLT
\t.loc\t1 3 1
\tcallq\t*16(%rax)
\tcallq\t*puts@GOTPCREL(%rip)
\tjmp\t.LBB0_1
\tjmp\tg@PLT
.Lfunc_end0:
\t.section\t.text.unlikely.,"ax",@progbits
\t.type\t_ZN5pmill10run_rarelyINS_7program2b_ELm0EEEv,@function
_ZN5pmill10run_rarelyINS_7program2b_ELm0EEEv:
\tpushq\t%rbx
\tretq
.Lfunc_end1:
\t.section\t.rodata
table:
\t.quad\t1
"""


def test_instructions_and_calls_of_an_assembly() -> None:
    assert functions(ASSEMBLY, ["a_", "b_"]) == [
        MachineFunction(
            symbol="f",
            owned={"": 1, "a_": 1, "b_": 4},
            calls=(
                ("", "_ZN5pmill6Worker7discardEP8rte_mbuf"),
                ("b_", ""),
                ("b_", "puts"),
                ("b_", "g"),
            ),
            cold=False,
        ),
        # What no line claims is the instance's own whose function it is.
        MachineFunction(
            symbol="_ZN5pmill10run_rarelyINS_7program2b_ELm0EEEv",
            owned={"b_": 2},
            calls=(),
            cold=True,
        ),
    ]


def compiled(
    text: str, folder: Path, *, level: int = 3
) -> tuple[list[MachineFunction], EmitPlan, str]:
    """The functions of a program, and the assembly of the one that is made without lines."""
    options = CompileOptions(level=level)
    _, reports = driver.stages(Source("test.click", text), options, Diagnostics())
    graph = reports[-1].graph
    plan = lower(graph)
    source = folder / "program.cc"
    source.write_text(render(plan))
    compiler = driver.compiler_for(options)
    instances = [i.ident for i in plan.instances]
    found = attributed(source, graph, options, compiler, instances=instances, halves=False)
    return found, plan, _assembly(source, graph, options)


def _assembly(source: Path, graph: PipelineGraph, options: CompileOptions) -> str:
    compiler = driver.compiler_for(options)
    return machine_code(source, graph, options, compiler, "asm", Diagnostics())[0].decode()


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("name", ["forwarder", "firewall-lite"])
def test_counting_changes_nothing(name: str, level: int, tmp_path: Path) -> None:
    """Function by function, the counted program has the instructions of the usual one."""
    text = (EXAMPLES / f"{name}.click").read_text()
    counted, plan, assembly = compiled(text, tmp_path, level=level)
    usual = functions(assembly, [i.ident for i in plan.instances])
    assert [(f.symbol, f.instructions) for f in counted] == [
        (f.symbol, f.instructions) for f in usual
    ]
    assert {name for f in counted for name in f.owned} <= {"", *(i.ident for i in plan.instances)}


def test_an_element_is_charged_for_what_it_adds(tmp_path: Path) -> None:
    """A checksum over headers costs its element many instructions, and the others none."""
    text = "FromDPDKDevice(0) -> m :: MarkIPHeader(14) -> c :: Counter -> ToDPDKDevice(0);"
    dear = text.replace("c :: Counter", "c :: SetIPAddress(10.0.0.1) -> k :: CheckIPHeader(14)")

    def loop(text: str) -> dict[str, int]:
        found, _, _ = compiled(text, tmp_path)
        return dict(next(f for f in found if "4workI" in f.symbol).owned)

    cheap, checked = loop(text), loop(dear)
    assert 1 <= cheap["c_"] <= 8
    assert checked["k_"] >= 20
    assert abs(checked["FromDPDKDevice_1_"] - cheap["FromDPDKDevice_1_"]) <= 12


def test_two_halves_are_counted_together(tmp_path: Path) -> None:
    options = CompileOptions()
    text = (EXAMPLES / "router-static.click").read_text()
    _, reports = driver.stages(Source("test.click", text), options, Diagnostics())
    plan = lower(reports[-1].graph)
    assert plan.halves
    source = tmp_path / "program.cc"
    source.write_text(render(plan))
    found = attributed(
        source,
        reports[-1].graph,
        options,
        driver.compiler_for(options),
        instances=[i.ident for i in plan.instances],
        halves=True,
    )
    symbols = [f.symbol for f in found]
    assert "main" in symbols
    assert sum("4workI" in s for s in symbols) == 1
    rare = {s for s in symbols if "run_rarely" in s}
    assert len(rare) > 10
    owners = {name for f in found if f.symbol in rare for name in f.owned} - {""}
    assert "out0_options_" in owners
    # The half that clang alone compiles has the instructions of the object that is linked, too.
    compiler = driver.compiler_for(options)
    command = [compiler.tools.clang, *compiler.flags(), "-w", "-O1", "-mllvm", "-fast-isel"]
    command += ["-include", "pmill/pmill.hh", "-DPMILL_REST", "-S", str(source)]
    subprocess.run([*command, "-o", tmp_path / "rest.s"], check=True)
    usual = functions((tmp_path / "rest.s").read_text(), [i.ident for i in plan.instances])
    counted = {f.symbol: f.instructions for f in found}
    assert len(usual) > 50
    assert {f.symbol: f.instructions for f in usual}.items() <= counted.items()
