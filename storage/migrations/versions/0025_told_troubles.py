"""What lasts and has been told, so that the next process can tell of its end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """What lasts and has been told, so that the next process can tell of its end."""
    op.create_table(
        "told_trouble",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("rooms", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("kind"),
    )
