"""Lowerings: arguments that are a little language of their own become a typed value.

An element header names a lowering with `@lowering NAME`; the module `NAME` of this package then
turns the argument texts of that member into its `Value`. The module has one door:

    def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None

`items` are the argument texts given to the member: one for a plain member, all remaining ones
for `@rest`, none when it was not given and has no default. `lower` reports what is wrong through
`ctx` (PM042x to PM049x) and returns None after an error.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from pmill.diagnostics import Diagnostics, Note, Source, Span
from pmill.elaborate.files import Files
from pmill.elaborate.rewriting import NamedPattern
from pmill.graph import Value
from pmill.syntax import unquote
from pmill.syntax.flat import ConfigText

__all__ = ["Lowering", "LoweringContext", "find_lowering"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoweringContext:
    """What a lowering may know beside the texts: its element, and where to report errors."""

    diags: Diagnostics
    label: str  # "name :: Class", as messages write it
    span: Span  # the argument, or the element when the argument was not given
    outputs: int  # number of output ports the configuration uses
    values: Mapping[str, Value]  # by member name: the arguments valued so far, in spec order
    dialect: str  # "fastclick" or "click"
    # The literal of a type, such as "IPAddress" or "TcpPort", that a text names; or the text.
    literal: Callable[[str, str], str] = lambda wanted, text: text
    declared: Span | None = None  # where the element is named, when that is not `span`
    name: str = ""  # of the element
    elements: Collection[str] = ()  # the names of all elements
    patterns: Mapping[str, NamedPattern] = field(default_factory=dict)  # of IPRewriterPatterns
    files: Files = field(default_factory=lambda: Files(""))

    def read(self, name: ConfigText) -> Source | None:
        """Return the text of a file that an argument names, None after reporting PM0496.

        Spans into the text point at the file's own lines. Bytes that are no UTF-8 are kept apart
        as `errors="surrogateescape"` does.
        """
        path = unquote(name)
        try:
            return Source(path, self.files.read(path).decode("utf-8", "surrogateescape"))
        except OSError as error:
            reason = error.strerror or str(error)
            hint = "a name is relative to the directory of the configuration"
            self.error("PM0496", f"cannot read '{path}': {reason}", name.span, hint=hint)
            return None

    def error(
        self,
        code: str,
        message: str,
        span: Span | None = None,
        *,
        notes: tuple[Note, ...] = (),
        hint: str | None = None,
    ) -> None:
        """Report an error of this element's argument, at `span` or at the whole argument."""
        about = Note(self.label, self.declared or self.span)
        text, where = f"{self.label}: {message}", span or self.span
        self.diags.error(code, text, where, notes=notes, hint=hint, about=about)

    def warning(
        self,
        code: str,
        message: str,
        span: Span | None = None,
        *,
        notes: tuple[Note, ...] = (),
        hint: str | None = None,
    ) -> None:
        """Warn about this element's argument, at `span` or at the whole argument."""
        about = Note(self.label, self.declared or self.span)
        text, where = f"{self.label}: {message}", span or self.span
        self.diags.warning(code, text, where, notes=notes, hint=hint, about=about)


Lowering = Callable[[tuple[ConfigText, ...], LoweringContext], Value | None]


def find_lowering(name: str) -> Lowering | None:
    """Return the lowering that a header calls `name`, or None when there is none."""
    module_name = f"{__name__}.{name}"
    if not name.isidentifier() or importlib.util.find_spec(module_name) is None:
        return None
    lower: Lowering = importlib.import_module(module_name).lower
    return lower
