"""Messages are coloured on a terminal, and nowhere else."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pmill.colour import coloured
from pmill.diagnostics import Diagnostic, Note, Source, Span

ESCAPES = re.compile(r"\033\[[0-9;]*m")
WRONG = "a :: Idle;\na :: Discard;\n"


def on_terminal(folder: Path, **environment: str) -> str:
    """Return what `pmill check` writes to a terminal about a wrong configuration."""
    (folder / "x.click").write_text(WRONG)
    ours, theirs = pty.openpty()
    env = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
    command = [sys.executable, "-m", "pmill", "check", "x.click"]
    import pmill

    env |= {"TERM": "xterm", "PYTHONPATH": str(Path(pmill.__file__).parents[1]), **environment}
    subprocess.run(command, cwd=folder, env=env, stderr=theirs, check=False)
    os.close(theirs)
    found = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        if not part:
            break
        found += part
    os.close(ours)
    return found.decode()


def test_on_a_terminal(tmp_path: Path) -> None:
    text = on_terminal(tmp_path)
    assert "\033[1;31merror[PM0303]:\033[0m" in text
    assert "\033[1;36mnote:\033[0m" in text
    assert "'pmill explain PM0303' says more." in text


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_those_who_want_none(tmp_path: Path, environment: dict[str, str]) -> None:
    text = on_terminal(tmp_path, **environment)
    assert "error[PM0303]:" in text
    assert "\033[" not in text


def test_colours_change_no_text() -> None:
    source = Source("x.click", "a ::\tIdle;\n1 | b\n")
    message = Diagnostic(
        code="PM0303",
        message="error: what: it says",
        span=Span(source, 0, 4),
        notes=(Note("there: note", Span(source, 11, 12)), Note("no place")),
        hint="do: it",
    )
    assert ESCAPES.sub("", coloured(str(message))) == str(message)
