"""The commands that Click's users and test files call, as small scripts that call pmill."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Final

from pmill.diagnostics import fail

_PMILL: Final = """\
#!/bin/sh
# {name}: made by 'pmill install-shims'.
exec {python} -P -c {code} {words} "$@"
"""
# What there is no word of pmill for.
_SCRIPTS: Final = {
    "click-provides": """\
#!/bin/sh
# click-provides: made by 'pmill install-shims'.
exec "${0%/*}"/click-buildtool provides "$@"
""",
    "not": """\
#!/bin/sh
# not: made by 'pmill install-shims'. Succeeds when a command fails.
if "$@"; then exit 1; fi
""",
}
_COMMANDS: Final = {
    "click": "click",
    "click-buildtool": "click-buildtool",
    "click-check": "click-check",
    "click-flatten": "click-flatten",
}


def install_shims(directory: Path) -> list[str]:
    """Write the commands into a directory; return their names. PM0703 when that is impossible."""
    texts = {name: _command(name, word) for name, word in _COMMANDS.items()} | _SCRIPTS
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            path = directory / name
            path.unlink(missing_ok=True)  # a link must not lead to what is overwritten
            path.write_text(text)
            path.chmod(0o755)
    except OSError as error:
        raise fail(
            "PM0703", f"cannot write '{error.filename}': {error.strerror}", hint="choose another"
        ) from None
    return sorted(texts)


def _command(name: str, word: str) -> str:
    """Return a script that starts this very pmill with this very interpreter."""
    here = str(Path(__file__).resolve().parent.parent)
    code = f"import sys; sys.path.insert(0, {here!r}); from pmill.cli import main; sys.exit(main())"
    return _PMILL.format(
        name=name, python=shlex.quote(sys.executable), code=shlex.quote(code), words=word
    )
