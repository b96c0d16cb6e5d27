"""Benchmarks: ``python -m tests.bench`` measures everything in one run and writes ``docs/benchmarks.md``."""
