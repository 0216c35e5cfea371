"""`pmill doctor`: what this machine has of what pmill needs, and what would mend it."""

from pmill.doctor.command import main

__all__ = ["main"]
