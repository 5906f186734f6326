"""What must not be shown is in no form of a digest: the real bot, its messages and its files."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace

import docx
import openpyxl
import pypdf
import pytest

from bot.chat import PostFile
from flows.grouping.people import Person, PersonId
from flows.ids import UserId
from storage.seating import Seated, Stage
from storage.transaction import Transaction
from tests.bot.journey import LUNCH, Journey
from tests.builders import ANN, BO, OLGA, ORGANIZERS

CHILD_S = 90
"""A child that loads what draws and sets pages, on a busy machine."""

EVA = UserId("@eva:elsewhere.org")
PACK = f"""{LUNCH}
[[contact]]
id = "cook"
title.en = "Cook"
remind_after = "24 h"
wait = "72 h"
"""
LISTED = "Torvald Kvistgren"
"""She stands on the list of participants, and in nobody's room."""
SECRETS = ("Torvald", "Kvistgren", "070-174 06 05", "0701740605", "torvald@example.org")
FORMS = ("pdf", "docx", "xlsx", "csv", "json", "md")


def seats_somebody(tx: Transaction) -> None:
    seating = tx.seatings.begin(None, language="en", now_ms=0)
    tx.seatings.put_people(seating.number, [Seated(person=Person(id=PersonId(1), name=LISTED))])
    tx.seatings.save(replace(seating, stage=Stage.SETTLED))


async def talk_of_her(journey: Journey) -> None:
    """A dialogue in which she is named in an answer, in a question, and in the contact's answer."""
    await journey.database.write(seats_somebody)
    journey.has_pack("lunch", PACK)
    await journey.writes(OLGA, f"!contact cook {EVA}")
    room = next(
        one.room_id
        for one in journey.chat.rooms.values()
        if one.made_as is not None and one.made_as.direct
    )
    journey.chat.change_membership(room, EVA)
    await journey.settles()
    await journey.starts_lunch()
    await journey.writes(ANN, "We should give Torvald's soup to everybody.")
    await journey.writes(BO, "ask: Does Kvistgren (torvald@example.org) cook on Fridays?")
    await journey.writes(EVA, "Oyster, yes; call TORVALD at 070-174 06 05.", room=room)


def text_of(file: PostFile) -> str:
    """Everything that a reader of a file can see."""
    form = file.name.rpartition(".")[2]
    match form:
        case "pdf":
            pages = pypdf.PdfReader(io.BytesIO(file.data)).pages
            return "\n".join(page.extract_text() for page in pages)
        case "docx":
            return "\n".join(
                node.text or "" for node in docx.Document(io.BytesIO(file.data)).element.iter()
            )
        case "xlsx":
            book = openpyxl.load_workbook(io.BytesIO(file.data))
            rows = (row for sheet in book for row in sheet.iter_rows(values_only=True))
            return "\n".join(str(value) for row in rows for value in row)
        case "json":
            return json.dumps(json.loads(file.data), ensure_ascii=False)
        case _:
            return file.data.decode()


def bare(text: str) -> str:
    """Without the signs that a form may put between: spaces, hyphens, escapes."""
    return re.sub(r"[\s\\\u00ad-]+", "", text).casefold()


@pytest.mark.timeout(CHILD_S * 2)
async def test_who_is_only_on_the_list_and_a_contacts_number_are_in_no_form(
    journey: Journey,
) -> None:
    # given answers that name somebody who stands only on the list of participants
    await talk_of_her(journey)

    # when the digest is posted, and handed out in every form
    before = len(journey.shown(ORGANIZERS))
    await journey.writes(OLGA, "!digest")
    chat = "\n".join(one.text for one in journey.shown(ORGANIZERS)[before:])
    await journey.writes(OLGA, f"!export {', '.join(FORMS)}")

    def files() -> list[PostFile]:
        posted = [one.file for one in journey.shown(ORGANIZERS) if one.file is not None]
        # A picture comes with the digest, and tells numbers alone.
        return [one for one in posted if not one.name.endswith(".png")]

    def forms_there() -> set[str]:
        return {one.name.rpartition(".")[2] for one in files()}

    await journey.until(lambda: forms_there() >= set(FORMS), within_s=CHILD_S)
    forms = {"chat": chat} | dict.fromkeys(FORMS, "")
    for file in files():
        forms[file.name.rpartition(".")[2]] += text_of(file)

    # then each says what was said, and none says who she is or how she is reached
    assert set(forms) == {"chat", *FORMS}
    for form, text in forms.items():
        shown = bare(text)
        assert bare("We should give [name]'s soup to everybody.") in shown, form
        assert [secret for secret in SECRETS if bare(secret) in shown] == [], form
    for form in ("chat", "pdf", "docx", "json", "md"):
        shown = bare(forms[form])
        assert bare("Does [name] ([e-mail address]) cook on Fridays?") in shown, form
        assert bare("Oyster, yes; call [name] at [phone number].") in shown, form
    assert journey.errors == []
