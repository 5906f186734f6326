"""Seating people at tables: who they are, what is asked of the tables, who sits where."""
