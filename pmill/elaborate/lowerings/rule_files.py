"""Rules in files: `FILE rules.txt` among rules stands for those of the file, one a line.

    # what the branch offices may do
    allow src net 10.1.0.0/16 and tcp dst port 443     # the shop
    drop src net 10.1.0.0/16

Empty lines and all behind a `#` are no rules. Errors: PM0496 a file that cannot be read; warning
PM0471: one without rules. What is wrong with a rule is reported at its place in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pmill.diagnostics import Source, Span
from pmill.elaborate.lowerings import LoweringContext
from pmill.syntax.flat import ConfigText

__all__ = ["with_files"]

_FILE = re.compile(r"FILE\s+(?=\S)")
_RULE = re.compile(r"^[ \t]*([^\s#][^#\r\n]*)", re.MULTILINE)


def with_files(
    items: tuple[ConfigText, ...], ctx: LoweringContext
) -> tuple[ConfigText, ...] | None:
    """Return the rules, those of files in the place of their names; None after an error."""
    found: list[ConfigText] = []
    good = True
    for item in items:
        m = _FILE.match(item.text)
        if m is None:
            found.append(item)
            continue
        text, span = item.text[m.end() :], item.part(m.end(), len(item.text))
        source = ctx.read(ConfigText(text=text, span=span, verbatim=item.verbatim))
        good = good and source is not None
        rules = list(_rules(source)) if source is not None else []
        if source is not None and not rules:
            hint = "write one rule a line; what is behind a '#' is none"
            ctx.warning("PM0471", f"'{source.name}' has no rules", span, hint=hint)
        found += rules
    return tuple(found) if good else None


def _rules(source: Source) -> Iterator[ConfigText]:
    for m in _RULE.finditer(source.text):
        text = m[1].rstrip()
        yield ConfigText(text=text, span=Span(source, m.start(1), m.start(1) + len(text)))
