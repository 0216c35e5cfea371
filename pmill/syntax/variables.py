"""Variables: scopes, and the expansion of `$name`, `${name}`, `${name[1]}`, `${name-default}`.

Expansion is textual and happens before arguments are split, so a value with a comma becomes
several arguments. Nothing is expanded in single quotes and comments; in double quotes a value is
escaped, and `\\$` is a dollar sign. A variable that is not defined is left as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from pmill.diagnostics import Source, Span
from pmill.syntax.arguments import split_words
from pmill.syntax.flat import ConfigText
from pmill.syntax.scan import comment_starts, skip_bytes, skip_comment, skip_quoted

MAX_DEPTH = 10  # of variables in the values of variables, as in Click
MAX_LENGTH = 1 << 20  # of an expanded text, in characters

_NO_PLACE = Span(Source("variable", ""), 0, 0)
_NAME = re.compile(r"[A-Za-z0-9_]+|[?#$]")
_BRACED = re.compile(r"([A-Za-z0-9_]+|[?#$])(?:\[([^\]]*)\])?(-(.*))?", re.DOTALL)
_INTERESTING = re.compile(r"[$\"'\\/]")


class ExpansionError(Exception):
    """A text that cannot be expanded: its variables are circular, or it grows too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """The value of a variable; `final` when it is not to be expanded any more."""

    value: str
    span: Span | None
    final: bool


class Scope:
    """The variables of the file or of one compound instance, inside those around it."""

    def __init__(self, parent: Scope | None = None) -> None:
        self.parent = parent
        self.definitions: dict[str, Definition] = {}
        self.used: set[str] = set()
        self._busy: set[str] = set()
        self._open: frozenset[str] = frozenset()

    def define(self, name: str, value: str, span: Span | None = None, *, final: bool) -> None:
        """Define a variable of this scope."""
        self.definitions[name] = Definition(value=value, span=span, final=final)

    def leave_open(self, names: Iterable[str]) -> None:
        """Let variables stand as they are written, whatever they mean further out."""
        self._open |= frozenset(names)

    def is_open(self, name: str) -> bool:
        """Return whether a variable is to stand as it is written."""
        scope: Scope | None = self
        while scope is not None and name not in scope._open:
            if name in scope.definitions:
                return False
            scope = scope.parent
        return scope is not None

    def lookup(self, name: str, depth: int = 0) -> str | None:
        """Return the expanded value of the innermost variable of that name, or None.

        The value of `define($a x$a)` means the `$a` around it: a definition is not visible while
        it is itself expanded.
        """
        scope: Scope | None = self
        circular = False
        while scope is not None and name not in scope._open:
            definition = scope.definitions.get(name)
            if definition is not None and name in scope._busy:
                circular = True
            elif definition is not None:
                scope.used.add(name)
                if definition.final:
                    return definition.value
                return scope._expand_value(name, definition.value, depth)
            scope = scope.parent
        if circular:
            raise ExpansionError(f"variable '${name}' is defined in terms of itself")
        return None

    def names(self) -> list[str]:
        """Return the names of all variables that are visible."""
        outer = self.parent.names() if self.parent else []
        return sorted({*outer, *self.definitions})

    def _expand_value(self, name: str, value: str, depth: int) -> str:
        if depth >= MAX_DEPTH:
            raise ExpansionError(f"variables are nested too deeply in '${name}'")
        self._busy.add(name)
        try:
            return expand_text(value, self, depth=depth + 1)
        finally:
            self._busy.discard(name)


def global_scope(variables: Mapping[str, str]) -> Scope:
    """Return the scope of the command line's variables."""
    scope = Scope()
    for name, value in variables.items():
        scope.define(name, value, final=True)
    return scope


Undefined = Callable[[str, int, int], None]


def expand_text(
    text: str, scope: Scope, *, depth: int = 0, undefined: Undefined | None = None
) -> str:
    """Return `text` with its variables expanded; calls `undefined(name, start, end)` for others."""
    if "$" not in text:
        return text
    return _Expansion(text, scope, depth, undefined).run()


def expand(text: ConfigText, scope: Scope, *, undefined: Undefined | None = None) -> ConfigText:
    """Return a configuration text with its variables expanded."""
    expanded = expand_text(text.text, scope, undefined=undefined)
    if expanded == text.text:
        return text
    return ConfigText(text=expanded, span=text.span, verbatim=False)


