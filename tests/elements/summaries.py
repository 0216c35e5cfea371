"""Summary dumps for tests: read into columns, written from rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tests.conftest import ROOT

TABLE = (ROOT / "runtime" / "src" / "summary" / "fields.cc").read_text(encoding="utf-8")
ROW = re.compile(r'^\s*\{"(\w+)",\s*"([\w ]*)",\s*(?:meta::\w+|\{\}),', re.M)
# All fields, in the order of the table; a payload is read as one word.
FIELDS: tuple[str, ...] = tuple(m[1] for m in ROW.finditer(TABLE))
ALIASES: Mapping[str, str] = {a: m[1] for m in ROW.finditer(TABLE) for a in m[2].split()}
WORD = re.compile(r'"(?:\\.|[^"\\])*"|\S+', re.S)


def read_dump(path: Path) -> list[dict[str, str]]:
    """Return the values of each line by field; lines that begin with `!` are left out."""
    text = path.read_text(encoding="latin-1")
    (names,) = re.findall(r"^!data (.*)$", text, re.M)
    rows = [WORD.findall(line) for line in text.split("\n") if line and not line.startswith("!")]
    return [dict(zip(names.split(), row, strict=True)) for row in rows]


def dump(fields: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """Return the text of a dump; a row has a dash where it says nothing."""
    lines = ["!IPSummaryDump 1.3", f"!data {' '.join(fields)}"]
    lines += [" ".join(str(row.get(name, "-")) for name in fields) for row in rows]
    return "\n".join(lines) + "\n"


def quoted(payload: bytes) -> str:
    """Return bytes as ToIPSummaryDump writes a payload."""
    named = {b"\n": "\\n", b"\r": "\\r", b"\t": "\\t", b'"': '\\"', b"\\": "\\\\", b"$": "\\$"}

    def one(byte: int) -> str:
        plain = chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}"
        return named.get(bytes([byte]), plain)

    return f'"{"".join(map(one, payload))}"'
