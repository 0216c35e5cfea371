"""`pmill explain`: what a message means, at length and with an example.

    pmill explain PM0301      pm0301, 0301 and 301 are the same code; several may be given
    pmill explain             all codes by stage
    pmill explain FILE        what the compiler makes of a configuration: pmill/explain

The stories are the files of pmill/explanations/, one a code:

    # PM0301: the title                  then what it means, why, and what is behind it

    Wrong:                               indented text: the configuration, or `$ pmill WORDS`
    Right, in brand.hh:                  another file; `With lib/x.click:` belongs to both

Tests run the examples, so that they stay true. Where they cannot, `<!-- untried: why -->` stands
below the label; comments are not shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pmill.diagnostics import DiagnosticError, Diagnostics
from pmill.resources import explanations_dir
from pmill.tools.output import write_output
from pmill.tools.start import Command, refuse, start_words
from pmill.tools.words import Option, WrongWords

# What the hundreds of the codes stand for.
STAGES: Final = {
    1: "the text of a configuration",
    2: "headers of elements",
    3: "names, classes and variables",
    4: "arguments of elements",
    5: "ports and connections",
    6: "passes and options",
    7: "compiler, linker and files that are written",
    8: "command lines, captures and programs that run",
    9: "pmill itself, and what it measures",
}

_CODE: Final = re.compile(r"(?:PM)?(\d{1,4})", re.IGNORECASE | re.ASCII)
_COMMENT: Final = re.compile(r"^<!--.*?-->\n", re.DOTALL | re.MULTILINE)
_NEAREST: Final = 3

_COMMAND: Final = Command(
    name="pmill explain",
    about="Explain the codes of messages, such as PM0301; without one, list them all.\n"
    "With a configuration, explain what is made of it: pmill explain FILE --help.",
    synopsis="[CODE]... | FILE [OPTION]...",
    options=(
        Option(name="help", help="print this text"),
        Option(name="version", short="v", help="print the version"),
    ),
)


def main(argv: Sequence[str]) -> int:
    """Print what the codes mean; 1 when there is none of that name."""
    if _names_configuration(argv):
        from pmill.explain.commands import explain_main

        return explain_main(argv)
    words = start_words(_COMMAND, argv)
    if isinstance(words, int):
        return words
    if words.variables or words.eal is not None:
        return refuse(_COMMAND, WrongWords("all words must be codes, such as PM0301"))
    known = codes()
    if not words.files:
        return write_output("-", _listing(known))
    asked = _asked(words.files, known)
    return write_output("-", "\n".join(story(code) for code in asked))


def _names_configuration(argv: Sequence[str]) -> bool:
    """Whether a word is a file, or looks like one: a code has neither dots nor slashes."""
    words = [word for word in argv if word == "-" or not word.startswith("-")]
    return any(
        not _CODE.fullmatch(word)
        and (word == "-" or "." in word or "/" in word or Path(word).is_file())
        for word in words
    )


def codes() -> dict[str, str]:
    """Return the titles of all codes, in order."""
    return {file.stem: _title(file) for file in sorted(explanations_dir().glob("PM*.md"))}


def story(code: str) -> str:
    """Return what a code means, as it is shown."""
    text = (explanations_dir() / f"{code}.md").read_text(encoding="utf-8")
    return _COMMENT.sub("", text).removeprefix("# ")


def _title(file: Path) -> str:
    with file.open(encoding="utf-8") as lines:
        return next(lines).partition(":")[2].strip()


def _asked(words: Sequence[str], known: dict[str, str]) -> list[str]:
    """Return the codes that words name, each once; DiagnosticError if one names none."""
    diags = Diagnostics()
    found = []
    for word in words:
        match = _CODE.fullmatch(word)
        if match is None:
            hint = "write PM0301, or 301; 'pmill explain' alone lists all codes"
            diags.error("PM0801", f"'{word}' is no code of a message", hint=hint)
            continue
        code = f"PM{int(match[1]):04}"
        if code in known:
            found.append(code)
        else:
            diags.error("PM0801", f"no message has the code {code}", hint=_near(code, known))
    if diags.has_errors:
        raise DiagnosticError(tuple(diags))
    return list(dict.fromkeys(found))


def _near(code: str, known: dict[str, str]) -> str:
    """Name the codes whose numbers are nearest."""
    number = int(code[2:])
    nearest = sorted(known, key=lambda other: abs(int(other[2:]) - number))[:_NEAREST]
    told = "; ".join(f"{other}, {known[other]}" for other in sorted(nearest))
    return f"the nearest are {told}"


def _listing(known: dict[str, str]) -> str:
    lines = []
    for hundred, stage in STAGES.items():
        lines += ["", f"PM{hundred:02}xx: {stage}"]
        lines += [
            f"  {code}  {title}" for code, title in known.items() if code[2:4] == f"{hundred:02}"
        ]
    return "\n".join([*lines[1:], "", "'pmill explain CODE' says more.", ""])
