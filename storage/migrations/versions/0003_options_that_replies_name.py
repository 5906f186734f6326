"""Replies know which options they name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Replies know which options they name."""
    op.add_column("reply", sa.Column("choices", sa.String(), nullable=True))
