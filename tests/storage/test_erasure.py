"""Erasing a dialogue leaves no row of people in any table, on both kinds of database."""

from __future__ import annotations

from flows.digest.snapshot import ReplyKind
from flows.ids import DialogueId, EventId, GroupId
from storage.consents import Consent
from storage.database import Database
from storage.erasure import Erased
from storage.transaction import Transaction
from tests.builders import ANN, NOW_MS, TABLE_1, written
from tests.storage.house import LUNCH, open_rounds, store


def test_everything_of_people_goes_and_the_dialogue_stays(database: Database) -> None:
    database.write_now(open_rounds)
    database.write_now(lambda tx: tx.people.number_of(LUNCH, ANN, GroupId("1")))
    soup = written("Soup")
    store(database, soup)
    store(database, written("Bread"), round_no=3, kind=ReplyKind.GROUP)

    def work(tx: Transaction) -> None:
        reply = tx.replies.find(soup.room_id, soup.event_id)
        assert reply is not None
        tx.replies.revise(reply, edit=EventId("$edit"), text="Stew", edited_ms=NOW_MS + 9)
        tx.consents.give(
            Consent(
                dialogue_id=LUNCH,
                user_id=ANN,
                version="abc",
                given_ms=NOW_MS,
                room_id=TABLE_1,
                event_id=EventId("$yes"),
            )
        )
        tx.digests.add(LUNCH, None, document='{"said":"Stew"}', made_ms=NOW_MS)
        assert {"reply", "revision", "consent", "digest"} <= set(tx.erasure.left(LUNCH))

        assert tx.erasure.dialogue(LUNCH) == Erased(answers=2, people=1)

        assert tx.erasure.left(LUNCH) == []
        assert tx.erasure.left(DialogueId("other-1")) == []
        assert tx.erasure.dialogue(LUNCH) == Erased(answers=0, people=0)
        assert tx.dialogues.get(LUNCH) is not None
        assert len(tx.rounds.of_dialogue(LUNCH)) == 4

    database.write_now(work)