class _Expansion:
    def __init__(self, text: str, scope: Scope, depth: int, undefined: Undefined | None) -> None:
        self.text = text
        self.scope = scope
        self.depth = depth
        self.undefined = undefined
        self.out: list[str] = []
        self.length = 0
        self.in_string = False

    def run(self) -> str:
        """Expand the whole text."""
        at = 0
        while found := _INTERESTING.search(self.text, at):
            self._emit(self.text[at : found.start()])
            at = self._step(found.start())
        self._emit(self.text[at:])
        return "".join(self.out)

    def _emit(self, text: str) -> None:
        self.out.append(text)
        self.length += len(text)
        if self.length > MAX_LENGTH:
            raise ExpansionError("the values of variables grow without end")

    def _step(self, at: int) -> int:
        """Take the special character at `at`; return where it ends."""
        text = self.text
        end: int | None = at + 1
        if text[at] == "$":
            return self._dollar(at)
        if text[at] == '"':
            self.in_string = not self.in_string
        elif text.startswith("\\<", at):
            end = skip_bytes(text, at)
        elif text[at] == "\\" and self.in_string:
            end = at + 2
        elif text[at] == "'" and not self.in_string:
            end = skip_quoted(text, at)
        elif comment_starts(text, at) and not self.in_string:
            end = skip_comment(text, at)
        end = len(text) if end is None else end
        self._emit(text[at:end])
        return end

    def _dollar(self, at: int) -> int:
        if self.text.startswith("${", at):
            end = _closing(self.text, at + 1, "{", "}")
            return self._braced(at, end) if end else self._literal(at, at + 1)
        if self.text.startswith("$(", at):
            end = _closing(self.text, at + 1, "(", ")")
            return self._handler(at, end) if end else self._literal(at, at + 1)
        name = _NAME.match(self.text, at + 1)
        if not name:
            return self._literal(at, at + 1)
        value = self.scope.lookup(name.group(), self.depth)
        if value is None:
            return self._missing(name.group(), at, name.end())
        self._value(value)
        return name.end()

    def _braced(self, at: int, end: int) -> int:
        """`${...}`: what is inside is expanded first."""
        inside = expand_text(self.text[at + 2 : end - 1], self.scope, depth=self._deeper())
        found = _BRACED.fullmatch(inside)
        if not found:
            return self._literal(at, end)
        name, index, dash, default = found.groups()
        value = self.scope.lookup(name, self.depth)
        if value is None and not dash:
            return self._missing(name, at, end)
        if value is None:
            value = default
        elif index is not None:
            value = _word(value, index)
        if value is None:
            return self._literal(at, end)
        self._value(value)
        return end

    def _handler(self, at: int, end: int) -> int:
        """`$(...)` belongs to run-time scripts, unless it is the name of a variable."""
        body = self.text[at + 2 : end - 1]
        name = _NAME.fullmatch(body)
        value = self.scope.lookup(body, self.depth) if name else None
        if value is not None:
            self._value(value)
        else:
            self._emit(f"$({expand_text(body, self.scope, depth=self._deeper())})")
        return end

    def _deeper(self) -> int:
        if self.depth >= MAX_DEPTH:
            raise ExpansionError("variables are nested too deeply")
        return self.depth + 1

    def _value(self, value: str) -> None:
        self._emit(_escape(value) if self.in_string else value)

    def _literal(self, at: int, end: int) -> int:
        self._emit(self.text[at:end])
        return end

    def _missing(self, name: str, at: int, end: int) -> int:
        # `$1` and `$?` are what run-time scripts use; they are not mistyped variables.
        unknown = not self.scope.is_open(name)
        if self.undefined and unknown and not name.isdigit() and name not in {"?", "#", "$"}:
            self.undefined(name, at, end)
        return self._literal(at, end)


def _closing(text: str, at: int, opening: str, closing: str) -> int | None:
    """Return the position after the bracket that closes the one at `at`."""
    depth = 0
    for position in range(at, len(text)):
        if text[position] == opening:
            depth += 1
        elif text[position] == closing:
            depth -= 1
            if depth == 0:
                return position + 1
    return None


def _word(value: str, index: str) -> str | None:
    """Return a word of a value; empty when there are fewer, None when the index is no number."""
    if not re.fullmatch(r"\s*[0-9]{1,9}\s*", index):
        return None
    words = split_words(ConfigText(text=value, span=_NO_PLACE, verbatim=False))
    return words[int(index)].text if int(index) < len(words) else ""


def _escape(value: str) -> str:
    """Return a value as it is written inside double quotes."""
    escaped = re.sub(r'([\\"$])', r"\\\1", value)
    return re.sub(r"[\x00-\x1f\x7f]", lambda c: f"\\{ord(c.group()):03o}", escaped)
