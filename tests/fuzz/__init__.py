"""Hostile events, made from a seed, against the whole bot; `python -m tests.fuzz` runs it long."""
