"""A page for every pass: what its module says of it, and what it does to its two test cases."""

from __future__ import annotations

import re
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from pmill.diagnostics import Diagnostics, Source
from pmill.driver import LLVM_PASSES, stages
from pmill.graph import print_graph
from pmill.options import CompileOptions
from pmill.passes import DEFAULT, Pass
from pmill.reference.text import fenced, plain

FOLDER = "reference/passes"
_LLVM_LEVEL: Final = 3
_WITH = "## Where it applies"
_WITHOUT = "## Where it does not"


def pass_pages(root: Path) -> dict[str, str]:
    """Return the list of the passes in their order, and a page for each.

    `root` is a checkout, whose tests have a configuration to which each pass applies, and one to
    which it does not.
    """
    found = {f"{FOLDER}/index.md": _index()}
    for p in DEFAULT:
        found[f"{FOLDER}/{p.name}.md"] = _graph_pass(p, root / "tests")
    for name in LLVM_PASSES:
        found[f"{FOLDER}/{name}.md"] = _llvm_pass(name)
    return found


def _index() -> str:
    rows = [(p.level, p.name, (type(p).__doc__ or "").splitlines()[0]) for p in DEFAULT]
    rows += [(_LLVM_LEVEL, name, text) for name, text in LLVM_PASSES.items()]
    lines = [f"| `-O{level}` | [{name}]({name}.md) | {text} |" for level, name, text in rows]
    return (
        "# Passes\n\n"
        "In the order in which they run, with the lowest level at which they do. The first change\n"
        "the graph of elements, the last LLVM's code. `--disable-pass NAME` turns one off, `-O0`\n"
        "all of them. `pmill explain CONFIG` says what each does to a configuration.\n\n"
        "| level | pass | what it does |\n| --- | --- | --- |\n" + "\n".join(lines) + "\n"
    )


def _graph_pass(p: Pass, tests: Path) -> str:
    needs = ", ".join(f"[{name}]({name}.md)" for name in p.requires)
    level = f"Runs from `-O{p.level}` on." + (f" Does nothing without {needs}." if needs else "")
    parts = [f"# {p.name}", _module_text(p), level]
    if options := _options(p):
        parts.append(f"## Options\n\n{options}")
    cases = tests / "passes" / p.name
    include = tests / "elements" / "extra"
    parts.append(f"{_WITH}\n\n{_case(p, cases / 'applies.click', include)}")
    parts.append(f"{_WITHOUT}\n\n{_case(p, cases / 'applies_not.click', include)}")
    return plain("\n\n".join(parts) + "\n")


def _llvm_pass(name: str) -> str:
    from pmill.llvm.pipeline import DEFAULT as OVER_CODE

    (found,) = [p for p in OVER_CODE if p.name == name]
    text = f"Runs at `-O{_LLVM_LEVEL}`, over LLVM's code."
    return plain(f"# {name}\n\n{_module_text(found)}\n\n{text}\n")


def _module_text(p: object) -> str:
    """The docstring of a pass's module, which shows the graph before and after."""
    return fenced(sys.modules[type(p).__module__].__doc__ or "").rstrip()


def _options(p: Any) -> str:
    """The fields of a pass, each with its value and what its source says below it."""
    source = Path(sys.modules[type(p).__module__].__file__ or "").read_text(encoding="utf-8")
    lines = []
    for each in fields(p):
        said = re.search(rf'^    {each.name}: [^\n]*\n    """(.*?)"""', source, re.M | re.S)
        text = re.sub(r"\s+", " ", said[1]) if said else ""
        lines.append(f"- `{each.name}` = {getattr(p, each.name)}: {text}")
    return "\n".join(lines)


def _case(p: Pass, file: Path, include: Path) -> str:
    """A configuration, what the pass says of it, and the graph that is there afterwards."""
    text = file.read_text(encoding="utf-8")
    options = CompileOptions(include=(include,))
    _, reports = stages(Source(file.name, text), options, Diagnostics())
    report = next(r for r in reports if r.name == p.name)
    notes = [f"{'+' if n.done else '-'} {n.where}: {n.text}" for n in report.notes(DEFAULT)]
    said = "\n".join([report.summary, *notes])
    parts = [
        f"```click\n{text.strip()}\n```",
        "The pass says (`+`: done, `-`: not done, and why):",
        f"```text\n{said}\n```",
    ]
    if any(n.done for n in report.notes(DEFAULT)):
        left = re.sub(r"^// .*\n", "", print_graph(report.graph), flags=re.MULTILINE)
        parts += ["and leaves", f"```click\n{left.strip()}\n```"]
    return "\n\n".join(parts)
