"""Who did what, from the organizers' room: noted, shown, handed out."""

from __future__ import annotations

import csv
import io
from datetime import UTC, timedelta

import pytest
import sqlalchemy as sa

from bot.rendering.log import CSV_COLUMNS, line, to_csv
from bot.wording import wording
from flows.audit import Act, Deed, Entry, Head, faults
from tests.bot.journey import Journey
from tests.builders import ANN, BO, MONDAY_9H, OLGA, ORGANIZERS, pack_toml, step_toml

OPEN = pack_toml(
    step_toml("individual", "alone", "sealed = false", length="10 min"),
    step_toml("individual", "again", "sealed = false", length="10 min"),
    step_toml("plenary", "bye", length="1 min"),
)
SECRET = "Kalle at number 4 never eats"


async def noted(journey: Journey) -> list[Entry]:
    return await journey.database.write(lambda tx: list(tx.audit.all()))


async def told(journey: Journey, command: str) -> str:
    before = len(journey.texts(ORGANIZERS))
    await journey.writes(OLGA, command)
    return "\n".join(journey.texts(ORGANIZERS)[before:])


async def much_is_done(journey: Journey) -> None:
    journey.has_pack("open", OPEN)
    journey.now = MONDAY_9H - timedelta(seconds=1)
    await journey.writes(OLGA, "!start open")
    await journey.writes(ANN, SECRET)
    await journey.writes(BO, "Soup for all")
    for command in (
        f"!hold back “{SECRET}” names a child",
        "!release 1 the family agreed",
        "!extend 5",
        "!pause",
        "!resume",
        "!say all We go on",
        "!skip 2",
        "!settings language english",
        "!settings language klingon",
        "!digest",
        "!export json",
        "!next",
        "!stop open-1",
    ):
        await journey.writes(OLGA, command)


async def test_what_organizers_do_is_noted_with_who_where_and_why(journey: Journey) -> None:
    await much_is_done(journey)

    entries = await noted(journey)
    assert [(one.deed.act, one.deed.subject, one.deed.reason) for one in entries] == [
        (Act.START, "", ""),
        (Act.HOLD, "1", "names a child"),
        (Act.RELEASE, "1", "the family agreed"),
        (Act.EXTEND, "alone +300 s", ""),
        (Act.PAUSE, "", ""),
        (Act.RESUME, "", ""),
        (Act.SAY, "1, 2", ""),
        (Act.SKIP, "again", ""),
        (Act.SETTING, "language = en", ""),
        (Act.DIGEST, "", ""),
        (Act.EXPORT, "full/json", ""),
        (Act.NEXT, "alone", ""),
        (Act.STOP, "", ""),
    ]
    assert {(one.deed.actor, one.deed.room) for one in entries} == {(OLGA, ORGANIZERS)}
    without_dialogue = {Act.SAY, Act.SETTING}
    assert {one.deed.act for one in entries if one.deed.dialogue != "open-1"} == without_dialogue
    assert faults(entries) == []


@pytest.mark.parametrize(
    ("act", "subject", "reason", "shown"),
    [
        (Act.EXTEND, "alone +300 s", "", "flyttade slutet på ett steg alone +5 minuter"),
        (Act.EXTEND, "alone -60 s", "", "flyttade slutet på ett steg alone -1 minut"),
        (Act.APPROVE, "tables 3", "", "bekräftade borden i lista 3"),
        (Act.INVITE, "list 3: 12", "", "skickade inbjudningar lista 3: 12"),
        (Act.ERASE, "2", "", "raderade (2 svar)"),
        (Act.WITHDRAW_CONSENT, "1", "", "drog tillbaka samtycket (1 svar)"),
        (Act.CARE, "", "passive", "omsorg – någon har skrivit att det är svårt att orka"),
        (Act.SKIP, "again", "", "hoppade över ett steg again"),
    ],
)
def test_a_line_of_the_log_is_read_by_people(
    act: Act, subject: str, reason: str, shown: str
) -> None:
    deed = Deed(at_ms=0, actor="runda", act=act, subject=subject, reason=reason)
    entry = Entry(number=7, deed=deed, digest="")

    assert line(entry, UTC, wording("sv")) == f"7. 1970-01-01 00:00 · runda · {shown}"


async def test_no_answer_and_no_participant_is_in_the_log(journey: Journey) -> None:
    await much_is_done(journey)

    text = to_csv(await noted(journey)).decode("utf-8-sig")
    assert "names a child" in text
    for word in (*SECRET.split()[:1], "Soup", ANN, BO):
        assert word not in text


async def test_a_command_that_is_refused_or_asks_first_is_not_noted(journey: Journey) -> None:
    await journey.writes(OLGA, "!pause")
    await journey.writes(OLGA, "!start nothing")
    await journey.writes(ANN, "!start lunch", room=ORGANIZERS)
    await journey.writes(OLGA, "!start lunch")
    await journey.writes(OLGA, "!stop")

    assert [one.deed.act for one in await noted(journey)] == [Act.START]


async def test_the_log_shows_its_last_lines_and_its_head(journey: Journey) -> None:
    assert await told(journey, "!log") == "Nothing has been noted yet."
    await much_is_done(journey)
    entries = await noted(journey)

    shown = await told(journey, "!log 12")

    head = Head.of(entries[-1])
    assert shown.endswith(f"The log is whole. Its head: `{head}`")
    lines = [line for line in shown.splitlines() if line.startswith("- ")]
    assert len(lines) == len(entries) - 1
    assert lines[0].replace("\\", "").endswith("held back a reply open-1 1 – names a child")
    assert "`!log csv` for all of them" in await told(journey, "!log everything please")


async def test_the_file_has_every_entry_and_runs_no_formula(journey: Journey) -> None:
    await much_is_done(journey)
    await journey.writes(OLGA, "!hold back “Soup for all” =HYPERLINK(1)")

    await journey.writes(OLGA, "!logg csv")

    (file,) = [one.file for one in journey.shown(ORGANIZERS) if one.file and "log" in one.file.name]
    rows = list(csv.reader(io.StringIO(file.data.decode("utf-8-sig")), delimiter=";"))
    entries = await noted(journey)
    assert tuple(rows[0]) == CSV_COLUMNS
    assert [row[-1] for row in rows[1:]] == [one.digest for one in entries]
    assert rows[-1][-2] == "'=HYPERLINK(1)"


async def test_an_export_hands_out_the_head_by_which_a_cut_log_is_found(journey: Journey) -> None:
    await much_is_done(journey)
    said = await told(journey, "!export json")
    head = Head.read(said.partition("In the log: `")[2].partition("`")[0])
    entries = await noted(journey)

    assert head == Head.of(entries[-1])
    assert faults(entries, [head]) == []
    assert faults(entries[:-1], [head]) != []


async def test_tampering_in_the_database_is_told_where_the_log_is_shown(journey: Journey) -> None:
    await much_is_done(journey)
    engine = sa.create_engine(journey.url)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TRIGGER audit_no_update"))
        connection.execute(sa.text("UPDATE audit SET reason = 'none' WHERE number = 2"))
    engine.dispose()

    assert "⚠️ Somebody has changed the log in the database: entry 2 is not as it was" in (
        await told(journey, "!log")
    )
