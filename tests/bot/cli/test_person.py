"""`runda person`: rights of somebody who asks outside the chat, ordered by the operator."""

from __future__ import annotations

import io
import stat
from pathlib import Path

import pytest

from flows.audit import Act, Deed
from flows.grouping.people import Person, PersonId
from flows.ids import UserId
from storage.person_orders import PersonOrder, Wanted
from storage.seating import Seated
from storage.transaction import Transaction
from tests.bot.cli.conftest import Runda
from tests.bot.cli.installation import Installation, answer

EVA = "@p1:example.org"
NOT_RUNNING = "The bot does not seem to run: start it with `runda run`, and it does this first.\n"


@pytest.fixture
def answered(installation: Installation) -> Installation:
    """A dialogue in which Eva has given answer 1, and somebody else answer 2."""
    database = installation.open()
    installation.make_groups(database)
    installation.start(database)
    database.close()
    answer(installation, 1, "Bread\nand soup")
    answer(installation, 2, "Fish")
    return installation


def _look(installation: Installation) -> tuple[list[PersonOrder], list[Deed]]:
    """What waits for the bot, and what has been noted."""

    def work(tx: Transaction) -> tuple[list[PersonOrder], list[Deed]]:
        due = [one.key for one in tx.occurrences.due(now_ms=2**50)]
        orders = [tx.person_orders.take(key) for key in due if key.startswith("person-order/")]
        deeds = [one.deed for one in tx.audit.all()]
        return [one for one in orders if one is not None], deeds

    database = installation.open()
    try:
        return database.write_now(work)
    finally:
        database.close()


def test_what_is_stored_of_her_in_a_file_for_its_owner(
    runda: Runda, answered: Installation, tmp_path: Path
) -> None:
    output = tmp_path / "eva.txt"

    outcome = runda("person", "show", EVA, "--out", output, "--config", answered.config)

    assert (outcome.status, outcome.shown) == (0, f"written: {output}\n")
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    text = output.read_text("utf-8")
    assert "Det Runda har sparat om @p1:example.org" in text
    assert "Bread\nand soup" in text
    assert "Fish" not in text
    _, deeds = _look(answered)
    assert [(one.act, one.subject) for one in deeds] == [(Act.EXPORT, "person")]
    assert not any("p1" in f"{one}" for one in deeds)


def test_a_file_that_is_there_is_not_replaced(
    runda: Runda, answered: Installation, tmp_path: Path
) -> None:
    output = tmp_path / "eva.txt"
    output.write_text("mine")

    refused = runda("person", "show", EVA, "--out", output, "--config", answered.config)

    assert (refused.status, output.read_text()) == (1, "mine")
    assert "--force" in refused.complaint


def test_in_the_terminal(runda: Runda, answered: Installation) -> None:
    outcome = runda("person", "show", EVA, "--config", answered.config)

    assert outcome.status == 0
    assert "Bread\nand soup" in outcome.shown


def test_to_forget_is_ordered_and_waits_for_the_bot(runda: Runda, answered: Installation) -> None:
    outcome = runda(
        "person", "forget", EVA, "--yes", "--reason", "case 12", "--config", answered.config
    )

    assert (outcome.status, outcome.shown) == (0, "Ordered.\n")
    assert outcome.complaint == NOT_RUNNING
    (waiting,), deeds = _look(answered)
    assert (waiting.wanted, waiting.who, waiting.reason) == (Wanted.FORGET, EVA, "case 12")
    assert waiting.actor.startswith("operator:")
    assert EVA not in waiting.key
    assert deeds == []


@pytest.mark.parametrize(("said", "orders"), [("yes\n", 1), ("\n", 0), ("", 0)])
def test_it_asks_before(
    runda: Runda,
    answered: Installation,
    monkeypatch: pytest.MonkeyPatch,
    said: str,
    orders: int,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(said))

    outcome = runda("person", "forget", EVA, "--config", answered.config)

    assert outcome.status == 1 - orders
    assert "Erase everything of @p1:example.org, 1 answer among it, for good?" in outcome.complaint
    assert len(_look(answered)[0]) == orders


def test_her_answers_are_listed_and_one_is_taken_back(runda: Runda, answered: Installation) -> None:
    listed = runda("person", "withdraw", EVA, "--config", answered.config)
    anothers = runda("person", "withdraw", EVA, "2", "--yes", "--config", answered.config)
    ordered = runda("person", "withdraw", EVA, "1", "--yes", "--config", answered.config)

    assert listed.status == 0
    assert listed.shown.splitlines()[0].startswith("1  21 Sep 2026 ")
    assert listed.shown.splitlines()[0].endswith("  Bread and soup")
    assert "Fish" not in listed.shown
    assert anothers.status == 1
    assert anothers.complaint.startswith("@p1:example.org has no answer 2; ")
    assert ordered.status == 0
    (waiting,), _ = _look(answered)
    assert (waiting.wanted, waiting.who, waiting.reply_no) == (Wanted.WITHDRAW, EVA, 1)


def test_a_name_on_a_list(runda: Runda, answered: Installation) -> None:
    def listed(tx: Transaction) -> None:
        seating = tx.seatings.begin(None, language="sv", now_ms=1)
        tx.seatings.put_people(
            seating.number,
            [
                Seated(person=Person(id=PersonId(1), name="Eva Ek")),
                Seated(person=Person(id=PersonId(2), name="Bo Ek", user_id=UserId("@bo:e.org"))),
            ],
        )

    database = answered.open()
    database.write_now(listed)
    database.close()

    unknown = runda("person", "forget", "--name", "Ida", "--yes", "--config", answered.config)
    has_account = runda("person", "forget", "--name", "Bo Ek", "--config", answered.config)
    ordered = runda("person", "forget", "--name", "eva  ek", "--yes", "--config", answered.config)

    assert unknown.status == has_account.status == 1
    assert "No list of participants has the name Ida without an account." in unknown.complaint
    assert "`runda person forget @bo:e.org`" in has_account.complaint
    assert ordered.status == 0
    (waiting,), _ = _look(answered)
    assert (waiting.wanted, waiting.who) == (Wanted.FORGET_NAME, "eva ek")


@pytest.mark.parametrize(
    "words",
    [("show",), ("show", "anna"), ("show", EVA, "--name", "Eva"), ("forget", "--name", " ")],
)
def test_who_is_not_said_rightly(
    runda: Runda, answered: Installation, words: tuple[str, ...]
) -> None:
    outcome = runda("person", *words, "--config", answered.config)

    assert (outcome.status, outcome.shown) == (2, "")
    assert outcome.complaint
