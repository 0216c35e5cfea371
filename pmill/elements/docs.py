"""Specs -> documentation: plain text for `pmill elements`, Markdown for docs/elements/."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping

from pmill.elements.arguments import PORTS
from pmill.elements.spec import ArgSpec, CounterSpec, ElementSpec

_WIDTH = 100
_HIDDEN = "\N{NO-BREAK SPACE}"


def describe(spec: ElementSpec) -> str:
    """Return everything about a class, for a terminal."""
    parts = [f"{spec.name} - {spec.summary}", _indented(_usage(spec))]
    if spec.description:
        parts.append(spec.description)
    if spec.arguments:
        parts.append("Arguments\n" + "\n".join(_argument(a, spec) for a in spec.arguments))
    parts.append("Ports\n" + _list(_ports(spec)))
    for title, kind in (("Counters", "read"), ("Drops", "drop")):
        items = [(h.name, _counter_text(h)) for h in spec.counters if h.kind == kind]
        if items:
            parts.append(f"{title}\n" + _list(items))
    if shown := _handlers(spec):
        parts.append("Handlers\n" + _list((name, f"{how}: {text}") for name, how, text in shown))
    if said := _workers(spec):
        parts.append(f"Several workers\n{_filled(said)}")
    if spec.examples:
        parts.append("Example\n" + "\n".join(f"  {example}" for example in spec.examples))
    if spec.aliases:
        parts.append(f"Also called {', '.join(spec.aliases)}.")
    parts.append(f"Described in {spec.header}, group {spec.group}.")
    return "\n\n".join(parts) + "\n"


def list_elements(library: Mapping[str, ElementSpec]) -> str:
    """Return one line for each class, by group."""
    width = max((len(name) for name in library), default=0)
    lines: list[str] = []
    for group, specs in _by_group(library.values()).items():
        lines.append(f"{group}:")
        lines += [f"  {spec.name:{width}}  {spec.summary}" for spec in specs]
    return "\n".join(lines) + "\n"


def markdown(spec: ElementSpec) -> str:
    """Return the page of a class."""
    parts = [f"# {spec.name}", spec.summary, f"```click\n{_usage(spec)}\n```"]
    if spec.description:
        parts.append(spec.description)
    if spec.arguments:
        rows = [
            (f"`{a.keyword}`", _cell(_type(a, spec)), _cell(_how(a)), _cell(a.doc))
            for a in spec.arguments
        ]
        parts.append("## Arguments\n\n" + _table(("Keyword", "Type", "Given", "Meaning"), rows))
    parts.append("## Ports\n\n" + "\n".join(f"- {name}: {text}" for name, text in _ports(spec)))
    if spec.counters:
        counters = [(f"`{h.name}`", h.kind, _cell(_counter_text(h))) for h in spec.counters]
        parts.append("## Counters\n\n" + _table(("Name", "Kind", "Meaning"), counters))
    if shown := _handlers(spec):
        functions = [(f"`{name}`", how, _cell(text)) for name, how, text in shown]
        parts.append("## Handlers\n\n" + _table(("Name", "Kind", "Meaning"), functions))
    if said := _workers(spec):
        parts.append(f"## Several workers\n\n{said}")
    if spec.examples:
        parts.append("## Example\n\n```click\n" + "\n".join(spec.examples) + "\n```")
    if spec.aliases:
        parts.append("Also called " + ", ".join(f"`{alias}`" for alias in spec.aliases) + ".")
    parts.append(f"Described in `{spec.header}`; this page is generated from it.")
    return "\n\n".join(parts) + "\n"


def markdown_index(specs: Iterable[ElementSpec]) -> str:
    """Return the page that lists all classes; pages are `Name.md` beside it."""
    parts = ["# Elements", "Generated from the headers below `runtime/elements`."]
    for group, members in _by_group(specs).items():
        lines = [f"- [{spec.name}]({spec.name}.md): {spec.summary}" for spec in members]
        parts.append(f"## {group}\n\n" + "\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _workers(spec: ElementSpec) -> str:
    """What several workers mean for the element; empty where it makes no difference."""
    if spec.shared:
        return "All workers use one state, under a lock."
    only = "One worker alone may have packets for it. " if spec.workers == "one" else ""
    return only + spec.workers_doc


def _by_group(specs: Iterable[ElementSpec]) -> dict[str, list[ElementSpec]]:
    groups: dict[str, list[ElementSpec]] = {}
    for spec in sorted(specs, key=lambda s: (s.group, s.name.lower())):
        groups.setdefault(spec.group, []).append(spec)
    return groups


def _usage(spec: ElementSpec) -> str:
    """`Class(MANDATORY, [OPTIONAL], [REST...], [KEYWORD value])`."""
    words = [a.keyword for a in spec.arguments if a.mandatory]
    words += [f"[{a.keyword}]" for a in spec.arguments if a.positional and not a.mandatory]
    words += [f"[{a.keyword}...]" for a in spec.arguments if a.rest]
    words += [
        f"[{a.keyword} value]"
        for a in spec.arguments
        if not (a.positional or a.mandatory or a.rest)
    ]
    # A line never ends inside a word: its spaces are hidden from the filling.
    text = f"{spec.name}({', '.join(w.replace(' ', _HIDDEN) for w in words)})"
    text = textwrap.fill(text, _WIDTH - 2, break_long_words=False, break_on_hyphens=False)
    return text.replace(_HIDDEN, " ") if words else spec.name


def _argument(argument: ArgSpec, spec: ElementSpec) -> str:
    """An argument and, below it, what it means."""
    title = f"  {argument.keyword}: {_type(argument, spec)}, {_how(argument)}"
    return f"{title}\n{_filled(argument.doc)}"


def _type(argument: ArgSpec, spec: ElementSpec) -> str:
    """The type as a user of configurations knows it."""
    words = _words(argument, spec)
    if words:
        return words
    if argument.type.startswith("List<"):
        return f"list of {argument.type.removeprefix('List<').removesuffix('>')}"
    if argument.type.startswith("Anno<"):
        return f"annotation of {argument.type[5:-1]} bytes".replace("1 bytes", "1 byte")
    if argument.type in PORTS:
        return f"port of {argument.type.removesuffix('Port').upper()}"
    if argument.element_class:
        return f"name of an element {argument.element_class}"
    return argument.type.removeprefix("std::").removesuffix("_t")


def _words(argument: ArgSpec, spec: ElementSpec) -> str:
    values = next((e.values for e in spec.enums if e.name == argument.type), ())
    return " | ".join(value.replace("_", "-") for value in values)


def _how(argument: ArgSpec) -> str:
    """How a configuration gives the argument, and what holds when it does not."""
    facts = []
    if argument.rest:
        facts.append("all remaining arguments")
    elif argument.mandatory:
        facts.append("mandatory")
    else:
        facts.append(f"default {_default(argument.default or '')}")
        facts += [f"{_default(text)} with --dialect={d}" for d, text in argument.by_dialect]
    if argument.ranges:
        facts.append(f"{argument.ranges[0]} to {argument.ranges[1]}")
    if argument.bare:
        facts.append("an address alone means that address")
    if argument.aliases:
        facts.append(f"also written {', '.join(argument.aliases)}")
    return ", ".join(facts)


def _default(initialiser: str) -> str:
    """An initialiser without its C++: `{}` is nothing, `{17}` is 17, `Contents::hex` is hex."""
    if initialiser == "{}":
        return "none"
    inner = initialiser.removeprefix("{").removesuffix("}") if initialiser[:1] == "{" else ""
    _, scope, word = (inner or initialiser).rpartition("::")
    return word.replace("_", "-") if scope else word


def _ports(spec: ElementSpec) -> list[tuple[str, str]]:
    """Counts and codes for both sides, in words."""
    counts = spec.ports.partition("/")
    codes = spec.processing.partition("/")
    sides = [
        ("inputs", counts[0], codes[0]),
        ("outputs", counts[2] or counts[0], codes[2] or codes[0]),
    ]
    found = [(side, f"{_count(n)}{_processing(code, n)}") for side, n, code in sides]
    if spec.cold:
        found.append(("rarely taken", _outputs(spec.cold)))
    found += [
        (verb, f"metadata {', '.join(fields)}")
        for verb, fields in (("reads", spec.reads), ("writes", spec.writes))
        if fields
    ]
    return found


def _outputs(numbers: tuple[int, ...]) -> str:
    return ("output " if len(numbers) == 1 else "outputs ") + ", ".join(map(str, numbers))


def _count(code: str) -> str:
    low, dash, high = code.partition("-")
    if code.startswith("="):
        return "as many as inputs" + (f", and {len(code) - 1} more" if len(code) > 1 else "")
    if not dash:
        return "none" if low == "0" else low
    if not high:
        return f"{low} or more" if low not in ("", "0") else "any number"
    return f"{low or '0'} to {high}"


def _processing(code: str, count: str) -> str:
    """The letters of one side; the last one holds for all further ports."""
    if count == "0":
        return ""
    names = {"h": "push", "l": "pull", "a": "push or pull"}
    words = [names[letter] for letter in code]
    if len(set(words)) == 1:
        return f", {words[0]}"
    first = ", ".join(f"port {i} {w}" for i, w in enumerate(words[:-1]))
    return f", {first}, others {words[-1]}"


def _counter_text(handler: CounterSpec) -> str:
    if handler.output is None:
        return handler.doc
    return f"{handler.doc} Leaves on output {handler.output} if that is connected."


def _handlers(spec: ElementSpec) -> list[tuple[str, str, str]]:
    """Name, kind and meaning of what is read or written while the program runs, counters aside."""
    kinds = {(True, False): "read", (False, True): "write", (True, True): "read and write"}
    shown = [
        (a.handler[0], kinds[True, a.handler[1]], f"The argument {a.keyword}.")
        for a in spec.arguments
        if a.handler
    ]
    return shown + [(h.name, kinds[h.reads, h.writes], h.doc) for h in spec.handlers]


def _list(items: Iterable[tuple[str, str]]) -> str:
    """One line for each pair where it fits, else the text below its title."""
    lines: list[str] = []
    for title, text in items:
        line = f"  {title:12}  {text}"
        lines.append(line if len(line) <= _WIDTH else f"  {title}\n{_filled(text)}")
    return "\n".join(lines)


def _filled(text: str) -> str:
    return textwrap.fill(text, _WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6)


def _table(titles: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [" | ".join(titles), " | ".join("---" for _ in titles)]
    lines += [" | ".join(row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _indented(text: str) -> str:
    return textwrap.indent(text, "  ")
