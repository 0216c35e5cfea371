"""The tests of pmill."""
