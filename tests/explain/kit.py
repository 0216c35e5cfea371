"""Explanations of configurations given as text, each made once."""

from __future__ import annotations

from functools import cache

from pmill.diagnostics import Diagnostics, Source
from pmill.explain import Explanation, explain
from pmill.options import CompileOptions

# Every kind of border, of call and of note, and characters that HTML has for itself.
MIXED = """\
s :: FromDPDKDevice(0) -> p :: Paint(!3) -> kind :: Classifier(12/0800, 12/0806 20/0001, -);
kind[0] -> Strip(14) -> check :: CheckIPHeader -> q :: Queue(64) -> u :: Unqueue(BURST !4)
  -> r :: CheckPaint(3) -> n :: Null -> ToDPDKDevice(0);
check[1] -> bad :: Print("<b>&amp;\\"bad\\"</script><script>alert('x')</script>") -> Discard;
kind[1] -> Discard;
kind[2] -> filter :: IPFilter(allow src net 10.0.0.0/8 && tcp dst port 80, drop all) -> Discard;
Idle -> unreachable :: Counter -> Discard;
"""


@cache
def explained(text: str = MIXED, level: int = 3, sanitize: tuple[str, ...] = ()) -> Explanation:
    """Return what there is to say of a configuration."""
    options = CompileOptions(level=level, sanitize=sanitize)
    return explain(Source("mixed.click", text), options, Diagnostics())
