"""Runs test files in Click's format, `.clicktest` and `.testie`: `pmill test`.

parser.py reads a file into tests, execute.py runs one, compare.py judges what it wrote, report.py
tells, and command.py is the command line around them.
"""

from pmill.clicktest.command import main

__all__ = ["main"]
