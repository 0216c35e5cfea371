"""IPClassifier's patterns, one an output, become a decision program, `List<ClassifierNode>`.

    tcp dst port www, udp and not ip frag, -

Errors: PM0420 number of patterns, PM0461 to PM0466 in a pattern (pmill/elaborate/ippattern);
warnings PM0424 and PM0467.
"""

from __future__ import annotations

from pmill.elaborate.ippattern import predicate, program
from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.lowerings.decisions import check_count, program_value, warn_of_unused
from pmill.graph import Value
from pmill.match.byte_program import Step, optimize
from pmill.syntax.flat import ConfigText

__all__ = ["compile_patterns", "lower"]


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the program of the patterns; warn about patterns that match nothing."""
    found = compile_patterns(items, ctx)
    if not check_count(items, ctx) or found is None:
        return None
    warn_of_unused(found, items, ctx)
    return program_value(found)


def compile_patterns(
    items: tuple[ConfigText, ...], ctx: LoweringContext
) -> tuple[Step, ...] | None:
    """Return the optimised program of the patterns, None after reporting errors.

    It gives output `n` to the packets that pattern `n` is the first one for.
    """
    patterns = [predicate(item, ctx) for item in items]
    rules = [(found, -n) for n, found in enumerate(patterns) if found is not None]
    return optimize(program(rules)) if len(rules) == len(patterns) else None
