"""Specs -> C++ static_asserts that fail where reader and compiler understand a header differently.

Each element gets a struct derived from it, so that types and enumerators are looked up exactly
where the header looked them up. Twin of runtime/include/pmill/probe.hh.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pmill.elements.spec import ArgSpec, CounterSpec, ElementSpec, EnumSpec, HandlerSpec


def assertions(specs: Iterable[ElementSpec]) -> str:
    """Return the asserts for all `specs`, to stand in namespace pmill::elements."""
    return "\n\n".join("\n".join(_element(spec)) for spec in specs)


def probe_unit(specs: Iterable[ElementSpec]) -> str:
    """Return a whole translation unit that compiles only if all `specs` are right."""
    chosen = sorted(specs, key=lambda spec: spec.name)
    lines = ["#include <pmill/probe.hh>", ""]
    lines += [f"#include <{header}>" for header in sorted({spec.header for spec in chosen})]
    lines += ["", "namespace pmill::elements {", "", assertions(chosen), ""]
    lines += ["}  // namespace pmill::elements", ""]
    return "\n".join(lines)


def _element(spec: ElementSpec) -> Iterator[str]:
    yield f"struct Probe{spec.name} : {spec.name} {{"
    for line in _facts(spec):
        yield f"  {line}"
    for enum in spec.enums:
        yield from (f"  {line}" for line in _enum(enum))
    for argument in spec.arguments:
        yield from (f"  {line}" for line in _argument(argument))
    for counter in spec.counters:
        yield f"  {_counter(counter)}"
    for handler in spec.handlers:
        yield f"  {_handler(handler)}"
    yield "};"


def _facts(spec: ElementSpec) -> Iterator[str]:
    """The Spec, the number of arguments, and whether there is a poll."""
    for name, code in (
        ("ports", spec.ports),
        ("processing", spec.processing),
        ("flow", spec.flow),
        ("shares", " ".join(spec.shares)),
        ("workers", spec.workers),
    ):
        yield f'static_assert(spec.{name} == "{code}");'
    for name, fields in (
        ("reads", spec.reads),
        ("expects", spec.expects),
        ("writes", spec.writes),
        ("renews", spec.renews),
    ):
        expected = " | ".join(["FieldSet{}", *(f"meta::{field}" for field in fields)])
        yield f"static_assert(spec.{name} == ({expected}));"
    edits = " | ".join(["PartSet{}", *(f"part::{part}" for part in spec.edits)])
    yield f"static_assert(spec.edits == ({edits}));"
    yield f"static_assert(spec.puts == {spec.puts});"
    yield f"static_assert(spec.cold == outputs({', '.join(map(str, spec.cold))}));"
    for name, flag in (
        ("resizes", spec.resizes),
        ("shared", spec.shared),
        ("source", spec.source),
        ("everywhere", spec.everywhere),
        ("single", spec.single),
        ("clones", spec.clones),
        ("keeps", spec.keeps),
        ("fills", spec.fills),
        ("yields", spec.yields),
        ("passes", spec.passes),
        ("through", spec.through),
        ("marks", spec.marks),
        ("checks", spec.checks),
    ):
        yield f"static_assert(spec.{name} == {_bool(flag)});"
    yield f"static_assert(probe::kPolls<{spec.name}> == {_bool(spec.source)});"
    yield f"static_assert(probe::kPrepares<{spec.name}> == {_bool(spec.prepares)});"
    yield f"static_assert(probe::kForesees<{spec.name}> == {_bool(spec.foresees)});"
    yield f"static_assert(probe::has_arguments<{spec.name}, {len(spec.arguments)}>());"


def _enum(enum: EnumSpec) -> Iterator[str]:
    """The enumerators count from 0, and there are no others: the switch would not be complete."""
    for number, value in enumerate(enum.values):
        yield f"static_assert(static_cast<int>({enum.name}::{value}) == {number});"
    cases = " ".join(f"case {enum.name}::{value}:" for value in enum.values)
    yield '_Pragma("clang diagnostic push")'
    yield '_Pragma("clang diagnostic error \\"-Wswitch\\"")'
    yield f"static constexpr bool knows({enum.name} value) {{"
    yield f"  switch (value) {{ {cases} return true; }}"
    yield "  return false;"
    yield "}"
    yield '_Pragma("clang diagnostic pop")'


def _argument(argument: ArgSpec) -> Iterator[str]:
    name, kind = argument.name, argument.type
    yield f"static_assert(std::is_same_v<decltype(Args::{name}), {kind}>);"
    if argument.lowering is not None:
        return  # its type need not be comparable
    if argument.default is not None:
        declared = _variable(kind, "expected", argument.default)
        yield f"static_assert([] {{ {declared} return Args{{}}.{name} == expected; }}());"
    for dialect, default in argument.by_dialect:
        declared = _variable(kind, dialect, default)
        yield f"static_assert([] {{ {declared} return static_cast<void>({dialect}), true; }}());"


def _counter(counter: CounterSpec) -> str:
    return f"static_assert(std::is_same_v<decltype(State::{counter.member}), Count>);"


def _handler(handler: HandlerSpec) -> str:
    kind = f"{'Read' if handler.reads else ''}{'Write' if handler.writes else ''}"
    return f"static_assert(std::is_same_v<decltype(Handlers::{handler.member}), {kind}>);"


def _variable(kind: str, name: str, initialiser: str) -> str:
    """A declaration with an initialiser as headers write it."""
    if initialiser.startswith("{"):
        return f"{kind} {name}{initialiser};"
    return f"{kind} {name} = {initialiser};"


def _bool(value: bool) -> str:
    return "true" if value else "false"
