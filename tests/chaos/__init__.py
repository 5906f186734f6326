"""Chaos: the bot is killed again and again while people write, and nothing may be lost or doubled.

`make chaos ARGS="--kills 200 --seed 7"` runs it long and prints the reckoning; a short version
is a test like others.
"""
