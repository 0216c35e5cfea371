"""Which argument text goes to which member of `Args`, by Click's rules.

An argument that begins with a word, spaces and something more looks like `KEYWORD value`; the last
use of a keyword wins. A positional takes the next argument that does not look so; a mandatory one,
when there is none, the next that does. `@rest` takes all that are left, and before it arguments of
whatever looks count: where the rest is open, only the element's own keywords are keywords.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pmill.diagnostics import Diagnostics, Note, Span, did_you_mean
from pmill.elaborate.files import Files
from pmill.elaborate.names import Names
from pmill.elements.spec import ArgSpec, ElementSpec
from pmill.syntax.flat import ConfigText

KEYWORD = re.compile(r"(?P<keyword>[A-Za-z_][A-Za-z0-9_:.?!]*)\s+(?=\S)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """An element that an argument may name. `class_name` is None when its class is unknown."""

    class_name: str | None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementContext:
    """The element whose arguments are read."""

    spec: ElementSpec
    name: str
    label: str  # "name :: Class"
    span: Span  # where messages about the whole element point
    declared: Span  # where the element is named
    outputs: int  # number of output ports
    dialect: str  # "fastclick" or "click"
    elements: Mapping[str, Named]  # all elements, by name
    names: Names
    files: Files
    diags: Diagnostics

    def literal(self, wanted: str, text: str) -> str:
        """Return the literal of type `wanted` that a text names, or the text."""
        return self.names.literal(wanted, text, self.name)

    def error(
        self,
        code: str,
        message: str,
        span: Span,
        hint: str | None = None,
        notes: tuple[Note, ...] = (),
    ) -> None:
        """Report an error of this element."""
        about = Note(self.label, self.declared)
        text = f"{self.label}: {message}"
        self.diags.error(code, text, span, notes=notes, hint=hint, about=about)


@dataclass(slots=True, kw_only=True)
class Assigned:
    """The texts given to each member, and the arguments that nobody has taken yet."""

    given: dict[str, tuple[ConfigText, ...]] = field(default_factory=dict)
    pending: list[ConfigText] = field(default_factory=list)


def is_positional(arg: ArgSpec) -> bool:
    """Return whether an argument can be given without its keyword."""
    return not arg.rest and (arg.positional or arg.mandatory)


def assign(items: tuple[ConfigText, ...], spec: ElementSpec) -> Assigned:
    """Give every argument text to a member, as far as that can be done."""
    assigned = _assign_keywords(items, spec)
    _assign_positional(assigned, spec)
    return assigned


def _assign_keywords(items: tuple[ConfigText, ...], spec: ElementSpec) -> Assigned:
    assigned = Assigned()
    for item in items:
        m = KEYWORD.match(item.text)
        arg = spec.argument(m["keyword"]) if m else None
        if m is None or arg is None or arg.rest:
            assigned.pending.append(item)
            continue
        value = ConfigText(
            text=item.text[m.end() :],
            span=item.part(m.end(), len(item.text)),
            verbatim=item.verbatim,
        )
        assigned.given[arg.name] = (value,)
    return assigned


def _assign_positional(assigned: Assigned, spec: ElementSpec) -> None:
    pending = assigned.pending
    is_open = any(arg.rest for arg in spec.arguments)
    for arg in spec.arguments:
        if arg.rest and pending:
            assigned.given[arg.name] = tuple(pending)
            pending.clear()
        if not is_positional(arg) or arg.name in assigned.given:
            continue
        plain = (p for p in pending if not KEYWORD.match(p.text))
        taken = next(plain, None) if not (arg.mandatory and is_open) else None
        if taken is None and arg.mandatory:
            taken = next(iter(pending), None)
        if taken is not None:
            assigned.given[arg.name] = (taken,)
            pending.remove(taken)


def report_misfits(assigned: Assigned, ctx: ElementContext) -> bool:
    """Report arguments that are left over or missing; return whether there are none."""
    for item in assigned.pending:
        _report_leftover(item, ctx)
    missing = [a for a in ctx.spec.arguments if a.mandatory and a.name not in assigned.given]
    for arg in missing:
        usage = f"{ctx.spec.name}({_usage(ctx.spec)})"
        ctx.error("PM0403", f"argument {arg.keyword} is missing", ctx.span, usage)
    return not assigned.pending and not missing


def _report_leftover(item: ConfigText, ctx: ElementContext) -> None:
    m = KEYWORD.match(item.text)
    if m is not None:
        ctx.error(
            "PM0401",
            f"unknown argument '{m['keyword']}'",
            item.part(m.start(), m.end("keyword")),
            _keyword_hint(m["keyword"], ctx.spec),
        )
        return
    named = ctx.spec.argument(item.text)
    if named is not None:
        ctx.error("PM0406", f"argument {item.text} has no value", item.span, _doc(named))
        return
    limit = sum(is_positional(arg) for arg in ctx.spec.arguments)
    only = f"at most {limit}" if limit else "none"
    usage = f"{ctx.spec.name}({_usage(ctx.spec)})" if ctx.spec.arguments else None
    ctx.error("PM0402", f"too many arguments, expected {only} without keyword", item.span, usage)


def _keyword_hint(word: str, spec: ElementSpec) -> str:
    known = [k for arg in spec.arguments if not arg.rest for k in (arg.keyword, *arg.aliases)]
    if not known:
        return f"{spec.name} has no keyword arguments"
    return did_you_mean(word, known) or f"{spec.name} has {', '.join(known)}"


def _usage(spec: ElementSpec) -> str:
    """Write the argument list as documentation does: `LENGTH, [LABEL], [ACTIVE value]`."""
    positional = [arg.keyword for arg in spec.arguments if arg.mandatory]
    optional = [arg.keyword for arg in spec.arguments if arg.positional and not arg.mandatory]
    rest = [f"{arg.keyword} ..." for arg in spec.arguments if arg.rest]
    keywords = [
        f"{arg.keyword} value" for arg in spec.arguments if not (is_positional(arg) or arg.rest)
    ]
    return ", ".join([*positional, *(f"[{text}]" for text in (*optional, *rest, *keywords))])


def _doc(arg: ArgSpec) -> str:
    return f"{arg.keyword}: {arg.doc}" if arg.doc else f"write {arg.keyword} VALUE"
