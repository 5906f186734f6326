"""Alembic migrations, numbered, one way."""
