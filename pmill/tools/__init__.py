"""The commands that read a configuration and print what they make of it.

    pmill flatten | fmt | check | undead | xform | graph | provides | explain

One module is one command: `main(argv)` returns its exit status. `words` reads command lines,
`source` finds the configuration, `start` does both for a command, `output` writes. A command
raises DiagnosticError for what is wrong with its input; whoever called it prints that.
"""
