"""What a user sees of a fault in pmill itself: a sentence and a file, never a traceback."""

from __future__ import annotations

import tempfile
import traceback


def report(error: Exception) -> str:
    """Write the traceback to a file and return the message that names it."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="pmill-crash-", suffix=".txt", delete=False
    ) as file:
        file.write("".join(traceback.format_exception(error)))
    return (
        f"error[PM0900]: internal error: {type(error).__name__}: {error}\n"
        f"  hint: this is a fault of pmill; please report it with {file.name}"
    )
