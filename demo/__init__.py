"""A dialogue to look at: an embedded homeserver, simulated people, and the bot among them.

For development only; not part of the installed program.
"""
