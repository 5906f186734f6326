"""Every pack that ships, from its first prompt to its last digest, with its people around it."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from bot.wording import wording
from demo.client import Client
from demo.homeserver import Homeserver
from flows.ids import RoomId
from flows.packs.pack import StepKind
from tests.journeys.evening import Evening, evening
from tests.journeys.workshop import until_true

WORDS = wording("sv")


async def in_order(happened: Evening) -> None:
    """Everything was asked once at every table, everything stored, and the digest counts it."""
    assert happened.stored() == Counter(happened.sent)
    assert max(Counter(happened.sent).values()) >= 1
    for table in happened.tables:
        for step in happened.pack.steps:
            assert await happened.prompts_seen(table, step) == 1, (table.name, step.id)
    given = (len(happened.tables) - 1) * _group_steps(happened)
    await happened.shows(
        WORDS.say(
            "{answered} of {present} have answered",
            answered=happened.people - 1,
            present=happened.people,
        )
    )
    await happened.shows(
        WORDS.say(
            "{given} of {asked} group answers",
            given=given,
            asked=len(happened.tables) * _group_steps(happened),
        )
    )


def _group_steps(happened: Evening) -> int:
    return sum(step.kind is StepKind.GROUP for step in happened.pack.steps)


@pytest.mark.parametrize(
    ("pack", "sizes"),
    [
        pytest.param("grums", (6,) * 10, id="grums: 60 people, ten tables"),
        pytest.param("storuman", (7, 7, 6), id="storuman: 20 people, three groups"),
        pytest.param("storuman-manad", (3, 3, 3), id="storuman: the monthly meeting"),
        pytest.param("nordmaling", (5, 5, 4, 4, 4), id="nordmaling: 22 citizens"),
        pytest.param("skelleftea", (2, 2, 2, 2), id="skelleftea: four committees"),
        pytest.param("kristinehamn", (6,) * 15, id="kristinehamn: 90 people, 15 tables"),
    ],
)
async def test_from_the_first_prompt_to_the_last_digest(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path, pack: str, sizes: tuple[int, ...]
) -> None:
    async with evening(homeserver, tmp_path, fresh_name, pack, sizes) as happened:
        await happened.run()

        await in_order(happened)


async def test_each_table_of_kristinehamn_has_its_own_place_and_then_the_next(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path
) -> None:
    async with evening(homeserver, tmp_path, fresh_name, "kristinehamn", (1,) * 5) as happened:
        await happened.run()

        first = [await happened.scenario_seen(one, "first-together") for one in happened.tables]
        second = [await happened.scenario_seen(one, "second-together") for one in happened.tables]
        assert first == ["vera", "anhorig", "avdelningen", "hemtjansten", "vera"]
        assert second == ["anhorig", "avdelningen", "hemtjansten", "vera", "anhorig"]


async def test_the_health_strategist_of_storuman_answers_via_link(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path
) -> None:
    account = await homeserver.register(f"{fresh_name}strateg")
    async with (
        evening(homeserver, tmp_path, fresh_name, "storuman", (2, 2)) as happened,
        Client(homeserver.url, account) as strategist,
    ):
        # given the one who is named for the role, in the room the bot has made for her
        scene = happened.scene
        await scene.order(f"!kontakt halsostrateg {strategist.id}")
        room_id = await invited(strategist)
        await strategist.join(room_id)

        # when the visit runs, and she answers what the pack asks her
        visit = asyncio.create_task(happened.run())
        await scene.shows(strategist, room_id, "Vad gör regionen i suicidprevention")
        await strategist.write(room_id, "ja")
        await strategist.write(room_id, "Vi utbildar tjugo till i höst")
        await scene.shows(strategist, room_id, "Vad behöver du från kommunen")
        await strategist.write(room_id, "En lokal en kväll i veckan")
        await visit

        # then every group has read it, with her role, and the digest counts it
        for table in happened.tables:
            for words in ("Vi utbildar tjugo till i höst", "En lokal en kväll i veckan"):
                await scene.shows(table.people[0], table.room_id, words)
        await happened.shows("Via länk: 2 av 2 frågor besvarade")


async def invited(person: Client) -> RoomId:
    """Wait to be invited; the room."""

    async def came() -> bool:
        await person.sync()
        return bool(person.invitations)

    await until_true(came, "an invitation")
    return next(iter(person.invitations))


async def test_what_is_said_about_violence_in_nordmaling_is_never_seen_at_the_table(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path
) -> None:
    async with evening(homeserver, tmp_path, fresh_name, "nordmaling", (2, 2)) as happened:
        # given one who answers in private
        table = happened.tables[0]
        await happened.scene.open_private_chat(table.people[0])

        # when the evening runs
        await happened.run()

        # then her words are in the organizers' digest, and in no room
        words = "Svar om violence-alone från bord 1, plats 1"
        await happened.shows(words)
        for other in happened.tables:
            texts = await happened.scene.texts(other.people[-1], other.room_id)
            assert not any(words in text for text in texts)
