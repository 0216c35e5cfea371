"""The pattern language of IPFilter and IPClassifier: text to predicate.

    text  -- parser.py, by grammar/ipfilter.lark -->  syntax tree           nodes.py
          -- reading.py: what is left out, what fits together -->  tests
          -- meaning.py: which bytes that asks for -->  predicate

Predicates and what becomes of them are in pmill/match.

Loading this package loads Lark.
"""

from __future__ import annotations

from pmill.elaborate.ippattern.meaning import meaning
from pmill.elaborate.ippattern.parser import parse
from pmill.elaborate.ippattern.reading import Reader
from pmill.elaborate.lowerings import LoweringContext
from pmill.match.predicates import TRUE, Predicate
from pmill.match.program import program
from pmill.syntax import unquote
from pmill.syntax.flat import ConfigText

__all__ = ["TRUE", "Predicate", "predicate", "program", "unquoted"]


def predicate(item: ConfigText, ctx: LoweringContext) -> Predicate | None:
    """Return what a pattern asks of a packet, None after reporting what is wrong with it."""
    item = unquoted(item)
    tree = parse(item, ctx)
    return None if tree is None else meaning(tree, Reader(item, ctx))


def unquoted(item: ConfigText) -> ConfigText:
    """Return an argument without quotes; then it is not known where each character was."""
    text = unquote(item)
    return item if text == item.text else ConfigText(text=text, span=item.span, verbatim=False)
