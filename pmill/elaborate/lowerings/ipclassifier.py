"""IPClassifier's patterns, one an output, become a decision program, `List<ClassifierNode>`.

    tcp dst port www, udp and not ip frag, -

Errors: PM0420 number of patterns, PM0461 to PM0466 in a pattern (pmill/elaborate/ippattern);
warnings PM0424 and PM0467.
"""

from __future__ import annotations

from pmill.elaborate.ippattern import predicate
from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.lowerings.decisions import check_count, compiled
from pmill.graph import Value
from pmill.syntax.flat import ConfigText

__all__ = ["lower"]


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the program of the patterns; warn about patterns that match nothing."""
    patterns = [predicate(item, ctx) for item in items]
    rules = [(found, -n) for n, found in enumerate(patterns) if found is not None]
    if not check_count(items, ctx) or len(rules) != len(patterns):
        return None
    return compiled(rules, items, ctx)
