"""Tree to text: canonical Click that parses back to the same tree.

One statement a line, compounds indented, a chain broken before an arrow where its author broke it
or where the line would grow too long. With the trivia of its text, comments stay where they stood:

    a -> b// why              a -> b  // why
    -> c  x ::         =>       -> c;
    Queue ( 5 );              x :: Queue( 5 );

A comment in a place where no line can end goes to the end of the line.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from pmill.syntax import nodes
from pmill.syntax.trivia import NO_TRIVIA, Comment, Trivia

WIDTH = 100  # columns of a line, where it can be broken
_INDENT = "  "


def unparse(config: nodes.Config, trivia: Trivia = NO_TRIVIA) -> str:
    """Return a configuration as text, with the comments and blank lines of `trivia`."""
    printer = _Printer(trivia)
    lines: list[str] = []
    printer.body(lines, config.statements, "", len(trivia.text))
    return "".join(line + trivia.newline for line in lines)


class _Printer:
    """Prints one tree. Lines hold further line breaks where strings and comments have them."""

    def __init__(self, trivia: Trivia) -> None:
        self.trivia = trivia
        self.taken = 0  # how many comments are printed or waiting
        self.waiting: list[Comment] = []  # comments for the end of the line
        self.measuring = False  # first lines alone: bodies are left out

    def body(
        self, lines: list[str], statements: tuple[nodes.Statement, ...], indent: str, end: int
    ) -> None:
        """Append statements, and the comments before, between and behind them up to `end`."""
        opened = len(lines)
        for statement in statements:
            start = self.trivia.start(statement.span)
            lead = self._own_lines(lines, indent, start, opened, leads=True)
            first = lead[0].start if lead else start
            if len(lines) > opened and self.trivia.follows_blank_line(first):
                lines.append("")
            before = "".join(f"{comment.text} " for comment in lead)
            lines.append(f"{indent}{before}{self._statement(statement, indent)}")
        self._own_lines(lines, indent, end, opened, leads=False)

    # --- comments ---------------------------------------------------------------------------------

    def _take(self, until: int) -> list[Comment]:
        """Take the comments that begin before `until`."""
        first = self.taken
        comments = self.trivia.comments
        while self.taken < len(comments) and comments[self.taken].start < until:
            self.taken += 1
        return list(comments[first : self.taken])

    def _own_lines(
        self, lines: list[str], indent: str, until: int, opened: int, *, leads: bool
    ) -> list[Comment]:
        """Append the comments up to `until` to the last line, or as lines of their own.

        Returns those that stand in one line with what begins there, if any can (`leads`).
        """
        lead: list[Comment] = []
        full = not lines
        for comment in self._take(until):
            if leads and not comment.ends_line and comment.before == until:
                lead.append(comment)
            elif comment.starts_line or full:
                self._end_line(lines, indent)
                if len(lines) > opened and self.trivia.follows_blank_line(comment.start):
                    lines.append("")
                lines.append(comment.text if comment.is_directive else indent + comment.text)
                full = comment.fills_line
            else:
                self.waiting.append(comment)
        self._end_line(lines, indent)
        return lead

    def _end_line(self, lines: list[str], indent: str) -> None:
        if self.waiting:
            lines[-1] += self._notes(indent)

    def _notes(self, indent: str) -> str:
        """Return what the waiting comments append to a line, with the lines that follow it."""
        text = ""
        full = False
        for comment in self.waiting:
            if comment.is_directive:
                text += self.trivia.newline + comment.text
            elif comment.starts_line or full:
                text += self.trivia.newline + indent + comment.text
            else:
                text += f"  {comment.text}"
            full = comment.fills_line
        self.waiting.clear()
        return text

    def _inline(self, at: int) -> str:
        """Return the comments before the token at `at`; those that end their line have to wait."""
        text = ""
        for comment in self._take(at):
            if comment.ends_line or self.waiting:
                self.waiting.append(replace(comment, starts_line=False))
            else:
                text += f"{comment.text} "
        return text

    # --- statements -------------------------------------------------------------------------------

    def _statement(self, statement: nodes.Statement, indent: str) -> str:
        match statement:
            case nodes.Chain():
                return f"{self._chain(statement, indent)};"
            case nodes.Declaration():
                return f"{self._declaration(statement, indent)};"
            case nodes.ClassDefinition():
                name = self._name(statement.name)
                end = ";" if isinstance(statement.class_, nodes.ClassName) else ""
                return f"elementclass {name} {self._class(statement.class_, indent)}{end}"
            case nodes.Definitions():
                return f"define{self._config(statement.config)};"
            case nodes.Requirement():
                return f"require{self._config(statement.config)};"
            case _:
                assert_never(statement)

    def _chain(self, chain: nodes.Chain, indent: str) -> str:
        first, *stages = chain.stages
        text = indent + self._stage(first, indent)
        arrows = list(chain.arrows)
        if text == indent:  # the chain begins with an arrow
            text += self._segment("", arrows.pop(0), stages.pop(0), indent)
        current, further = indent, indent + _INDENT
        for arrow, stage in zip(arrows, stages, strict=True):
            lead = self._before_arrow(arrow, stage)
            notes = self._notes(further)
            fits = _fits(text, self._first_line(lead, arrow, stage))
            if notes or not fits or self._broken(arrow, stage):
                current = further
                text += notes + self.trivia.newline + further
            else:
                text += " "
            text += self._segment(lead, arrow, stage, current)
        return text.strip()

    def _segment(self, lead: str, arrow: nodes.Arrow, stage: nodes.Stage, indent: str) -> str:
        kind = arrow.kind if arrow.context is None else f"~{arrow.context}>"
        return f"{lead}{kind} {self._stage(stage, indent)}"

    def _first_line(self, lead: str, arrow: nodes.Arrow, stage: nodes.Stage) -> str:
        """Return the first line of what comes next in a chain, and print nothing."""
        taken, waiting, self.measuring = self.taken, list(self.waiting), True
        line = self._segment(lead, arrow, stage, "").partition("\n")[0]
        self.taken, self.waiting, self.measuring = taken, waiting, False
        return line.rstrip()

    def _broken(self, arrow: nodes.Arrow, stage: nodes.Stage) -> bool:
        """Return whether the author broke the chain at an arrow, before or behind it."""
        places = (self.trivia.start(arrow.span), self.trivia.start(stage.span))
        return not self.trivia.firsts.isdisjoint(places)

    def _before_arrow(self, arrow: nodes.Arrow, stage: nodes.Stage) -> str:
        """Return the comments right before an arrow, and let wait those that end a line there.

        A line that ended behind the arrow will end before it, with its comments.
        """
        comments = self._take(self.trivia.start(arrow.span))
        taken = self.taken
        behind = self._take(self.trivia.start(stage.span))
        if any(comment.ends_line for comment in behind):
            comments += behind
        else:
            self.taken = taken
        last = max((n for n, comment in enumerate(comments, 1) if comment.ends_line), default=0)
        self.waiting += comments[:last]
        return "".join(f"{comment.text} " for comment in comments[last:])

    def _stage(self, stage: nodes.Stage, indent: str) -> str:
        return ", ".join(self._endpoint(endpoint, indent) for endpoint in stage.endpoints)

    def _endpoint(self, endpoint: nodes.Endpoint, indent: str) -> str:
        text = self._inline(self.trivia.start(endpoint.span))
        if endpoint.inputs:
            text += _ports(endpoint.inputs)
        if endpoint.element:
            text += " " if endpoint.inputs else ""
            text += self._element(endpoint.element, indent)
        return text + (_ports(endpoint.outputs) if endpoint.outputs else "")

    # --- elements and classes ---------------------------------------------------------------------

    def _element(self, element: nodes.ElementExpression, indent: str) -> str:
        lead = self._inline(self.trivia.start(element.span))
        match element:
            case nodes.Reference():
                return lead + self._name(element.name) + self._config(element.config)
            case nodes.Declaration():
                return lead + self._declaration(element, indent)
            case nodes.Anonymous():
                return lead + self._class(element.compound, indent) + self._config(element.config)
            case nodes.Group():
                return lead + self._group(element, indent)
            case _:
                assert_never(element)

    def _declaration(self, declaration: nodes.Declaration, indent: str) -> str:
        names = ", ".join(self._name(name) for name in declaration.names)
        class_ = self._class(declaration.class_, indent)
        return f"{names} :: {class_}{self._config(declaration.config)}"

    def _name(self, name: nodes.Name) -> str:
        return self._inline(self.trivia.start(name.span)) + name.text

    def _config(self, config: nodes.ConfigString | None) -> str:
        if config is None:
            return ""
        notes = self._inline(self.trivia.start(config.span) - 1)
        return f" {notes}({config.text})" if notes else f"({config.text})"

    def _group(self, group: nodes.Group, indent: str) -> str:
        lines = ["("]
        self._inside(lines, group.statements, indent, self.trivia.end(group.span) - 1)
        return self._closed(lines, "(", indent, ")")

    def _class(self, class_: nodes.ClassExpression, indent: str) -> str:
        start = self.trivia.start(class_.span)
        lead = self._inline(start)
        if isinstance(class_, nodes.ClassName):
            return lead + class_.text
        closing = self.trivia.end(class_.span) - 1
        opening = "{" + _formals(class_.alternatives[0].formals)
        lines = [opening]
        last = len(class_.alternatives) - (0 if class_.extends else 1)
        for number, alternative in enumerate(class_.alternatives):
            if number:
                lines.append(f"{indent}||{_formals(alternative.formals)}")
            statements = alternative.statements
            start = self.trivia.end(statements[-1].span) if statements else start
            end = self.trivia.next_bars(start) if number < last else closing
            self._inside(lines, statements, indent, end)
            start = end + len("||")
        if class_.extends:
            lines.append(f"{indent}|| ...")
            self._inside(lines, (), indent, closing)
        return lead + self._closed(lines, opening, indent, "}")

    def _inside(
        self, lines: list[str], statements: tuple[nodes.Statement, ...], indent: str, end: int
    ) -> None:
        """Append the body of a compound or group that is itself indented by `indent`."""
        if self.measuring:
            lines.append("")
        else:
            self.body(lines, statements, indent + _INDENT, end)

    def _closed(self, lines: list[str], opening: str, indent: str, closing: str) -> str:
        """Return a body as text; one that is empty is closed in its first line."""
        if lines == [opening]:
            return f"{opening} {closing}"
        return self.trivia.newline.join([*lines, indent + closing])


def _fits(text: str, segment: str) -> bool:
    """Return whether a segment, and a `;`, can go on the last line of a text."""
    return len(text) - text.rfind("\n") - 1 + len(f" {segment};") <= WIDTH


def _ports(ports: nodes.PortList) -> str:
    items = [str(p.first) if p.first == p.last else f"{p.first}-{p.last}" for p in ports.items]
    return f"[{', '.join(items)}{',' if ports.expandable and items else ''}]"


def _formals(formals: tuple[nodes.Formal, ...] | None) -> str:
    if formals is None:
        return ""
    shown = [f" {f.keyword} ${f.name}" if f.keyword else f" ${f.name}" for f in formals]
    return f"{','.join(shown)} |"
