"""The command `pmill`, also as `python -m pmill`."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from typing import NoReturn

from pmill.cli import main


def run() -> NoReturn:
    """Run the command and leave with its status.

    Taking everything down in order, LLVM's modules among it, takes as long as linking a program.
    The process ends without: files are closed by then, and threads have been waited for.

    What is made here lives as long as the process: looking for garbage takes a sixth of the time
    of checking a large configuration, and finds none.
    """
    gc.disable()
    status = main()
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read it has gone
        status = status or 141
    except OSError as error:
        print(f"error: cannot write: {error.strerror}", file=sys.stderr)
        status = status or 1
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    run()
