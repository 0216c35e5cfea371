"""Click's commands, for whoever has Click's command lines: `click`, `click-flatten` and others.

words.py reads their options, source.py the configuration they name, messages.py says what is wrong
in Click's words. Each command is a module with a `main`: command.py is `click` itself.
"""
