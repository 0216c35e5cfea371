"""Reading LLVM's text: names, calls, metadata and sizes as LLVM writes them."""

from __future__ import annotations

import llvmlite.binding as llvm
import pytest

from pmill.llvm.ir import Module, arguments, parameters, split
from pmill.llvm.sizes import alloca_bytes

TEXT = """\
%struct.Pair = type { i64, [3 x ptr] }
%"class.odd name" = type <{ %struct.Pair, i8, <4 x i32> }>
define i32 @f(ptr noundef nonnull align 8 dereferenceable(16) %p, i32 %x, ptr %f) #0 {
entry:
  %a = alloca [100 x %struct.Pair], align 8
  %b = alloca %"class.odd name", align 8
  %c = alloca i8, i32 %x, align 1
  %d = alloca i32, i32 12, align 4
  %r = tail call fastcc noundef i32 @"g h"(ptr noundef %p, i32 7, { i64, i64 } zeroinitializer) #1
  %s = call i32 %f(ptr %p)
  %t = call i32 asm sideeffect "movl (%rax), $0", "=r"()
  switch i32 %x, label %one [
    i32 1, label %two
    i32 2, label %one
  ], !prof !0
one:
  ret i32 %r
two:
  unreachable
}
declare i32 @"g h"(ptr, i32, { i64, i64 })
attributes #0 = { nounwind }
attributes #1 = { cold nounwind }
!0 = !{!"branch_weights", i32 -1, i32 5, i32 6}
"""


@pytest.fixture
def module() -> Module:
    with llvm.parse_assembly(TEXT) as parsed:
        return Module(str(parsed))


def test_calls(module: Module) -> None:
    calls = [i for i in module.functions["f"].instructions if i.opcode == "call"]
    assert [c.callee for c in calls] == ["@g h", "%f", "asm"]
    assert arguments(calls[0]) == ["ptr noundef %p", "i32 7", "{ i64, i64 } zeroinitializer"]
    assert calls[0].operands == ['@"g h"', "%p"]
    assert [module.calls_cold(c) for c in calls] == [True, False, False]


def test_parameters(module: Module) -> None:
    found = parameters(module.functions["f"])
    assert [p.rsplit(" ", 1)[1] for p in found] == ["%p", "%x", "%f"]


def test_blocks(module: Module) -> None:
    blocks = module.functions["f"].blocks
    assert [b.name for b in blocks] == ["entry", "one", "two"]
    assert blocks[0].successors == ["one", "two", "one"]
    assert module.weights(blocks[0]) == [0xFFFFFFFF, 5, 6], "LLVM prints them with a sign"
    assert module.weights(blocks[1]) == []


def test_sizes(module: Module) -> None:
    found = [i for i in module.functions["f"].instructions if i.opcode == "alloca"]
    assert [alloca_bytes(module, i) for i in found] == [3200, 49, None, 48]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a, b", ["a", "b"]),
        ("{ a, b }, c", ["{ a, b }", "c"]),
        ('"a, b", c', ['"a, b"', "c"]),
        ("", []),
        ("(a", ["(a"]),
    ],
)
def test_split(text: str, parts: list[str]) -> None:
    assert split(text) == parts


def test_text_is_what_was_read() -> None:
    with llvm.parse_assembly(TEXT) as parsed:
        text = str(parsed)
    assert Module(text).text == text
