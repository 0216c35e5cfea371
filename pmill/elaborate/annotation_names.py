"""Names of annotations: what AnnotationInfo says.

    AnnotationInfo(FLOW_STATE 4 2, COLOR PAINT)

A name stands for a place in Click's 48 bytes of annotations, and for its size when that is given:
then no annotation of another size is so called. Names are looked up as those of elements are, and
before those that Click has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pmill.elaborate.references import candidates
from pmill.elaborate.scalars import annotation_field, parse_int
from pmill.graph import metadata
from pmill.syntax import split_arguments, split_words
from pmill.syntax.flat import ConfigText

CLASS: Final = "AnnotationInfo"
_TYPE = re.compile(r"Anno<(?P<size>\d+)>")
_NAME = re.compile(r"[A-Za-z_@][\w@:.?!-]*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """Where an annotation lies; the size is None when it may be any."""

    offset: int
    size: int | None

    @property
    def bytes(self) -> range:
        """The bytes that surely belong to it."""
        return range(self.offset, self.offset + (self.size or 1))


@dataclass(frozen=True, slots=True)
class AnnotationBook:
    """The annotations that names mean."""

    names: Mapping[str, Annotation] = field(default_factory=dict)

    def literal(self, wanted: str, text: str, user: str) -> str:
        """Return the offset that a text in an argument of `user` means, of type `Anno<N>`.

        It is the text itself unless that is the name of such an annotation.
        """
        m = _TYPE.fullmatch(wanted)
        for name in candidates(text, user) if self.names and m else ():
            found = self.names.get(name)
            if m and found is not None and found.size in (None, int(m["size"])):
                return str(found.offset)
        return text


def read(infos: Iterable[tuple[str, ConfigText]]) -> AnnotationBook:
    """Return what the AnnotationInfo elements of these names and configurations say.

    What is wrong with them is reported when their arguments are.
    """
    names: dict[str, Annotation] = {}
    for element, config in infos:
        scope = element.rpartition("/")[0]
        for item in split_arguments(config):
            words = [word.text for word in split_words(item)]
            found = annotation_of(words[1:])
            if found is not None:
                names[f"{scope}/{words[0]}" if scope else words[0]] = found
    return AnnotationBook(names)


def is_name(text: str) -> bool:
    """Whether a text can be the name of an annotation."""
    return _NAME.fullmatch(text) is not None


def annotation_of(words: Sequence[str]) -> Annotation | None:
    """Return the annotation that `OFFSET [SIZE]` or the name of one of Click's says."""
    known = metadata.fields().get(annotation_field(words[0])) if len(words) == 1 else None
    if known is not None and known.offset is not None:
        return Annotation(offset=known.offset, size=known.size)
    numbers = [parse_int(word) for word in words]
    match numbers:
        case [int(offset)] if 0 <= offset < metadata.ANNOTATION_BYTES:
            return Annotation(offset=offset, size=None)
        case [int(offset), int(size)] if (
            offset >= 0 and 0 < size <= metadata.ANNOTATION_BYTES - offset
        ):
            return Annotation(offset=offset, size=size)
        case _:
            return None
