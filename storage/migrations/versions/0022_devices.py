"""With which device an account ran last, and which backup a database was restored from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """With which device an account ran last, and which backup a database was restored from."""
    op.create_table(
        "device",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("new_since_ms", sa.BigInteger(), nullable=False),
        sa.Column("restored_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account"),
    )
