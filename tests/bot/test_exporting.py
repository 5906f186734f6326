"""Files that organizers ask for: made beside everything else, and posted once."""

from __future__ import annotations

import io
import json
import zipfile
from functools import partial

import openpyxl
import pytest
from typing_extensions import override

from bot.adapters.matrix.links import MatrixLinks
from bot.chat import PostFile
from bot.digest.analyst import Analyst
from bot.exports.exporting import Exporting
from flows.digest.public import Release
from flows.ids import DialogueId, EffectKey, RoomId
from storage.export_orders import ExportOrder
from storage.instants import to_ms
from storage.transaction import Transaction
from tests.bot.journey import Journey
from tests.bot.rendering.forms.adding_up import assert_they_add_up, unzipped, words_of
from tests.bot.test_digests import event_of
from tests.builders import ANN, BO, BOT, OLGA, ORGANIZERS

_LUNCH = DialogueId("lunch-1")
CHILD_S = 90
"""A child that loads what draws and sets pages, on a busy machine."""


def files(journey: Journey) -> list[PostFile]:
    return [one.file for one in journey.shown(ORGANIZERS) if one.file is not None]


async def some_have_answered(journey: Journey) -> None:
    await journey.writes(OLGA, "!start lunch")
    await journey.writes(ANN, "We should have soup more often.")
    await journey.writes(BO, "=1+1")


async def come(journey: Journey, number: int) -> list[str]:
    """Wait for that many files; their names."""
    await journey.until(lambda: len(files(journey)) >= number, within_s=CHILD_S)
    return [file.name for file in files(journey)]


@pytest.mark.timeout(CHILD_S * 2)
async def test_the_forms_that_are_named_come_into_the_organizers_room(journey: Journey) -> None:
    await some_have_answered(journey)

    await journey.writes(OLGA, "!export json, excel")

    assert journey.texts(ORGANIZERS)[-1].startswith(
        "📎 lunch-1 is being written as `json`, `xlsx`. The files come here."
    )
    assert await come(journey, 2) == ["lunch-1.json", "lunch-1.xlsx"]
    document, book = (file.data for file in files(journey))
    counts = json.loads(document)["counts"]
    sheet = openpyxl.load_workbook(io.BytesIO(book)).worksheets[0]
    stored = await journey.database.write(
        lambda tx: [
            reply
            for round_ in tx.rounds.of_dialogue(tx.dialogues.in_status()[-1].id)
            for reply in tx.replies.of_rounds([round_.round_no])
        ]
    )
    assert counts["received"] - counts["withdrawn"] == counts["exported"] == len(stored)
    assert sheet.max_row - 1 == len(stored)
    # and they say what the digest says: somebody asks for something
    asked = [one["text"] for one in json.loads(document)["proposals"]]
    assert asked == ["We should have soup more often."]
    assert [file.markdown for file in files(journey)] == [
        f"For the organizers: {len(stored)} replies."
    ] * 2


@pytest.mark.timeout(CHILD_S * 3)
async def test_every_form_comes_and_all_of_them_add_up(journey: Journey) -> None:
    # given answers of every kind: edited, taken back, a group's, one with something to cover
    await some_have_answered(journey)
    gone = await journey.writes(ANN, "I take this back")
    await journey.withdraws(ANN, gone)
    await journey.edits(BO, event_of(journey, "=1+1"), "Call 070-123 45 67 😀")
    await journey.time_passes(10)
    await journey.writes(ANN, "Group answer: Soup")

    # when all files are asked for
    await journey.writes(OLGA, "!export all")

    # then there are nine in one archive, each of which opens and tells what is stored
    assert await come(journey, 1) == ["lunch-1.zip"]
    data = unzipped(files(journey)[0].data)
    public = {f"lunch-1-public.{form}" for form in ("pdf", "docx", "md")}
    assert set(data) >= public | {
        f"lunch-1.{form}" for form in ("pdf", "docx", "xlsx", "csv", "json", "md")
    }
    stored = {"received": 4, "withdrawn": 1, "exported": 3}
    sentence = "Counts add up: 4 received, 1 withdrawn, 3 shown or counted here."
    assert_they_add_up(data, stored, stem="lunch-1", sentence=sentence)
    # and what was taken back or is covered is in none that can be read as it is
    for name in ("lunch-1.json", "lunch-1.csv", "lunch-1.md", "lunch-1-public.md"):
        assert "take this back" not in data[name].decode(), name
        assert "070-123" not in data[name].decode(), name
    assert "Soup" not in words_of(data["lunch-1-public.pdf"])


@pytest.mark.timeout(CHILD_S * 2)
async def test_what_was_ordered_before_a_kill_comes_after_it_once(journey: Journey) -> None:
    # given an order that the bot has heard and not carried out
    await some_have_answered(journey)
    await journey.writes(OLGA, "!exportera csv")
    await journey.bot_is_killed()
    before = len(files(journey))

    # when it is started again
    await journey.bot_starts()

    # then the file comes, and only once
    assert before == 0
    assert await come(journey, 1) == ["lunch-1.csv"]
    assert await journey.app.exporting.carry_out() == 0
    await journey.settles()
    assert len(files(journey)) == 1
    assert journey.errors == []


