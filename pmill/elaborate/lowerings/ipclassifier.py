"""IPClassifier's patterns, one an output, become a decision program, `List<ClassifierNode>`.

    tcp dst port www, udp and not ip frag, -

`FILE patterns.txt` stands for the patterns of a file. Errors: PM0420 number of patterns, PM0461 to
PM0466 in a pattern (pmill/elaborate/ippattern), PM0496 a file; warnings PM0424, PM0467 and PM0471.
"""

from __future__ import annotations

from pmill.elaborate.ippattern import predicate
from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.lowerings.decisions import check_count, compiled
from pmill.elaborate.lowerings.rule_files import with_files
from pmill.graph import Value
from pmill.syntax.flat import ConfigText

__all__ = ["lower"]


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the program of the patterns; warn about patterns that match nothing."""
    expanded = with_files(items, ctx)
    if expanded is None:
        return None
    items = expanded
    patterns = [predicate(item, ctx) for item in items]
    rules = [(found, -n) for n, found in enumerate(patterns) if found is not None]
    if not check_count(items, ctx) or len(rules) != len(patterns):
        return None
    return compiled(rules, items, ctx, headers=True)
