"""Elements outside of pmill, each with a body of its own, for tests of what LLVM makes of them."""

from __future__ import annotations

from pathlib import Path

from pmill.diagnostics import DiagnosticError, Diagnostics, Source
from pmill.driver import compile_config
from pmill.options import CompileOptions

_HEADER = """\
#pragma once
#include <pmill/element.hh>
{includes}
namespace pmill::elements {{
/// Tries something.
/// @group test
/// @example FromDPDKDevice(0) -> Own -> Discard;
struct Own {{
  static constexpr Spec spec{{.ports = "1/1"}};
  struct State {{
    Count seen;  ///< @read What passed.
{state}
  }};
  static void push(auto &self, auto &packet) {{
    {body}
    emit<0>(self, packet);
  }}
{more}
}};
}}  // namespace pmill::elements
"""

CONFIG = "FromDPDKDevice(0)\n  -> own :: Own\n  -> Discard;\n"


def write_own(
    folder: Path, body: str, *, includes: str = "", state: str = "", more: str = ""
) -> Path:
    """Write the header of `Own`, which does `body` with every packet."""
    folder.mkdir(exist_ok=True)
    text = _HEADER.format(includes=includes, state=state, body=body, more=more)
    (folder / "own.hh").write_text(text)
    return folder


def compiled(
    folder: Path, *, config: str = CONFIG, emit: str = "obj", **options: object
) -> tuple[bytes, Diagnostics]:
    """Compile a configuration that uses what is in a folder."""
    diags = Diagnostics()
    chosen = CompileOptions(include=(folder,), **options)  # type: ignore[arg-type]
    data = compile_config(Source("own.click", config), chosen, diags, emit=emit).data
    assert data is not None
    return data, diags


def refused(folder: Path, *, config: str = CONFIG, **options: object) -> DiagnosticError:
    """Compile what is expected to be refused."""
    try:
        compiled(folder, config=config, **options)
    except DiagnosticError as error:
        return error
    raise AssertionError("it was not refused")
