"""Benchmarks: one runnable module for each question. See README.md for the commands and for what came out."""
