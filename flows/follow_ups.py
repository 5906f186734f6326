"""What comes after a dialogue: shorter ones with the same groups, weeks or months later."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flows.packs.pack import FollowUp, Pack
from flows.recurrence import add_months
from flows.wall import on_the_wall


def follow_up_pack(pack: Pack, follow_up_id: str) -> Pack:
    """The pack as it is run for one of its follow-ups: that one's title and steps.

    Raises:
        LookupError: the pack has no follow-up of that id; the database is not of this program.
    """
    follow_up = pack.follow_up(follow_up_id)
    if follow_up is None:
        message = f"the pack {pack.name} has no follow-up {follow_up_id}"
        raise LookupError(message)
    return replace(
        pack,
        title=follow_up.title,
        steps=follow_up.steps,
        follow_ups=(),
        recurrence=None,
        self_paced=False,
    )


def due_at(follow_up: FollowUp, ended_at: datetime, zone: ZoneInfo) -> datetime:
    """When a follow-up begins, in UTC, of a dialogue that ended at `ended_at`."""
    ended_on = ended_at.astimezone(zone).date()
    day = add_months(ended_on, follow_up.after_months) + timedelta(days=follow_up.after_days)
    return on_the_wall(day, follow_up.at, zone)
