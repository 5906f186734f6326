"""What begins by itself: follow-ups after months, and a pack that comes again and again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from storage.instants import from_ms
from storage.journal import Membership
from storage.transaction import Transaction
from tests.bot.journey import Journey, asked
from tests.builders import (
    ANN,
    BO,
    BOT,
    CIA,
    MONDAY_9H,
    OLGA,
    ORGANIZERS,
    TABLE_1,
    TABLE_2,
    pack_toml,
    step_toml,
)

STOCKHOLM = ZoneInfo("Europe/Stockholm")
CHECK_IN = step_toml("individual", "how", "sealed = false", length="72 h")


def recurring(every: str, *lines: str, at: str = "09.00") -> str:
    head, _, steps = pack_toml(CHECK_IN).partition("[[step]]")
    rule = "\n".join(["[recurrence]", f'every = "{every}"', f'at = "{at}"', *lines])
    return f"{head}{rule}\n[[step]]{steps}"


FOLLOWED = "\n".join(
    [
        pack_toml(step_toml("individual", "alone", "sealed = false", length="10 min")),
        "[[follow_up]]",
        'id = "autumn"',
        'after = "6 months"',
        'at = "09.00"',
        'title.en = "Autumn"',
        "[[follow_up.step]]",
        step_toml("individual", "since", "sealed = false", length="48 h"),
    ]
)


def asked_at(journey: Journey, title: str) -> list[str]:
    """When a step was put to table 1, as the wall in Stockholm showed it."""
    return [
        f"{one.sent_at.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}"
        for one in journey.shown(TABLE_1)
        if one.text.startswith(f"### {title}")
    ]


async def day_by_day(journey: Journey, until: date, restarts: tuple[date, ...] = ()) -> None:
    """Let the time pass, an alarm at a time and never more than a day at once."""
    while journey.now.astimezone(STOCKHOLM).date() < until:
        due_ms = await journey.asks(lambda tx: tx.occurrences.next_due_ms())
        tomorrow = journey.now + timedelta(days=1)
        due = tomorrow if not isinstance(due_ms, int) else from_ms(due_ms)
        before = journey.now.astimezone(STOCKHOLM).date()
        await journey.clock_shows(min(max(due, journey.now), tomorrow))
        if any(before < day <= journey.now.astimezone(STOCKHOLM).date() for day in restarts):
            await journey.bot_is_killed()
            await journey.bot_starts()


# ---------------------------------------------------------------- again and again


async def test_a_year_of_quarterly_rounds(journey: Journey) -> None:
    """Two changes of the clock, two restarts: every round once, at nine on the wall."""
    journey.has_pack("plan", recurring("quarter"))
    await journey.clock_shows(datetime(2026, 1, 15, 12, 0, tzinfo=UTC))
    assert await asked(journey, "!start plan") == (
        "🔁 **Lunch** comes by itself, next 2026-04-15 at 09:00, until you write `!stop series`."
    )

    await day_by_day(journey, date(2027, 1, 20), (date(2026, 3, 29), date(2026, 10, 25)))

    rounds = ["2026-04-15 09:00", "2026-07-15 09:00", "2026-10-15 09:00", "2027-01-15 09:00"]
    assert asked_at(journey, "How") == rounds
    told = [head for head in journey.heads(ORGANIZERS) if head.startswith("🔁 Lunch begins")]
    assert told == [
        "🔁 Lunch begins with 2 groups (plan-1): the first of its series",
        "🔁 Lunch begins with 2 groups (plan-2): number 2 of its series",
        "🔁 Lunch begins with 2 groups (plan-3): number 3 of its series",
        "🔁 Lunch begins with 2 groups (plan-4): number 4 of its series",
    ]
    assert journey.errors == []


async def test_a_monthly_meeting_leaves_out_july_and_holidays(journey: Journey) -> None:
    rule = recurring(
        "first tuesday", "skip_holidays = true", "skip_months = [7]", "times = 4", at="13.00"
    )
    journey.has_pack("meeting", rule)
    await journey.clock_shows(datetime(2026, 5, 20, 12, 0, tzinfo=UTC))
    await journey.writes(OLGA, "!start meeting")
    await day_by_day(journey, date(2027, 1, 1))

    assert asked_at(journey, "How") == [
        "2026-06-02 13:00",
        "2026-08-04 13:00",
        "2026-09-01 13:00",
        "2026-10-06 13:00",
    ]
    assert (await asked(journey, "!followups")).startswith("Nothing is booked.")


async def test_what_was_missed_comes_late_and_once(journey: Journey) -> None:
    journey.has_pack("daily", recurring("day").replace("72 h", "30 min"))
    await journey.writes(OLGA, "!start daily")
    await journey.bot_is_killed()
    journey.now = MONDAY_9H + timedelta(days=5, hours=2)
    await journey.bot_starts()

    assert asked_at(journey, "How") == ["2026-05-09 11:00"]
    await day_by_day(journey, date(2026, 5, 10))
    assert asked_at(journey, "How") == ["2026-05-09 11:00", "2026-05-10 09:00"]


async def test_a_series_is_ended_with_a_mark(journey: Journey) -> None:
    journey.has_pack("daily", recurring("day").replace("72 h", "30 min"))
    await journey.writes(OLGA, "!starta daily")
    assert (await asked(journey, "!start daily")).startswith("⚠️ `daily` comes again and again")
    question = await asked(journey, "!avsluta serien")
    assert question.startswith("⚠️ **Lunch** kommer inte att återkomma av sig själv.")

    await journey.marks(OLGA, journey.shown(ORGANIZERS)[-1].event_id)
    assert journey.answer() == "⏹️ **Lunch** återkommer inte mer."
    await day_by_day(journey, date(2026, 5, 8))
    assert asked_at(journey, "How") == []


async def test_one_now_and_the_others_by_themselves(journey: Journey) -> None:
    journey.has_pack("daily", recurring("day").replace("72 h", "30 min"))
    await journey.clock_shows(MONDAY_9H + timedelta(hours=3))
    await journey.writes(OLGA, "!start daily now")
    await day_by_day(journey, date(2026, 5, 6))

    assert asked_at(journey, "How") == ["2026-05-04 12:00", "2026-05-05 09:00", "2026-05-06 09:00"]


async def test_what_finds_its_groups_busy_waits_for_them(journey: Journey) -> None:
    journey.has_pack("daily", recurring("day").replace("72 h", "30 min"))
    await journey.writes(OLGA, "!start daily")
    journey.now = MONDAY_9H - timedelta(minutes=5)
    await journey.writes(OLGA, "!start lunch")
    await journey.clock_shows(MONDAY_9H)
    assert asked_at(journey, "How") == []
    waits = (
        "⏳ Lunch should begin now, but its groups are busy with lunch-1. It begins when that has "
        "ended."
    )
    assert journey.heads(ORGANIZERS).count(waits) == 1

    for minute in range(1, 31):
        await journey.clock_shows(MONDAY_9H + timedelta(minutes=minute))
    assert asked_at(journey, "Bye") == ["2026-05-04 09:29"]
    assert asked_at(journey, "How") == ["2026-05-04 09:30"]
    assert journey.heads(ORGANIZERS).count(waits) == 1


async def test_the_files_of_a_series_are_those_of_its_first_day(journey: Journey) -> None:
    """Whatever becomes of the folder in the meantime."""
    picture = step_toml("picture", "map", length="30 min", file="map.png")
    described = f'{picture}\ndescription.en = "The map"'
    source = recurring("day").replace(CHECK_IN, described)
    journey.has_pack("daily", source)
    file = journey.config.pack_folders[0] / "map.png"
    file.write_bytes(PNG)
    await journey.writes(OLGA, "!start daily")
    file.unlink()
    await day_by_day(journey, date(2026, 5, 5))

    def kept(tx: Transaction) -> list[bytes | None]:
        return [tx.pack_files.get(name, "map.png") for name in ("daily-1", "daily-2")]

    assert await journey.asks(kept) == [PNG, PNG]
    assert journey.errors == []


PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)


# ---------------------------------------------------------------- months later


async def runs_followed(journey: Journey) -> None:
    """The dialogue of a pack with a follow-up has been, and Ann, Bo and Cia have answered."""
    journey.has_pack("followed", FOLLOWED)
    journey.now = MONDAY_9H - timedelta(seconds=1)
    await journey.writes(OLGA, "!start followed")
    for who in (ANN, BO, CIA):
        await journey.writes(who, "Better")
    await journey.clock_shows(MONDAY_9H + timedelta(minutes=10))


async def test_the_follow_up_comes_half_a_year_later_to_those_who_are_left(
    journey: Journey,
) -> None:
    await runs_followed(journey)
    assert (await asked(journey, "!followups")) == (
        "**Follow-ups that are booked**\n\n1. **Autumn** (followed-1): 2026-11-04 at 09:00"
    )
    journey.chat.change_membership(TABLE_1, BO, Membership.LEAVE)
    await day_by_day(journey, date(2026, 11, 6), (date(2026, 10, 25),))

    assert asked_at(journey, "Since") == ["2026-11-04 09:00"]
    assert (
        "🔁 Autumn begins with 2 groups (followed-2): the follow-up of followed-1 – "
        "not there any more: `@bo:example.org` (Table 1)"
    ) in journey.heads(ORGANIZERS)
    await day_by_day(journey, date(2026, 11, 8))
    assert journey.heads(ORGANIZERS)[-1] == "Digest: Autumn"
    assert (await asked(journey, "!followups")).startswith("Nothing is booked.")


async def test_a_group_that_is_gone_is_named(journey: Journey) -> None:
    await runs_followed(journey)
    journey.chat._come_or_go(TABLE_2, comes=False)
    await journey.settles()
    await day_by_day(journey, date(2026, 11, 5))

    assert BOT not in journey.chat.rooms[TABLE_2].members
    assert (
        "🔁 Autumn begins with 1 group (followed-2): the follow-up of followed-1 – "
        "no longer reachable: Table 2"
    ) in journey.heads(ORGANIZERS)


@pytest.mark.parametrize(
    "command",
    ["!book followup 2027-10-05 9:00", "!boka uppföljning 2027-10-05 9.00", "!BOKA 1 2027-10-05 9"],
)
async def test_a_follow_up_is_moved(journey: Journey, command: str) -> None:
    await runs_followed(journey)
    assert "2027-10-05" in await asked(journey, command)
    await day_by_day(journey, date(2026, 11, 6))
    assert asked_at(journey, "Since") == []

    journey.now = datetime(2027, 10, 4, 7, 0, tzinfo=UTC)
    await day_by_day(journey, date(2027, 10, 6))
    assert asked_at(journey, "Since") == ["2027-10-05 09:00"]


async def test_a_follow_up_is_booked_before_the_day_ends(journey: Journey) -> None:
    journey.has_pack("followed", FOLLOWED)
    journey.now = MONDAY_9H - timedelta(seconds=1)
    await journey.writes(OLGA, "!start followed")
    await journey.writes(OLGA, "!book followup 2026-06-01 9:00")
    await journey.clock_shows(MONDAY_9H + timedelta(minutes=10))

    assert "2026-06-01 at 09:00" in await asked(journey, "!followups")
    await day_by_day(journey, date(2026, 12, 1))
    assert asked_at(journey, "Since") == ["2026-06-01 09:00"]


async def test_a_follow_up_is_cancelled_with_a_mark(journey: Journey) -> None:
    await runs_followed(journey)
    assert (await asked(journey, "!cancel 2")).startswith("⚠️ There is no follow-up of that number")
    assert (await asked(journey, "!avboka 1")).startswith("⚠️ Det här avbokar **Autumn**")
    await journey.marks(OLGA, journey.shown(ORGANIZERS)[-1].event_id)
    assert journey.answer() == "**Autumn** (followed-1) är avbokad."

    await day_by_day(journey, date(2026, 11, 6))
    assert asked_at(journey, "Since") == []


async def test_killed_as_it_begins_it_begins_once(journey: Journey) -> None:
    await runs_followed(journey)
    journey.chat.holds_before = True
    journey.now = datetime(2026, 11, 4, 8, 0, tzinfo=UTC)
    journey.app.clock.poke()
    await journey.until(journey.chat.held.is_set)
    await journey.bot_is_killed()
    journey.chat.let_go()
    await journey.bot_starts()

    assert asked_at(journey, "Since") == ["2026-11-04 09:00"]

    def dialogues(tx: Transaction) -> list[str]:
        return [one.id for one in tx.dialogues.in_status()]

    assert await journey.asks(dialogues) == ["followed-1", "followed-2"]
