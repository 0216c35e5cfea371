"""`NAME OFFSET [SIZE]`: the arguments of AnnotationInfo (PM0491).

A `String`, an argument a line. `pmill/elaborate/annotation_names.py` says what the names mean.
"""

from __future__ import annotations

from pmill.elaborate.annotation_names import Annotation, annotation_of, is_name
from pmill.elaborate.lowerings import LoweringContext
from pmill.elaborate.writing import cpp_string
from pmill.graph import Value, metadata
from pmill.syntax import split_words
from pmill.syntax.flat import ConfigText

__all__ = ["lower"]

_HINT = f"write NAME OFFSET or NAME OFFSET SIZE, within {metadata.ANNOTATION_BYTES} bytes"


def lower(items: tuple[ConfigText, ...], ctx: LoweringContext) -> Value | None:
    """Return the names, a line each."""
    found: dict[str, Annotation] = {}
    lines: list[str] = []
    good = True
    for item in items:
        words = [word.text for word in split_words(item)]
        if not words:
            continue
        annotation = annotation_of(words[1:])
        if not is_name(words[0]):
            ctx.error("PM0491", f"'{words[0]}' is no name", item.span, hint=_HINT)
            good = False
        elif annotation is None:
            message = f"'{words[0]}' has no place among the annotations"
            ctx.error("PM0491", message, item.span, hint=_HINT)
            good = False
        else:
            if ctx.values["check_overlap"].text == "true":
                good = _check_overlap(words[0], annotation, found, item, ctx) and good
            found[words[0]] = annotation
        lines.append(" ".join(words))
    text = "\n".join(lines)
    return Value(cpp=cpp_string(text), text=text, click=None) if good else None


def _check_overlap(
    name: str,
    annotation: Annotation,
    others: dict[str, Annotation],
    item: ConfigText,
    ctx: LoweringContext,
) -> bool:
    for other, taken in others.items():
        if other != name and set(annotation.bytes) & set(taken.bytes):
            ctx.error("PM0491", f"annotations '{other}' and '{name}' overlap", item.span)
            return False
    return True
