"""Matching packets: one form for all elements that classify, and what it is compiled into.

    predicates.py    what is asked of a packet's bytes
    program.py       predicates in order of their rules -> decision program
    byte_program.py  the decision program, and its optimiser
    rows.py          rules -> products of sets (sets.py) of what fields (dimension.py) can hold
    vectors.py       rows -> bit vectors, by the values of each field
    joins.py         fields that are looked up together
    tables.py        bit vectors -> binary data that a packet is looked up in
    shadows.py       rules that no packet reaches
    guards.py        rules that most packets match, asked for first
    boxes.py         the same in front of bit vectors
    matcher.py       which of these a set of rules is matched by

Elaboration lowers arguments to it; nothing here knows of configurations or elements.
"""

from pmill.match.boxes import Box, boxes
from pmill.match.byte_program import NEVER, Step, optimize, outputs, program_text, safe_length
from pmill.match.guards import guards
from pmill.match.matcher import MATCHERS, Choice, Matcher, Rules, choose, matcher
from pmill.match.predicates import Predicate
from pmill.match.program import owners, program

__all__ = [
    "MATCHERS",
    "NEVER",
    "Box",
    "Choice",
    "Matcher",
    "Predicate",
    "Rules",
    "Step",
    "boxes",
    "choose",
    "guards",
    "matcher",
    "optimize",
    "outputs",
    "owners",
    "program",
    "program_text",
    "safe_length",
]
