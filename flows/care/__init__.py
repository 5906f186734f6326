"""Hearing when somebody writes that she is in danger, by patterns that anybody can read.

What is found is an occasion for a person to act, never a judgement of a person. Nothing here
guesses: a rule has a name, and what it does not know it does not find.
"""
