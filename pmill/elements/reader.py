"""Reads an element header's declarative head: header text -> `ElementSpec`.

The grammar is grammar/element.lark. Whatever it or the checks here refuse becomes a PM02xx
diagnostic with a caret into the header:

PM0201 header's name and element's name differ    PM0207 unknown type of an argument
PM0202 construct that cannot be read              PM0208 unknown or misused @tag
PM0203 doc comment lacks something                PM0209 argument's doc or default
PM0204 Spec: unknown, repeated or ill-typed field PM0210 order and keywords of arguments
PM0205 Spec: port, processing or flow code        PM0211 counters of State
PM0206 Spec: unknown metadata field               PM0212 declarations behind a function
                                                  PM0213 handlers

Only this module and settings.py import lark; `library.py` imports it only when its cache is cold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from functools import cache

from lark import Lark, TextSlice, Token, Tree, UnexpectedInput

from pmill.diagnostics import Diagnostics, Note, Source, Span, did_you_mean
from pmill.elements.arguments import TAGS, Member, build_argument, check_order, integer
from pmill.elements.head import Head, find_head
from pmill.elements.settings import (
    CODES,
    EXAMPLES,
    KINDS,
    children,
    flag_of,
    names_in,
    number_of,
    subtrees,
    text_of,
    tokens,
    workers_of,
)
from pmill.elements.spec import (
    ArgSpec,
    CounterSpec,
    ElementSpec,
    EnumSpec,
    HandlerSpec,
)
from pmill.elements.syntax_errors import report_syntax
from pmill.elements.tags import read_element_doc, read_member_doc
from pmill.resources import grammar_dir, runtime_dir

# Kinds of handlers that are functions: whether they can be read and written.
_HANDLERS: Mapping[str, tuple[bool, bool]] = {
    "Read": (True, False),
    "Write": (False, True),
    "ReadWrite": (True, True),
}


def read_header(source: Source, header: str, diags: Diagnostics) -> ElementSpec | None:
    """Return the spec of the element in `source`, whose include path is `header`.

    Report everything wrong with it and return None when it is not a legal element header.
    """
    stem = header.rpartition("/")[2].removesuffix(".hh")
    head = find_head(source, stem, diags)
    if head is None:
        return None
    try:
        tree = _parser().parse(TextSlice(source.text, head.start, head.end))
    except UnexpectedInput as e:
        report_syntax(e, _parser(), source, head, diags)
        return None
    return _Reader(source, head, diags).read(tree, header)


@cache
def metadata_fields() -> tuple[str, ...]:
    """The names that runtime/include/pmill/meta.hh declares in namespace meta."""
    text = (runtime_dir() / "include" / "pmill" / "meta.hh").read_text(encoding="utf-8")
    declared = r"^inline constexpr (?:Annotation<[^>]*>|FieldSet) (\w+)"
    return tuple(re.findall(declared, text, re.MULTILINE))


@cache
def packet_parts() -> tuple[str, ...]:
    """The names that runtime/include/pmill/spec.hh declares in namespace part."""
    text = (runtime_dir() / "include" / "pmill" / "spec.hh").read_text(encoding="utf-8")
    return tuple(re.findall(r"^inline constexpr PartSet (\w+)\{", text, re.MULTILINE))


@cache
def _parser() -> Lark:
    text = (grammar_dir() / "element.lark").read_text(encoding="utf-8")
    return Lark(text, parser="lalr", propagate_positions=True, maybe_placeholders=False)


class _Reader:
    """Walks one header's tree; every method reports on its own and goes on."""

    def __init__(self, source: Source, head: Head, diags: Diagnostics) -> None:
        self.source = source
        self.head = head
        self.diags = diags

    def read(self, tree: Tree[Token], header: str) -> ElementSpec | None:
        before = sum(1 for _ in self.diags)
        lines = [self.span(t) for t in tokens(tree, "DOC_LINE")]
        doc = read_element_doc(lines, self.head.name_span, self.diags)
        if not self.head.has_function:
            name = self.head.name
            self.diags.error(
                "PM0212", f"element '{name}' has neither push nor poll", self.head.name_span
            )
        settings = self.settings(tree)
        enums = self.enums(tree)
        arguments = self.arguments(tree, enums)
        counters = self.counters(tree)
        handlers = self.handlers(tree, arguments)
        if doc is not None:
            self.check_workers(settings, doc.workers)
        if doc is None or sum(1 for _ in self.diags) > before:
            return None
        return ElementSpec(
            name=self.head.name,
            header=header,
            group=doc.group,
            summary=doc.summary,
            description=doc.description,
            examples=doc.examples,
            aliases=doc.aliases,
            needs=doc.needs,
            span=self.head.name_span,
            arguments=arguments,
            counters=counters,
            handlers=handlers,
            enums=tuple(enums.values()),
            ports=text_of(settings, "ports", "1/1"),
            processing=text_of(settings, "processing", "a/a"),
            flow=text_of(settings, "flow", "x/x"),
            reads=names_in(settings, "reads"),
            expects=names_in(settings, "expects"),
            writes=names_in(settings, "writes"),
            renews=names_in(settings, "renews"),
            cold=tuple(sorted({int(n) for n in names_in(settings, "cold")})),
            resizes=flag_of(settings, "resizes"),
            shared=flag_of(settings, "shared"),
            source=flag_of(settings, "source"),
            everywhere=flag_of(settings, "everywhere"),
            stateful=any(next(tokens(state, "NAME"), "") for state in children(tree, "state")),
            workers=workers_of(settings),
            workers_doc=doc.workers,
            single=flag_of(settings, "single"),
            clones=flag_of(settings, "clones"),
            keeps=flag_of(settings, "keeps"),
            fills=flag_of(settings, "fills"),
            yields=flag_of(settings, "yields"),
            prepares=self.head.prepares,
            foresees=self.head.foresees,
            shares=tuple(text_of(settings, "shares", "").split()),
            passes=flag_of(settings, "passes"),
            through=flag_of(settings, "through"),
            edits=names_in(settings, "edits"),
            puts=number_of(settings, "puts"),
            marks=flag_of(settings, "marks"),
            checks=flag_of(settings, "checks"),
        )

    # --- Spec ---------------------------------------------------------------------------------

    def settings(self, tree: Tree[Token]) -> dict[str, Tree[Token]]:
        """The values of the Spec by field, each of the kind its field needs."""
        found: dict[str, Tree[Token]] = {}
        for setting in subtrees(tree, "setting"):
            name = next(tokens(setting, "NAME"))
            value = next(children(setting, *EXAMPLES))
            self.check_setting(name, value, found)
            found.setdefault(name, value)
        return found

    def check_setting(
        self, name: Token, value: Tree[Token], found: Mapping[str, Tree[Token]]
    ) -> None:
        if name not in KINDS:
            self.diags.error(
                "PM0204",
                f"Spec has no field '{name}'",
                self.span(name),
                hint=did_you_mean(name, list(KINDS)) or f"fields: {', '.join(KINDS)}",
            )
            return
        if name in found:
            note = Note("the first time", self.tree_span(found[name]))
            self.diags.error("PM0204", f"'.{name}' twice", self.span(name), notes=(note,))
            return
        if value.data != KINDS[name]:
            hint = f"for example '.{name} = {EXAMPLES[KINDS[name]]}'"
            span = self.tree_span(value)
            self.diags.error("PM0204", f"'.{name}' cannot be '{span.text}'", span, hint=hint)
            return
        if name in CODES:
            self.check_code(name, value)
        for field in subtrees(value, "field"):
            self.check_field(next(tokens(field, "NAME")))
        for part in subtrees(value, "part"):
            self.check_part(next(tokens(part, "NAME")))
        if value.data == "number" and integer(self.tree_span(value).text) is None:
            self.diags.error("PM0204", f"'.{name}' is a whole number", self.tree_span(value))
        for number in tokens(value, "NUMBER") if value.data == "ports" else ():
            if not number.isdecimal() or int(number) > 63:
                self.diags.error("PM0204", "an output is a number to 63", self.span(number))

    def check_code(self, name: str, value: Tree[Token]) -> None:
        pattern, meaning = CODES[name]
        token = next(tokens(value, "STRING"))
        if not pattern.fullmatch(token[1:-1]):
            self.diags.error(
                "PM0205", f"{token} is no {name} code", self.span(token), hint=f"write {meaning}"
            )

    def check_workers(self, settings: Mapping[str, Tree[Token]], said: str) -> None:
        """What is said of several workers, a user must be able to read."""
        if text_of(settings, "workers", "") in ("each", "flow", "one") and not said:
            self.diags.error(
                "PM0203",
                f"the doc comment of element '{self.head.name}' does not say what several workers"
                " mean for it",
                self.tree_span(settings["workers"]),
                hint="write '/// @workers Every worker has ... of its own.' above the struct",
            )

    def check_field(self, token: Token) -> None:
        known = metadata_fields()
        if token not in known:
            self.diags.error(
                "PM0206",
                f"no metadata field is called '{token}'",
                self.span(token),
                hint=did_you_mean(token, list(known)) or "runtime/include/pmill/meta.hh lists them",
            )

    def check_part(self, token: Token) -> None:
        if token not in packet_parts():
            known = list(packet_parts())
            hint = did_you_mean(token, known) or f"parts: {', '.join(known)}"
            self.diags.error(
                "PM0206", f"no part of a packet is called '{token}'", self.span(token), hint=hint
            )

    # --- enumerations, Args, State ------------------------------------------------------------

    def enums(self, tree: Tree[Token]) -> dict[str, EnumSpec]:
        found: dict[str, EnumSpec] = {}
        for enum in subtrees(tree, "enumeration"):
            name, *values = tokens(enum, "NAME")
            found[str(name)] = EnumSpec(name=str(name), values=tuple(str(v) for v in values))
        return found

    def arguments(self, tree: Tree[Token], enums: Mapping[str, EnumSpec]) -> tuple[ArgSpec, ...]:
        members = [self.member(node) for node in subtrees(tree, "argument")]
        built = [build_argument(m, enums, self.diags) for m in members]
        arguments = tuple(a for a in built if a is not None)
        check_order(arguments, self.diags)
        return arguments

    def member(self, node: Tree[Token]) -> Member:
        types = [self.tree_span(t) for t in children(node, "type")]
        values = [self.tree_span(v) for v in children(node, "value", "braces")]
        name = self.span(next(tokens(node, "NAME")))
        return Member(
            name=name,
            type=types[0],
            default=values[0] if values else None,
            doc=read_member_doc(map(self.span, tokens(node, "TRAIL")), TAGS, self.diags),
            span=name,
        )

    def counters(self, tree: Tree[Token]) -> tuple[CounterSpec, ...]:
        """The counters with a tag; other documented members must not look like one."""
        found: list[CounterSpec] = []
        for state in children(tree, "state"):
            for stray in tokens(state, "TRAIL"):
                if re.search(r"@\w", stray):
                    self.diags.error(
                        "PM0211",
                        "only a Count can be shown to the user",
                        self.span(stray),
                        hint="declare it 'Count name;  ///< @read What it counts.'",
                    )
            found += [c for node in children(state, "counter") if (c := self.counter(node))]
        return tuple(found)

    def handlers(self, tree: Tree[Token], arguments: Iterable[ArgSpec]) -> tuple[HandlerSpec, ...]:
        """The functions that a user may call, of all kinds."""
        names = {a.name for a in arguments}
        nodes = [n for h in children(tree, "handlers") for n in children(h, "handler")]
        return tuple(h for node in nodes if (h := self.handler(node, names)))

    def handler(self, node: Tree[Token], arguments: Set[str]) -> HandlerSpec | None:
        kind, name = tokens(node, "NAME")
        doc = read_member_doc(
            map(self.span, tokens(node, "TRAIL")), {"keeps": 1, "called": 1}, self.diags
        )
        keeps = next((tag.words[0] for tag in doc.tags if tag.name == "keeps"), None)
        called = next((tag.words[0] for tag in doc.tags if tag.name == "called"), str(name))
        if kind not in _HANDLERS:
            hint = f"kinds: {', '.join(_HANDLERS)}"
            self.diags.error(
                "PM0213", f"'{kind}' is no kind of handler", self.span(kind), hint=hint
            )
        elif not doc.text:
            self.diags.error("PM0213", f"handler '{name}' has no doc", self.span(name))
        elif keeps is not None and keeps not in arguments:
            tag = next(tag.span for tag in doc.tags if tag.name == "keeps")
            self.diags.error("PM0213", f"'@keeps {keeps}' names no argument", tag)
        else:
            reads, writes = _HANDLERS[str(kind)]
            return HandlerSpec(
                name=called,
                member=str(name),
                reads=reads,
                writes=writes,
                doc=doc.text,
                span=self.span(name),
                keeps=keeps,
            )
        return None

    def counter(self, node: Tree[Token]) -> CounterSpec | None:
        member = next(tokens(node, "NAME"))
        lines = [self.span(t) for t in tokens(node, "TRAIL")]
        doc = read_member_doc(lines, {"read": 0, "drop": 0}, self.diags)
        if not doc.tags:
            return None
        tag = doc.tags[0]
        problem: str | None = None
        if len(doc.tags) > 1:
            problem, tag = "a counter has one tag", doc.tags[1]
        elif tag.number is not None and (tag.name != "drop" or not tag.number):
            problem = "only '@drop(OUTPUT)' has a number"
        elif not doc.text:
            problem = f"'@{tag.name}' says nothing about '{member}'"
        if problem:
            self.diags.error("PM0211", problem, tag.span)
            return None
        return CounterSpec(
            name=str(member),
            member=str(member),
            kind="drop" if tag.name == "drop" else "read",
            doc=doc.text,
            span=self.span(member),
            output=int(tag.number) if tag.number else None,
        )

    # --- places -------------------------------------------------------------------------------

    def span(self, token: Token) -> Span:
        start = token.start_pos or 0
        return Span(self.source, start, start + len(token))

    def tree_span(self, tree: Tree[Token]) -> Span:
        return Span(self.source, tree.meta.start_pos, tree.meta.end_pos)
