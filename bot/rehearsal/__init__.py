"""Rehearsing a pack with made-up people: the bot itself, on a stage of its own."""
