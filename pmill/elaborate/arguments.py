"""Arguments: a configuration string becomes a typed value for every member of `Args`.

A value written `!value` must stay changeable while the program runs. Its value is that of the
text behind the mark, and `Value.click` keeps the mark. Strings, patterns and other arguments that
are a little language of their own have no such mark: a `!` is a part of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pmill.diagnostics import did_you_mean
from pmill.elaborate.assignment import (
    KEYWORD,
    Assigned,
    ElementContext,
    assign,
    is_positional,
    report_misfits,
)
from pmill.elaborate.initializers import UnreadableDefault, default_list, default_value
from pmill.elaborate.lowerings import LoweringContext, find_lowering
from pmill.elaborate.references import reference
from pmill.elaborate.values import (
    ArgType,
    BadValue,
    find_type,
    item_type,
    list_value,
    parse_value,
    scalar_value,
)
from pmill.elements.spec import ArgSpec, ElementSpec
from pmill.graph import Value
from pmill.syntax import split_arguments, split_words, unquote
from pmill.syntax.flat import ConfigText


def read_arguments(config: ConfigText, ctx: ElementContext) -> dict[str, Value] | None:
    """Return the value of every argument in the order of the spec; None after an error.

    After the first error the other arguments are still checked, but lowerings are not run: they
    may look at the values of all arguments before theirs.
    """
    assigned = assign(split_arguments(config), ctx.spec)
    _share_names(assigned, ctx)
    good = report_misfits(assigned, ctx)
    values: dict[str, Value] = {}
    for arg in ctx.spec.arguments:
        given = assigned.given.get(arg.name)
        if (given is None and arg.mandatory) or (arg.lowering is not None and not good):
            continue
        value = _value(arg, given, values, ctx)
        if value is None:
            good = False
        else:
            span = given[0].span.to(given[-1].span) if given else None
            values[arg.name] = replace(value, span=span) if span else value
    return values if good else None


def _share_names(assigned: Assigned, ctx: ElementContext) -> None:
    """Let what names one argument's address name another's, where that is missing and may be so."""
    for arg in ctx.spec.arguments:
        named = assigned.given.get(arg.named_by or "", ())
        if arg.name not in assigned.given and len(named) == 1:
            text = named[0].text
            if ctx.literal(arg.type, text) != text:
                assigned.given[arg.name] = named


def canonical_config(spec: ElementSpec, values: Mapping[str, Value]) -> str:
    """Write the arguments that were given: positional ones first, then keywords, in spec order."""
    positional: list[str] = []
    keywords: list[str] = []
    rest: list[str] = []
    gap = False
    for arg in spec.arguments:
        click = values[arg.name].click
        if arg.rest:
            rest += [] if click is None else [click]
        elif click is None:
            gap = gap or is_positional(arg)
        elif is_positional(arg) and not gap and not KEYWORD.match(click):
            positional.append(click)
        else:
            keywords.append(f"{arg.keyword} {click}")
    # The last argument is dropped when it is empty, so one that counts is followed by a comma.
    text = ", ".join([*positional, *rest, *keywords])
    return f"{text}," if text.endswith(", ") or (rest == [""] and text == "") else text


def _value(
    arg: ArgSpec,
    given: tuple[ConfigText, ...] | None,
    values: Mapping[str, Value],
    ctx: ElementContext,
) -> Value | None:
    """Return the value of an argument, given or not; None after reporting an error."""
    if given is None and arg.default is not None:
        return _default(arg, ctx)
    if arg.lowering is not None:
        return _lowered(arg, arg.lowering, given or (), values, ctx)
    items = given or ()
    if arg.element_class is not None:
        return reference(arg, arg.element_class, items[0], ctx)
    element_type = item_type(arg.type)
    arg_type = find_type(element_type or arg.type, ctx.spec, bare=arg.bare)
    if arg_type is None:
        ctx.error("PM0408", f"{arg.keyword}: type '{arg.type}' needs a @lowering", arg.span)
        return None
    if element_type is None:
        return _scalar(arg, arg_type, items[0], ctx)
    return _list(arg, arg_type, items, ctx)


def _scalar(arg: ArgSpec, arg_type: ArgType, item: ConfigText, ctx: ElementContext) -> Value | None:
    found = _object(arg, arg_type, item, ctx)
    if found is None:
        return None
    marked = _is_marked(arg_type, item)
    return replace(scalar_value(arg_type, found, item.text or '""'), marked=marked)


def _list(
    arg: ArgSpec, arg_type: ArgType, items: tuple[ConfigText, ...], ctx: ElementContext
) -> Value | None:
    """Value a list: the arguments left over, or the words of one argument."""
    words = items if arg.rest else tuple(w for item in items for w in split_words(item))
    found = [_object(arg, arg_type, word, ctx) for word in words]
    for word, x in zip(words, found, strict=True):
        if isinstance(x, str) and (not x or " " in x):
            # `Value.text` joins the items with spaces.
            what = f"{arg.keyword}: an item of this list cannot be empty or contain spaces"
            ctx.error("PM0404", what, word.span)
            return None
    if any(x is None for x in found):
        return None
    marked = any(_is_marked(arg_type, word) for word in words)
    return replace(list_value(arg_type, found, _click(items)), marked=marked)


def _object(arg: ArgSpec, arg_type: ArgType, item: ConfigText, ctx: ElementContext) -> object:
    """Return what a text denotes, None after reporting that it is no such value."""
    text = item.text
    hint: str | None = None
    if arg_type.is_text:
        if len(split_words(item)) > 1:
            ctx.error(
                "PM0404",
                f"{arg.keyword}: expected one string, not several words",
                item.span,
                "put it in quotes",
            )
            return None
        text = unquote(item)
    elif _is_marked(arg_type, item):
        text = text[1:].lstrip()
    try:
        found: object = parse_value(arg_type, ctx.literal(arg_type.cpp_name, text), arg.ranges)
        return found
    except BadValue as error:
        m = KEYWORD.match(item.text)
        if m is not None:
            keywords = [a.keyword for a in ctx.spec.arguments if not a.rest]
            hint = did_you_mean(m["keyword"], keywords)
        code = "PM0405" if error.out_of_range else "PM0404"
        ctx.error(code, f"{arg.keyword}: {error}", item.span, hint)
        return None


def _is_marked(arg_type: ArgType, item: ConfigText) -> bool:
    return item.text.startswith("!") and not arg_type.is_text


def _lowered(
    arg: ArgSpec,
    name: str,
    items: tuple[ConfigText, ...],
    values: Mapping[str, Value],
    ctx: ElementContext,
) -> Value | None:
    lower = find_lowering(name)
    if lower is None:
        ctx.error("PM0409", f"{arg.keyword}: there is no lowering '{name}'", arg.span)
        return None
    span = items[0].span.to(items[-1].span) if items else ctx.span
    value = lower(
        items,
        LoweringContext(
            diags=ctx.diags,
            label=ctx.label,
            span=span,
            declared=ctx.declared,
            outputs=ctx.outputs,
            values=dict(values),
            dialect=ctx.dialect,
            literal=ctx.literal,
            name=ctx.name,
            elements=ctx.elements,
            patterns=ctx.names.patterns,
            files=ctx.files,
        ),
    )
    return None if value is None else replace(value, click=_click(items))


def _click(items: tuple[ConfigText, ...]) -> str | None:
    return ", ".join(item.text for item in items) if items else None


def _default(arg: ArgSpec, ctx: ElementContext) -> Value | None:
    """Return the value a header gives to an argument that was not given."""
    initialiser = dict(arg.by_dialect).get(ctx.dialect, arg.default or "")
    element_type = item_type(arg.type)
    arg_type = find_type(element_type or arg.type, ctx.spec, bare=arg.bare)
    if arg_type is None:
        return _struct_default(initialiser, is_list=element_type is not None)
    words = next(
        (e.values for e in ctx.spec.enums if arg_type.cpp_name == f"{ctx.spec.name}::{e.name}"), ()
    )
    try:
        if element_type is not None:
            return default_list(arg_type, initialiser, words)
        return default_value(arg_type, initialiser, words)
    except UnreadableDefault as error:
        ctx.diags.error(
            "PM0407",
            f"{ctx.spec.name}: {arg.keyword}: cannot read the default '{error}'",
            arg.span,
            hint="write a literal, constant arithmetic or a constructor of values.hh",
        )
        return None


def _struct_default(initialiser: str, *, is_list: bool) -> Value:
    """Return the default of a type that only its lowering knows: C++ as written, no text."""
    if is_list:
        inside = initialiser.strip().removeprefix("{").removesuffix("}").strip()
        return Value(cpp=inside, text="", click=None, count=1 if inside else 0)
    return Value(cpp=initialiser, text="", click=None)
