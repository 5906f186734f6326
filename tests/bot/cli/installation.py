"""A bot that is set up without a homeserver, and has a dialogue running."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from bot.dialogues.orders import Order, order_start
from bot.packs.known import find_packs
from flows.dialogue import Dialogue
from flows.ids import RoomId, StepId, UserId
from storage.database import Database
from storage.instants import to_ms
from storage.journal import MemberChange, Membership
from storage.rooms import Room, RoomUse
from storage.rounds import NewRound
from storage.tables import ParticipantRow, ReplyRow, table_of
from storage.transaction import Transaction

BOT = UserId("@runda:example.org")
ORGANIZERS = RoomId("!organizers:example.org")
TABLES = {RoomId("!one:example.org"): "Bord 1", RoomId("!two:example.org"): "Bord 2"}
MINUTE = timedelta(minutes=1)

PACK = """
languages = ["sv", "en"]
title.sv = "Bättre möten"
title.en = "Better meetings"
purpose.sv = "Att mötas bättre."
purpose.en = "To meet better."

[[step]]
id = "own"
kind = "individual"
scenario = "meeting"
length = "4 min"
title.sv = "Ditt eget svar"
title.en = "Your own answer"
text.sv = "Vad gör ett möte bra?"
text.en = "What makes a meeting good?"

[[step]]
id = "together"
kind = "group"
scenario = "meeting"
length = "10 min"
remind_before = "2 min"
title.sv = "Gruppens svar"
title.en = "The group's answer"
text.sv = "Enas om två saker."
text.en = "Agree on two things."
"""


@dataclass(frozen=True, slots=True)
class Installation:
    """Its folder; `now` is the moment at which it was made."""

    folder: Path
    now: datetime

    @classmethod
    def make(cls, folder: Path) -> Installation:
        """Write a configuration that needs no homeserver to be read."""
        for name in ("secrets", "data", "packs"):
            (folder / name).mkdir(mode=0o700)
        token = folder / "secrets" / "access_token"
        token.touch(mode=0o600)
        token.write_text("not-a-real-token")
        (folder / "packs" / "meetings.toml").write_text(PACK)
        (folder / "config.toml").write_text(
            f'[matrix]\nhomeserver = "http://127.0.0.1:9"\nuser_id = "{BOT}"\n'
            'device_id = "RUNDA"\naccess_token_file = "secrets/access_token"\n'
            f'[organizers]\nroom = "{ORGANIZERS}"\n'
            '[dialogue]\npacks = ["packs"]\ntimezone = "Europe/Stockholm"\n'
        )
        return cls(folder, datetime.now(UTC))

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder}/data/runda.db"

    def open(self) -> Database:
        """As the bot does at its start."""
        return Database.open(self.url)

    def make_groups(self, database: Database) -> None:
        """Two tables with two people each; Ann organizes and looks in everywhere."""

        def work(tx: Transaction) -> None:
            tx.rooms.put(Room(room_id=ORGANIZERS, use=RoomUse.ORGANIZERS))
            joined = [(ORGANIZERS, "ann"), (ORGANIZERS, "runda")]
            for number, (room_id, name) in enumerate(TABLES.items(), start=1):
                tx.rooms.put(Room(room_id=room_id, use=RoomUse.GROUP, name=name, number=number))
                people = ("runda", "ann", f"bo{number}", f"eva{number}")
                joined += [(room_id, person) for person in people]
            changes = [self.joined(room_id, person) for room_id, person in joined]
            tx.rooms.apply(changes)

        database.write_now(work)

    def joined(self, room_id: RoomId, person: str) -> MemberChange:
        return MemberChange(
            room_id=room_id,
            user_id=UserId(f"@{person}:example.org"),
            membership=Membership.JOIN,
            name=None,
            sent_ms=to_ms(self.now),
        )

    def start(self, database: Database) -> Dialogue:
        """A dialogue whose first step opens now."""

        def work(tx: Transaction) -> Dialogue:
            (pack,) = (
                file for file in find_packs([self.folder / "packs"]) if file.name == "meetings"
            )
            order = Order(
                pack=pack,
                starts_at=self.now,
                zone="Europe/Stockholm",
                language="sv",
                organizers_room=ORGANIZERS,
            )
            return order_start(tx, order, now=self.now)

        return self.open_step(database, database.write_now(work), 0)

    def open_step(self, database: Database, dialogue: Dialogue, position: int) -> Dialogue:
        """Another step, now."""
        moved = dialogue.at_step(position, at=self.now)
        step = moved.pack.steps[position]

        def work(tx: Transaction) -> None:
            tx.dialogues.save(moved)
            tx.rounds.open(
                [
                    NewRound(
                        dialogue_id=moved.id,
                        step_id=StepId(step.id),
                        group_id=group.id,
                        room_id=group.room_id,
                        step_kind=step.kind,
                        scenario=step.scenario,
                        text_version=step.version,
                        opened_ms=to_ms(self.now),
                        closes_ms=None,
                    )
                    for group in moved.groups
                ]
            )

        database.write_now(work)
        return moved


def add_rows(url: str, row: type[SQLModel], *values: dict[str, Any]) -> None:
    """Rows as they would lie there, whoever wrote them."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.insert(table_of(row)), list(values))
    engine.dispose()


def answer(
    installation: Installation, number: int, text: str, *, round_no: int = 1, **more: object
) -> None:
    """A reply by a person of its own, whose words have been looked at."""
    person: dict[str, Any] = {
        "participant_no": number,
        "dialogue_id": "meetings-1",
        "user_id": f"@p{number}:example.org",
        "group_id": "1",
    }
    reply: dict[str, Any] = {
        "round_no": round_no,
        "participant_no": number,
        "kind": "individual",
        "room_id": "!private:example.org",
        "event_id": f"$reply{number}",
        "sent_ms": 1_790_000_000_000 + number,
        "received_ms": 1_790_000_001_000 + number,
        "text": text,
        "late": False,
        "sealed": True,
        "looked": 1,
    }
    add_rows(installation.url, ParticipantRow, person)
    add_rows(installation.url, ReplyRow, reply | more)
