"""Lists of participants, who sits where, and the rooms of tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Lists of participants, who sits where, and the rooms of tables."""
    op.create_table(
        "seating",
        sa.Column("seating_no", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.Column("problems", sa.String(), nullable=False),
        sa.Column("groups", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("proved", sa.Boolean(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("todo", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("posted", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seating_no"),
    )
    op.create_table(
        "seated",
        sa.Column("seating_no", sa.Integer(), nullable=False),
        sa.Column("person_no", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["seating_no"], ["seating.seating_no"]),
        sa.PrimaryKeyConstraint("seating_no", "person_no"),
    )
    op.create_index("ix_seated_user_id", "seated", ["user_id"])
    op.create_table(
        "table_room",
        sa.Column("seating_no", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("room_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["seating_no"], ["seating.seating_no"]),
        sa.PrimaryKeyConstraint("seating_no", "number"),
    )
    op.create_index("ix_table_room_room_id", "table_room", ["room_id"])
