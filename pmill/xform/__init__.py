"""Rewrites flat configurations: pieces that look like a pattern are replaced by something else.

    elementclass Twice             { $n | input -> Strip($n) -> Strip($n) -> output }
    elementclass Twice_Replacement { $n | input -> Twofold($n) -> output }

`patterns.py` reads such pairs, `matching.py` finds the piece of a `router.py` that looks like the
first, and `rewriting.py` puts the second in its place, until nothing is found. Configurations that
come with pmill are the `.click` files of this folder.
"""

from pmill.xform.patterns import Pattern, read_patterns
from pmill.xform.rewriting import Rewritten, rewrite
from pmill.xform.shipped import shipped_patterns

__all__ = ["Pattern", "Rewritten", "read_patterns", "rewrite", "shipped_patterns"]
