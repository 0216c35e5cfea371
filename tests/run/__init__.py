"""Tests of what runs compiled programs."""
