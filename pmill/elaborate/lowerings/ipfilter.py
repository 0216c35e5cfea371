"""IPFilter's rules, `ACTION PATTERN`, become a decision program, `List<ClassifierNode>`.

    deny src net 10.0.0.0/8, allow tcp, 2 icmp, drop all

An action is an output, `allow` for 0, `drop`, or `deny`: 1 where there is such an output, `drop`
otherwise. An action alone is for all packets. `FILE rules.txt` stands for the rules of a file.
Errors: PM0468 in an action, PM0461 to PM0466 in a pattern (pmill/elaborate/ippattern), PM0496 a
file; warnings PM0424, PM0467 and PM0471.
"""

from __future__ import annotations

import re

from pmill.diagnostics import did_you_mean
from pmill.elaborate.ippattern import TRUE, predicate, unquoted
from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.lowerings.decisions import compiled
from pmill.elaborate.lowerings.rule_files import with_files
from pmill.elaborate.scalars import parse_int
from pmill.graph import Value
from pmill.match.byte_program import NEVER
from pmill.match.vectors import Rule
from pmill.syntax.flat import ConfigText

__all__ = ["lower"]

_ACTION = re.compile(r"\s*([-\w]*)\s*")
_NAMES = ("allow", "deny", "drop")


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the program of the rules; warn about rules that no packet reaches."""
    expanded = with_files(items, ctx)
    if expanded is None:
        return None
    items = expanded
    read = [_rule(item, ctx) for item in items]
    rules = [rule for rule in read if rule is not None]
    return (
        compiled(rules, items, ctx, noun="rule", headers=True) if len(rules) == len(read) else None
    )


def _rule(item: ConfigText, ctx: LoweringContext) -> Rule | None:
    """Return the pattern and the jump of one rule, None after errors."""
    item = unquoted(item)
    m = _ACTION.match(item.text)
    assert m is not None
    jump = _action(m, item, ctx)
    pattern = ConfigText(
        text=item.text[m.end() :],
        span=item.part(m.end(), len(item.text)),
        verbatim=item.verbatim,
    )
    found = predicate(pattern, ctx) if pattern.text.strip() else TRUE
    return None if jump is None or found is None else (found, jump)


def _action(m: re.Match[str], item: ConfigText, ctx: LoweringContext) -> int | None:
    """Return where an action leads, None after an error."""
    word = m[1]
    output = {"allow": 0, "deny": 1}.get(word, parse_int(word))
    if word == "drop" or (word == "deny" and ctx.outputs < 2):
        return NEVER
    if output is not None and 0 <= output < max(ctx.outputs, 1):
        return -output
    span = item.part(*m.span(1)) if word else item.span
    if output is not None:
        s = "" if ctx.outputs == 1 else "s"
        hint = f"it has {ctx.outputs} output{s}, counted from 0"
        ctx.error("PM0468", f"there is no output {word}", span, hint=hint)
    else:
        hint = did_you_mean(word, list(_NAMES)) or "a rule is 'ACTION PATTERN': 'allow tcp port 80'"
        ctx.error(
            "PM0468",
            f"'{word}' is no action: expected allow, deny, drop or an output",
            span,
            hint=hint,
        )
    return None
