"""A dialogue told by role: the role on the list, in place of the group and of any name."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from bot.chat import PostFile
from bot.exports.reading import gather
from bot.world import World
from flows.dialogue import Status
from flows.grouping.people import Person, PersonId
from flows.ids import UserId
from storage.instants import to_ms
from storage.journal import MemberChange, Membership
from storage.overview import reading
from storage.seating import Seated, Stage, Todo
from storage.transaction import Transaction
from tests.bot.journey import Journey
from tests.builders import (
    ANN,
    BO,
    BOT,
    CIA,
    DAN,
    MONDAY_9H,
    OLGA,
    ORGANIZERS,
    TABLE_1,
    TABLE_2,
    pack_toml,
    step_toml,
)

TOLD = 'identity = "role"\n' + pack_toml(
    step_toml("individual", "alone", length="10 min"), step_toml("plenary", "bye", length="1 min")
)
MORE = tuple(UserId(f"@more{number}:example.org") for number in range(8))
ROLES = {ANN: "Teacher", CIA: "Teacher", BO: "Nurse", DAN: "Principal"} | {
    user_id: "Teacher" if number < 4 else "Nurse" for number, user_id in enumerate(MORE)
}
"""Six teachers, five nurses, and one principal: too few to be told."""


async def a_list_is_settled(journey: Journey) -> None:
    now_ms = to_ms(journey.now)

    def work(tx: Transaction) -> None:
        seating = tx.seatings.begin(None, language="en", now_ms=now_ms)
        tx.seatings.save(replace(seating, stage=Stage.SETTLED, todo=Todo.NOTHING, groups=2))
        people = [
            Seated(
                person=Person(id=PersonId(n), name=f"Name{n}", role=role, user_id=user_id), table=1
            )
            for n, (user_id, role) in enumerate(ROLES.items(), start=1)
        ]
        tx.seatings.put_people(seating.number, people)
        rooms = (TABLE_1, TABLE_2)
        tx.rooms.apply(
            [
                MemberChange(
                    room_id=rooms[n % 2],
                    user_id=user_id,
                    membership=Membership.JOIN,
                    name=None,
                    sent_ms=now_ms,
                )
                for n, user_id in enumerate(MORE)
            ]
        )
        journey.app.world.forget()

    await journey.asks(work)


async def test_answers_are_told_by_role_and_a_rare_role_is_not_told(journey: Journey) -> None:
    await a_list_is_settled(journey)
    journey.has_pack("told", TOLD)
    journey.now = MONDAY_9H - timedelta(seconds=1)
    for who in (ANN, BO, DAN):
        await journey.opens_private_chat(who)
    await journey.writes(OLGA, "!start told")
    assert "👥 **By role:**" in journey.texts(TABLE_1)[-1]
    assert "👥 **By role:**" in journey.texts(journey.private[ANN])[-1]
    for who, text in ((ANN, "Warm bread"), (BO, "Longer pauses"), (DAN, "More money")):
        await journey.writes_in_private(who, text)
    await journey.writes(OLGA, "!next")
    await journey.writes(OLGA, "!export json")
    await journey.until(lambda: bool(_files(journey)), within_s=60)

    (file,) = _files(journey)
    document = json.loads(file.data)
    names = {group["id"]: group["name"] for group in document["groups"]}
    (step,) = document["steps"]
    said = {
        names[part["group"]]: sorted(reply["text"] for reply in part["replies"])
        for part in step["groups"]
    }
    # One principal would be known; told beside the five nurses, so would it be who is none.
    assert said == {"Teacher": ["Warm bread"], "Other roles": ["Longer pauses", "More money"]}
    assert "Table 1" not in json.dumps(document)
    assert "Principal" not in "\n".join(journey.texts(ORGANIZERS))
    assert "Name1" not in "\n".join(journey.texts(ORGANIZERS))


async def test_what_the_operator_exports_tells_roles_and_no_groups_too(journey: Journey) -> None:
    await a_list_is_settled(journey)
    journey.has_pack("told", TOLD)
    journey.now = MONDAY_9H - timedelta(seconds=1)
    for who in (ANN, BO):
        await journey.opens_private_chat(who)
    await journey.writes(OLGA, "!start told")
    for who, text in ((ANN, "Warm bread"), (BO, "Longer pauses")):
        await journey.writes_in_private(who, text)

    with reading(journey.url) as seen:
        (dialogue,) = seen.tx.dialogues.in_status(Status.RUNNING)
        world = World(BOT, ORGANIZERS).ready(seen.tx)
        export = gather(seen, world, dialogue, exported_ms=0)

    names = {one.group_id: one.name for one in export.groups}
    said = {one.text: (names[one.group_id], one.person) for one in export.replies}
    assert said == {"Warm bread": ("Teacher", 0), "Longer pauses": ("Other roles", 0)}


def _files(journey: Journey) -> list[PostFile]:
    return [one.file for one in journey.shown(ORGANIZERS) if one.file is not None]
