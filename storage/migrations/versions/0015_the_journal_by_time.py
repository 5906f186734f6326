"""The journal is sorted by time before room: what arrives together stands at its end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_COLUMNS = "sent_ms, room_id, event_id, state, sender, raw"


def upgrade() -> None:
    """The journal is sorted by time before room: what arrives together stands at its end."""
    op.drop_index("inbox_pending", table_name="inbox")
    op.rename_table("inbox", "inbox_by_room")
    if op.get_bind().dialect.name == "postgresql":
        # There a key keeps its name when its table gets another.
        op.execute("ALTER INDEX inbox_pkey RENAME TO inbox_by_room_pkey")
    op.create_table(
        "inbox",
        sa.Column("sent_ms", sa.BigInteger(), nullable=False),
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("sender", sa.String(), nullable=True),
        sa.Column("raw", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("sent_ms", "room_id", "event_id"),
        sqlite_with_rowid=False,
    )
    op.execute(
        f"INSERT INTO inbox ({_COLUMNS}) SELECT {_COLUMNS} FROM inbox_by_room"  # noqa: S608  names of ours
        " ORDER BY sent_ms, room_id, event_id"
    )
    op.drop_table("inbox_by_room")
    op.create_index(
        "inbox_pending",
        "inbox",
        ["event_id"],
        unique=False,
        sqlite_where=sa.text("state <> 0"),
        postgresql_where=sa.text("state <> 0"),
    )
