"""Tests of the metadata models: what packets are in, and how drivers hand them over."""
