"""Presidio, in an environment of its own."""
