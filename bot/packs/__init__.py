"""Packs: which there are, the files beside them, and those that organizers drop."""
