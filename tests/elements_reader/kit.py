"""Headers for tests: an element of which only the interesting part is written."""

from __future__ import annotations

from pathlib import Path

from pmill.diagnostics import Diagnostics, Source
from pmill.elements import ElementSpec
from pmill.elements.reader import read_header

_HEADER = """\
#pragma once
#include <pmill/element.hh>

namespace pmill::elements {{

{doc}
struct {name} {{
  static constexpr Spec spec{{{spec}}};
{head}
  static void push(auto &self, auto &packet) {{ emit<0>(self, packet); }}
}};

}}  // namespace pmill::elements
"""


def header(
    head: str = "",
    *,
    name: str = "Thing",
    spec: str = "",
    doc: str = "/// Does it.\n/// @group test",
) -> str:
    """Return the text of a header."""
    return _HEADER.format(name=name, spec=spec, doc=doc, head=head)


def write(folder: Path, text: str, name: str = "Thing") -> Path:
    """Write a header to where its name belongs."""
    path = folder / f"{name.lower()}.hh"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def read(text: str, name: str = "Thing") -> ElementSpec:
    """Return what the reader makes of a header that it must accept."""
    diags = Diagnostics()
    spec = read_header(Source(f"{name}.hh", text), f"test/{name.lower()}.hh", diags)
    diags.stop_if_errors()
    assert spec is not None
    return spec
