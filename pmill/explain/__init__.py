"""The compiler explains itself: what it made of a configuration, place by place, and why.

explain      all there is to say: passes, hot path, instructions, layout
text, json_form, html_page    the forms in which it is said
"""

from pmill.explain.explanation import Explanation, explain

__all__ = ["Explanation", "explain"]
