"""The reckoning finds every answer that is missing, doubled or changed on the way."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.wording import wording
from demo.digest_check import DigestCounts, digest_counts, digest_problems
from demo.ledger import Line, Receipt, Sent
from demo.reconcile import Row, reconcile
from demo.script import Act, Meant, Where

OPENED_MS = 1_800_000_000_000
CLOSED_MS = OPENED_MS + 60_000


def instant(at_ms: int) -> str:
    at = datetime.fromtimestamp(at_ms // 1000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03}Z"


def sent(event_id: str, **more: Any) -> Sent:
    usual: dict[str, Any] = {
        "act": Act.WRITE,
        "where": Where.PRIVATE,
        "meant": Meant.INDIVIDUAL,
        "room_id": "!a",
        "table": "Bord 1",
        "person": "Rektor",
        "step": "alone",
        "text": "Ring hem",
    }
    return Sent(event_id=event_id, **usual | more)


def receipt(event_id: str, *marks: str, at_ms: int = OPENED_MS + 1) -> Receipt:
    return Receipt(event_id=event_id, server_ms=at_ms, marks=marks)


def reply(number: int, at_ms: int = OPENED_MS + 1, **more: Any) -> dict[str, Any]:
    return {
        "reply": number,
        "step": "alone",
        "group": "1",
        "person": 1,
        "kind": "individual",
        "text": "Ring hem",
        "media": None,
        "sent_at": instant(at_ms),
        "late": False,
        "edited_at": None,
        "withdrawn_at": None,
    } | more


def export(*replies: dict[str, Any]) -> dict[str, Any]:
    withdrawn = sum(one["withdrawn_at"] is not None for one in replies)
    return {
        "counts": {"received": len(replies), "withdrawn": withdrawn},
        "steps": [{"id": "alone", "kind": "individual"}, {"id": "together", "kind": "group"}],
        "groups": [{"id": "1", "name": "Bord 1"}],
        "rounds": [
            {"step": step, "group": "1", "closed_at": instant(CLOSED_MS)}
            for step in ("alone", "together")
        ],
        "replies": list(replies),
    }


LEDGER: list[Line] = [
    sent("$1"),
    sent("$2", text="Vänta", person="Diakon"),
    sent("$3", act=Act.EDIT, target="$2", text="Vänta inte", person="Diakon"),
    sent("$4", text="Oj", person="Mentor"),
    sent("$5", act=Act.WITHDRAW, meant=Meant.ASIDE, target="$4", text="", person="Mentor"),
    sent("$6", text="Sent", person="Läkare"),
    sent("$7", act=Act.PHOTO, text="Tavlan", media="bild.png", person="Mentor"),
    sent(
        "$8", step="together", meant=Meant.TALK, where=Where.ROOM, text="Vi börjar", person="Diakon"
    ),
    sent(
        "$9",
        act=Act.MARK,
        step="together",
        meant=Meant.GROUP,
        where=Where.ROOM,
        target="$8",
        text="✅",
    ),
    sent("$10", step="together", meant=Meant.TALK, where=Where.ROOM, text="Håller med"),
    sent("$11", step="", meant=Meant.ASIDE, where=Where.ROOM, text="Är kaffet slut?"),
    receipt("$1", "👍", at_ms=OPENED_MS + 1),
    receipt("$2", "👍", at_ms=OPENED_MS + 2),
    receipt("$4", "👍", at_ms=OPENED_MS + 4),
    receipt("$6", "🕓", at_ms=CLOSED_MS + 6),
    receipt("$7", "👍", at_ms=OPENED_MS + 7),
    receipt("$8", "✅", at_ms=OPENED_MS + 8),
    receipt("$10", at_ms=OPENED_MS + 10),
]
REPLIES = (
    reply(1, OPENED_MS + 1),
    reply(2, OPENED_MS + 2, person=2, text="Vänta inte", edited_at=instant(OPENED_MS + 3)),
    reply(3, OPENED_MS + 4, person=3, text=None, withdrawn_at=instant(OPENED_MS + 5)),
    reply(4, CLOSED_MS + 6, person=4, text="Sent", late=True),
    reply(5, OPENED_MS + 7, person=3, text="Tavlan", media={"name": "bild.png", "kind": "image"}),
    reply(6, OPENED_MS + 8, person=2, step="together", kind="group", text="Vi börjar"),
)


def test_what_agrees_reconciles() -> None:
    found = reconcile(LEDGER, export(*REPLIES))

    assert found.problems == ()
    assert found.holds
    assert found.rows == (
        Row(what="answers sent, answers received", people=6, bot=6),
        Row(what="of single people", people=5, bot=5),
        Row(what="of groups", people=1, bot=1),
        Row(what="edited", people=1, bot=1),
        Row(what="withdrawn", people=1, bot=1),
        Row(what="photos", people=1, bot=1),
        Row(what="late", people=1, bot=1),
        Row(what="people who answered", people=4, bot=4),
    )


Doctor = Callable[[list[dict[str, Any]]], None]


@pytest.mark.parametrize(
    ("doctor", "problem"),
    [
        pytest.param(lambda all_: all_.pop(0), "missing: Bord 1, alone, Rektor", id="missing"),
        pytest.param(lambda all_: all_.pop(5), "missing: Bord 1, together", id="group missing"),
        pytest.param(lambda all_: all_.pop(2), "missing: Bord 1, alone, Mentor", id="withdrawn"),
        pytest.param(
            lambda all_: all_.append({**all_[0], "reply": 9}), "or it is there twice", id="doubled"
        ),
        pytest.param(lambda all_: all_[0].update(text="Ring"), "different words", id="changed"),
        pytest.param(
            lambda all_: all_[1].update(text="Vänta", edited_at=None),
            "different words",
            id="an edit lost",
        ),
        pytest.param(
            lambda all_: all_[2].update(text="Oj", withdrawn_at=None),
            "different withdrawn",
            id="a withdrawal lost",
        ),
        pytest.param(lambda all_: all_[3].update(late=False), "and not late", id="late not told"),
        pytest.param(lambda all_: all_[0].update(late=True), "and called late", id="wrongly late"),
        pytest.param(lambda all_: all_[4].update(media=None), "different file", id="photo lost"),
        pytest.param(lambda all_: all_[0].update(person=2), "is several", id="two as one"),
        pytest.param(lambda all_: all_[4].update(person=5), "is several persons", id="one as two"),
        pytest.param(
            lambda all_: all_[5].update(kind="individual"), "different kind", id="wrong kind"
        ),
        pytest.param(
            lambda all_: all_[0].update(step="together"), "missing: Bord 1", id="wrong question"
        ),
    ],
)
def test_a_doctored_export_is_found_out(doctor: Doctor, problem: str) -> None:
    replies = deepcopy(list(REPLIES))
    doctor(replies)

    found = reconcile(LEDGER, export(*replies))

    assert not found.holds
    assert [one for one in found.problems if problem in one]


@pytest.mark.parametrize("place", [0, 1, 5, 6], ids=["plain", "edited", "late", "photo"])
def test_a_doctored_ledger_is_found_out(place: int) -> None:
    lines = LEDGER[:place] + LEDGER[place + 1 :]

    assert not reconcile(lines, export(*REPLIES)).holds


def test_a_person_who_was_not_told_is_named() -> None:
    lines = [replace(one, marks=()) if isinstance(one, Receipt) else one for one in LEDGER]

    problems = reconcile(lines, export(*REPLIES)).problems

    assert [one for one in problems if one.startswith("received, but its author was not told")]
    assert [one for one in problems if one.startswith("stands, but the table was not told")]


def test_talk_that_comes_out_as_an_answer_is_found_out() -> None:
    leaked = reply(7, OPENED_MS + 10, step="together", kind="group", text="Håller med")

    problems = reconcile(LEDGER, export(*REPLIES, leaked)).problems

    assert len(problems) == 1
    assert problems[0].startswith("nobody sent")


def test_what_was_taken_back_before_it_was_read_need_not_be_there() -> None:
    unread = [
        replace(one, marks=()) if isinstance(one, Receipt) and one.event_id == "$4" else one
        for one in LEDGER
    ]

    assert reconcile(unread, export(*REPLIES[:2], *REPLIES[3:])).holds


def test_a_word_in_the_room_after_the_close_is_no_answer() -> None:
    missed: list[Line] = [
        sent("$12", where=Where.ROOM, text="För sent"),
        receipt("$12", at_ms=CLOSED_MS),
    ]

    assert reconcile([*LEDGER, *missed], export(*REPLIES)).holds


def test_a_word_in_the_room_before_the_close_is_one() -> None:
    in_time: list[Line] = [
        sent("$12", where=Where.ROOM, text="I tid"),
        receipt("$12", at_ms=CLOSED_MS - 1),
    ]

    problems = reconcile([*LEDGER, *in_time], export(*REPLIES)).problems

    assert problems == ("missing: Bord 1, alone, Rektor, individual, ”I tid”",)


COUNTS = DigestCounts(
    present=6, answered=4, replies=5, asked=1, given=1, late=1, withdrawn=1, replaced=0
)
DIGEST = """\
4 av 6 har svarat · 5 svar
1 av 1 gruppsvar

1 svar kom efter att steget stängde.
1 svar har tagits tillbaka och visas inte.
"""


def test_the_digest_is_counted_from_the_ledger() -> None:
    assert digest_counts(LEDGER, export(*REPLIES), present=6) == COUNTS


def test_a_digest_that_says_so_is_right() -> None:
    assert digest_problems(DIGEST, COUNTS, wording("sv")) == []


@pytest.mark.parametrize(
    ("told", "instead"),
    [
        ("4 av 6", "3 av 6"),
        ("5 svar", "4 svar"),
        ("1 av 1", "0 av 1"),
        ("1 svar kom", "2 svar kom"),
    ],
)
def test_a_digest_that_says_otherwise_is_found_out(told: str, instead: str) -> None:
    assert len(digest_problems(DIGEST.replace(told, instead), COUNTS, wording("sv"))) == 1
