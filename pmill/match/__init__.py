"""Matching packets: one form for all elements that classify, and what it is compiled into.

    predicates.py    what is asked of a packet's bytes
    program.py       predicates in order of their rules -> decision program
    byte_program.py  the decision program, and its optimiser

Elaboration lowers arguments to it; nothing here knows of configurations or elements.
"""

from pmill.match.byte_program import NEVER, Step, optimize, outputs, program_text, safe_length
from pmill.match.predicates import Predicate
from pmill.match.program import program

__all__ = [
    "NEVER",
    "Predicate",
    "Step",
    "optimize",
    "outputs",
    "program",
    "program_text",
    "safe_length",
]
