"""Fuzzing: ``python -m tests.fuzz TARGET --seconds N`` with coverage (atheris); the corpus is run with every test."""
