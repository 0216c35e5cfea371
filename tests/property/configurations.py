"""Random configurations that mean something, as hypothesis draws and shrinks them."""

from __future__ import annotations

from hypothesis import strategies as st

from pmill.verify.random_language import language_configuration


def configurations() -> st.SearchStrategy[str]:
    """Draw the text of a configuration that compiles."""
    return st.randoms(use_true_random=False).map(language_configuration)
