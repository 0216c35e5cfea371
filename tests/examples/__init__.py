"""Tests that compile and run the example configurations."""
