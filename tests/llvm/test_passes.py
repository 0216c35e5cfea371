"""LLVM passes on small modules: tests/llvm/PASS/*.ll hold what they make of them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import llvmlite.binding as llvm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmill.llvm.base import Context
from pmill.llvm.contracts import Contracts
from pmill.llvm.field_access import FieldAccess
from pmill.llvm.ir import Module
from pmill.llvm.noalias import NoAlias
from tests.llvm.check import check

FOLDER = Path(__file__).parent
CASES = sorted(FOLDER.glob("noalias/*.ll"))
BROKEN = sorted(FOLDER.glob("contracts/*.ll"))
FIELDS = sorted(FOLDER.glob("field_access/*.ll"))


def parsed(text: str) -> str:
    """A module's text as LLVM prints it."""
    with llvm.parse_assembly(text) as module:
        module.verify()
        return str(module)


def marked(text: str) -> str:
    module = Module(parsed(text))
    assert NoAlias().rewrite(module, Context())
    parsed(module.text)
    return module.text


@pytest.mark.parametrize("case", CASES, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_case(case: Path) -> None:
    text = case.read_text()
    check(marked(text), text)


@pytest.mark.parametrize("case", FIELDS, ids=lambda p: p.stem)
def test_fields(case: Path) -> None:
    text = case.read_text()
    wanted = "".join(re.findall(r"^; FIELDS:(.*)$", text, re.MULTILINE))
    context = Context(buffer_fields={0: "buf_addr"})
    assert FieldAccess().analyse(Module(parsed(text)), context) == json.loads(wanted)


@pytest.mark.parametrize("case", BROKEN, ids=lambda p: p.stem)
def test_contracts(case: Path) -> None:
    text = case.read_text()
    wanted = "/".join(re.findall(r"^; BROKEN:(.*)$", text, re.MULTILINE)).split("/")
    found = [b.contract for b in Contracts().check(Module(parsed(text)))]
    assert found == [w.strip() for w in wanted if w.strip()]


def test_marking_twice_says_the_same() -> None:
    """Sets of scopes grow, and stay what LLVM takes."""
    text = (FOLDER / "noalias" / "kinds.ll").read_text()
    parsed(marked(marked(text)))


STRANGE = {
    "nothing": "",
    "no entry": "declare void @work(ptr)\n",
    "a body of its own kind": "define void @f() {\n  unreachable\n}\n",
    "unknown metadata": "define void @f() {\n  ret void, !what !0\n}\n!0 = !{i32 1}\n",
    "named metadata": '!llvm.ident = !{!0}\n!0 = !{!"x"}\n',
    "odd names": 'define void @"a b(c"(ptr %"x y") {\n  store i8 0, ptr %"x y"\n  ret void\n}\n',
    "an alias": "@g = global i32 0\n@a = alias i32, ptr @g\n",
    "a switch": (
        "define void @f(i32 %x) {\n  switch i32 %x, label %a [\n    i32 1, label %a\n  ]\na:\n"
        "  ret void\n}\n"
    ),
    "a turn without end": (
        'define void @f() {\n  call void asm sideeffect "# pmill: turn of ${0:c}", "i"(i32 3)\n'
        "  br label %l\nl:\n  br label %l\n}\n"
    ),
}


@pytest.mark.parametrize("kind", STRANGE)
def test_modules_that_passes_know_nothing_of(kind: str) -> None:
    module = Module(parsed(STRANGE[kind]))
    changed = NoAlias().rewrite(module, Context())
    parsed(module.text)
    assert not changed
    assert Contracts().check(module) == ()
    assert all(not fields for fields in FieldAccess().analyse(module, Context()).values())


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet='%@!{}()[]"=,:;# \n\tabdefinelorcskyptx0123456789', max_size=300))
def test_any_text_is_read(text: str) -> None:
    """However wrong: passes then find nothing, and say so."""
    turn = '  call void asm sideeffect "# pmill: turn of ${0:c}", "i"(i32 3)\n'
    module = Module("define void @f() {\n" + turn + text + "\n}\n")
    FieldAccess().analyse(module, Context())
    Contracts().check(module)
    NoAlias().rewrite(module, Context())
    for function in module.functions.values():
        for instruction in function.instructions:
            assert isinstance(instruction.operands, list)
