"""Arguments that name another element: `ElementRef<ARPTable>` in a header, `TABLE arpt` here.

A name is looked up as Click does: beside the element that uses it, then outside of each compound
around it. In `lan/out/querier`, `arpt` is `lan/out/arpt`, else `lan/arpt`, else `arpt`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmill.diagnostics import Note, did_you_mean
from pmill.elements.spec import ArgSpec
from pmill.graph import Value
from pmill.syntax import unquote
from pmill.syntax.flat import ConfigText

if TYPE_CHECKING:
    from pmill.elaborate.assignment import ElementContext


def reference(arg: ArgSpec, class_name: str, item: ConfigText, ctx: ElementContext) -> Value | None:
    """Return the element that a text names; None after reporting that it names none (PM0411) or
    one of another class (PM0412).
    """
    text = unquote(item.text.removeprefix("!").lstrip())
    name = next((n for n in candidates(text, ctx.name) if n in ctx.elements), None)
    if name is None:
        fitting = [n for n, e in ctx.elements.items() if e.class_name == class_name]
        ctx.error(
            "PM0411",
            f"{arg.keyword}: there is no element '{text}'",
            item.span,
            did_you_mean(text, fitting) or f"declare it: {text or 'name'} :: {class_name}",
        )
        return None
    found = ctx.elements[name]
    if found.class_name not in (class_name, None):
        ctx.error(
            "PM0412",
            f"{arg.keyword}: element '{name}' is of class {found.class_name}, not {class_name}",
            item.span,
            notes=(Note(f"'{name}' is declared here", found.span),),
            hint=f"name an element of class {class_name}",
        )
        return None
    return Value(cpp="", text=name, click=item.text, element=name)


def candidates(text: str, user: str) -> list[str]:
    """Return the names that a text can mean where `user` stands, the nearest one first."""
    scope = user.split("/")[:-1]
    return ["/".join((*scope[:depth], text)) for depth in range(len(scope), -1, -1)]
