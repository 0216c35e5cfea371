"""The configuration language: text to tree, tree to flat configuration, and back to text.

`parse` loads Lark, so it is imported when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmill.syntax.arguments import quote, split_arguments, split_keyword, split_words, unquote
from pmill.syntax.dump import dump
from pmill.syntax.flat import ConfigText, FlatClass, FlatConfig, FlatConnection, FlatElement
from pmill.syntax.flat_text import declarations_text, flat_text
from pmill.syntax.flatten import flatten, flatten_classes
from pmill.syntax.libraries import include_libraries, library_files
from pmill.syntax.trivia import Trivia, trivia_of
from pmill.syntax.unparse import unparse

if TYPE_CHECKING:
    from pmill.syntax.parser import parse

__all__ = [
    "ConfigText",
    "FlatClass",
    "FlatConfig",
    "FlatConnection",
    "FlatElement",
    "Trivia",
    "declarations_text",
    "dump",
    "flat_text",
    "flatten",
    "flatten_classes",
    "include_libraries",
    "library_files",
    "parse",
    "quote",
    "split_arguments",
    "split_keyword",
    "split_words",
    "trivia_of",
    "unparse",
    "unquote",
]


def __getattr__(name: str) -> Any:
    if name != "parse":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pmill.syntax.parser import parse

    return parse