@pytest.mark.timeout(CHILD_S * 2)
async def test_a_public_summary(journey: Journey) -> None:
    await some_have_answered(journey)

    await journey.writes(OLGA, "!export public md")

    assert await come(journey, 1) == ["lunch-1-public.md"]
    (file,) = files(journey)
    assert file.markdown == "For everybody to read: nobody is quoted or named."
    assert "soup" not in file.data.decode()


@pytest.mark.timeout(CHILD_S * 2)
async def test_a_second_summary_tells_no_more_than_the_first(journey: Journey) -> None:
    # given that a summary was published when six had answered, four of whom took it all back
    await some_have_answered(journey)
    told = Release(made_ms=0, answered=6, present=None)

    def published(tx: Transaction) -> None:
        tx.handed_out.add(EffectKey("first"), _LUNCH, made_ms=0, released=told)

    await journey.database.write(published)

    # when another is made
    await journey.writes(OLGA, "!export public md")
    await come(journey, 1)

    # then it says six again, and is remembered too
    (file,) = files(journey)
    assert "**6** have answered" in file.data.decode()
    _, second = await journey.database.write(lambda tx: tx.handed_out.releases(_LUNCH))
    assert (second.answered, second.made_ms) == (6, to_ms(journey.now))


@pytest.mark.timeout(CHILD_S * 2)
async def test_a_digest_that_is_written_anew_says_that_its_files_are_older(
    journey: Journey,
) -> None:
    # given a digest, and files made after it
    await some_have_answered(journey)
    await journey.time_passes(10)
    await journey.writes(OLGA, "!digest")
    await journey.writes(OLGA, "!export json")
    await come(journey, 1)
    await journey.writes(OLGA, "!digest")
    assert "older than this" not in "".join(journey.texts(ORGANIZERS))

    # when an answer is edited, and the digest written anew
    await journey.edits(BO, event_of(journey, "=1+1"), "=1+2")
    await journey.time_passes(1)

    # then the last line of the step's and of the new one tells of the files
    told = [text for text in journey.texts(ORGANIZERS) if "older than this" in text]
    last = "The files of 4 May 08:10 are older than this: `!export` makes new ones."
    assert [text.rpartition("\n")[2] for text in told] == [last, last]
    # and no summary is remembered: none was made for the public
    assert await journey.database.write(lambda tx: tx.handed_out.releases(_LUNCH)) == ()


async def test_a_form_that_there_is_not(journey: Journey) -> None:
    await some_have_answered(journey)

    await journey.writes(OLGA, "!export pdff")

    assert journey.texts(ORGANIZERS)[-1] == (
        "⚠️ “pdff” is neither a form nor a dialogue. Did you mean `pdf`? The forms are `pdf`, "
        "`docx`, `xlsx`, `csv`, `json`, `md`, `all` and `public`."
    )


async def test_nothing_has_begun(journey: Journey) -> None:
    await journey.writes(OLGA, "!export")

    assert journey.texts(ORGANIZERS)[-1] == (
        "⚠️ No dialogue has begun yet, so there is nothing to hand out."
    )


class NoLinks(MatrixLinks):
    """A chat's links that are broken."""

    @override
    def message(self, room_id: RoomId, event_id: str) -> str:
        raise ArithmeticError(f"{room_id} {event_id}")


def _put(tx: Transaction, *, order: ExportOrder) -> None:
    tx.export_orders.add(order)


async def test_an_order_that_cannot_be_carried_out_is_told_and_stops_no_other(
    journey: Journey,
) -> None:
    # given two orders, and something that breaks while the answers are read
    await some_have_answered(journey)
    for number in (1, 2):
        order = ExportOrder(
            key=EffectKey(f"order-{number}"),
            dialogue_id=DialogueId("lunch-1"),
            room_id=ORGANIZERS,
            wanted=("full/json",),
            ordered_ms=to_ms(journey.now),
        )
        await journey.database.write(partial(_put, order=order))
    exporting = Exporting(
        catch_up=lambda _: None,
        database=journey.database,
        world=journey.app.world,
        links=NoLinks(BOT),
        analyst=Analyst(),
        now=journey.shown_now,
        posted=journey.app.sender.wake,
    )

    # when they are carried out
    done = await exporting.carry_out()
    await journey.settles()

    # then the organizers are told of each, and none waits any more
    assert done == 2
    told = "⚠️ The files could not be made. Tell whoever runs the bot."
    assert journey.texts(ORGANIZERS)[-2:] == [told, told]
    assert await journey.database.write(lambda tx: tx.export_orders.oldest()) is None


@pytest.mark.timeout(CHILD_S * 2)
async def test_no_account_stands_in_any_file(journey: Journey) -> None:
    await some_have_answered(journey)
    await journey.writes_in_private(ANN, "I would rather have fish.")

    await journey.writes(OLGA, "!export json, csv, md, excel, docx, pdf")

    await come(journey, 6)
    for file in files(journey):
        told = unpacked(file.data)
        assert b"soup" in told or file.name.endswith(".pdf")
        assert [who for who in (ANN, BO) if who.encode() in told] == []


def unpacked(data: bytes) -> bytes:
    """What a file says, whatever it is packed in."""
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())
