"""Where the commands write what they make."""

from __future__ import annotations

import json
import sys
from pathlib import Path


def write_json(name: str, value: object) -> int:
    """Write a value as JSON to a file, or to standard output for `-`; return an exit status."""
    return write_output(name, json.dumps(value, indent=2) + "\n")


def write_output(name: str, text: str) -> int:
    """Write a text to a file, or to standard output for `-`; return an exit status."""
    data = text.encode("utf-8", "surrogateescape")
    if name == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
        return 0
    try:
        Path(name).write_bytes(data)
    except OSError as error:
        print(f"{name}: {error.strerror}", file=sys.stderr)
        return 1
    return 0
