"""`python -m pmill`."""

from pmill.cli import main

raise SystemExit(main())
