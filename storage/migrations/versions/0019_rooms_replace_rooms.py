"""Which room replaces which."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Which room replaces which."""
    op.add_column("room", sa.Column("successor", sa.String(), nullable=True))
    op.add_column("room", sa.Column("predecessor", sa.String(), nullable=True))
