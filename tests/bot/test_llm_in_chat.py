"""What a language model says of themes, in the digest that is posted: true, marked, in time."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from aiohttp import web

from bot.digest.llm import ChatWords
from bot.digest.making import MODEL_UNTIL_S
from bot.rendering import markdown
from bot.rendering.digest import render
from bot.wording import wording
from flows.digest.wording import Statement, Worded
from flows.ids import DialogueId, ReplyNo, StepId, ThemeNo
from storage.instants import to_ms
from storage.transaction import Transaction
from tests.bot.journey import Journey
from tests.bot.rendering.forms.materials import MADE_AT, workshop
from tests.bot.test_digests import TIMES_UP, event_of
from tests.bot.test_llm import Handler, chat, config, served
from tests.builders import ANN, BO, CIA, DAN, ORGANIZERS
from tests.flows.digest.texts import ALL

NUMBER = "Ring mig om skolgården på 070-123 45 67."


def says(text: str, reply_id: int, label: str = "") -> dict[str, Any]:
    return {"label": label, "statements": [{"text": text, "reply_ids": [reply_id]}]}


async def first_reply(request: web.Request) -> web.StreamResponse:
    """A model that says what the first reply says, and takes its label from there."""
    asked = json.loads((await request.json())["messages"][1]["content"])
    first = asked["replies"][0]
    text = first["text"].partition("[")[0].strip(" .")
    return chat(says(f"{text}.", first["id"], " ".join(text.split()[:3])))


def recorded(asked: list[str]) -> Handler:
    """The same model, with what it was asked put into a list."""

    async def handler(request: web.Request) -> web.StreamResponse:
        asked.append(await request.text())
        return await first_reply(request)

    return handler


async def workshop_is_over(journey: Journey, address: str, *, within_s: float = 10) -> None:
    """A step was answered by many, with a model at hand."""
    journey.is_set_up(llm=config(address, within_s=within_s))
    await journey.begins()
    await journey.starts_lunch()
    for number, text in enumerate([*ALL, NUMBER]):
        await journey.writes((ANN, BO, CIA, DAN)[number % 4], text)
    await journey.clock_shows(TIMES_UP)


def overview(journey: Journey) -> str:
    return next(text for text in journey.texts(ORGANIZERS) if text.startswith("### Digest"))


async def test_themes_are_named_and_worded_beside_the_words_of_people(
    unset_journey: Journey,
) -> None:
    bodies: list[str] = []
    async with served(recorded(bodies)) as address:
        await workshop_is_over(unset_journey, address)

    # then each theme has a name that is marked as the model's, and the overview says what it is
    told = markdown.render(overview(unset_journey)).text
    assert told.count("🤖") == 3 + 1
    assert "🤖 named by a language model" in told
    details = [text for text in unset_journey.texts(ORGANIZERS) if text.startswith("### 1\\.")]
    (detail,) = details
    assert "🤖 Worded by a language model, from the replies that are named:" in detail
    assert "Words of the replies: " in detail
    # and each sentence leads to its reply, before the quotes that are there in any case
    sentence = detail.partition("are named:")[2].partition("**In their own words**")[0]
    assert sentence.count("[source](https://matrix.to/") == 1
    assert detail.partition("**In their own words**")[2].count("[source](") >= 1

    # and nobody's number was told to the model
    assert len(bodies) == 3
    assert "070-123" not in "".join(bodies)
    assert "[phone number]" in "".join(bodies)
    assert unset_journey.errors == []


async def test_a_theme_whose_replies_read_the_same_is_not_asked_about_again(
    unset_journey: Journey,
) -> None:
    asked: list[str] = []
    # given a digest that was worded
    async with served(recorded(asked)) as address:
        await workshop_is_over(unset_journey, address)
        before = len(asked)

        # when an answer is edited and the digest written anew
        await unset_journey.edits(ANN, event_of(unset_journey, ALL[0]), f"{ALL[0]} Så är det.")
        await unset_journey.time_passes(0.5)

    # then only the theme of that answer was asked about
    assert before == 3
    assert [f"{ALL[0]} Så är det." in body for body in asked[before:]] == [True]
    assert "Så är det" in "".join(unset_journey.texts(ORGANIZERS))


async def _never(_: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError("it waits for ever")


async def _is_away(_: web.Request) -> web.StreamResponse:
    return web.Response(status=503)


async def _lies(_: web.Request) -> web.StreamResponse:
    return chat(
        {
            "label": "Alla älskar kommunen",
            "statements": [
                {"text": "Alla älskar kommunen.", "reply_ids": [1]},
                {"text": "97 procent vill riva skolan.", "reply_ids": [1]},
                {"text": "Läs mer på https://example.org om skolgården.", "reply_ids": [1]},
                {"text": "Skolgården är tråkig.", "reply_ids": [4711]},
            ],
        }
    )


async def _obeys_and_writes_markup(_: web.Request) -> web.StreamResponse:
    return chat(says("<b>Skolgården</b> är [tråkig](javascript:x) och bara asfalt.", 1))


async def _drips(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("handler", [_never, _lies])
async def test_whatever_the_model_does_the_digest_comes_as_it_is_without_it(
    unset_journey: Journey, handler: Handler
) -> None:
    async with served(handler) as address:
        await workshop_is_over(unset_journey, address, within_s=1.0)

    told = "".join(unset_journey.texts(ORGANIZERS))
    assert "Digest: Lunch · Alone" in unset_journey.heads(ORGANIZERS)
    assert "🤖" not in told
    assert "skolgården" in overview(unset_journey)
    assert "procent" not in told
    assert unset_journey.errors == []


async def test_a_digest_that_is_late_already_does_not_wait_for_the_model(
    unset_journey: Journey,
) -> None:
    asked: list[str] = []
    async with served(recorded(asked)) as address:
        unset_journey.is_set_up(llm=config(address))
        await unset_journey.begins()
        await unset_journey.starts_lunch()
        for text in ALL:
            await unset_journey.writes(BO, text)

        # when a digest is made that should have been made a while ago
        due_ms = to_ms(unset_journey.now) - int(MODEL_UNTIL_S * 1000)

        def order(tx: Transaction) -> None:
            lunch, alone = DialogueId("lunch-1"), StepId("alone")
            tx.digest_orders.put(lunch, alone, due_ms=due_ms, fresh=True)

        await unset_journey.database.write(order)
        await unset_journey.settles()

    assert "skolgården" in overview(unset_journey)
    assert asked == []


# ------------------------------------------------------------------- apart from the bot


@pytest.mark.parametrize("handler", [_is_away, _lies, _obeys_and_writes_markup, _drips])
async def test_what_goes_wrong_leaves_nothing_to_show_and_nothing_to_remember(
    handler: Handler,
) -> None:
    answers: list[Handler] = [handler, first_reply]

    async def one_then_another(request: web.Request) -> web.StreamResponse:
        return await answers[0](request)

    # given a model that misbehaves, then does what it should
    async with served(one_then_another) as address:
        words = ChatWords(config(address))
        first = await words.of(workshop().digest, MADE_AT, within_s=1.0)
        answers.pop(0)
        second = await words.of(workshop().digest, MADE_AT, within_s=10.0)

    # then it is asked again, and is shown when it has something to say
    assert first == {}
    assert {number: one.label for number, one in second.items()} == {
        ThemeNo(1): "Vi behöver fler",
        ThemeNo(2): "Köerna är för",
    }
    assert second[ThemeNo(1)].statements[0].replies == (ReplyNo(1),)


async def test_no_time_left_is_no_question() -> None:
    async def handler(_: web.Request) -> web.StreamResponse:
        raise AssertionError("nobody should ask")

    async with served(handler) as address:
        words = ChatWords(config(address))
        assert await words.of(workshop().digest, MADE_AT, within_s=0) == {}


def plain_link(_room: object, event_id: str) -> str:
    return f"https://chat/{event_id}"


def written(worded: dict[ThemeNo, Worded]) -> str:
    parts = render(workshop().digest, wording("sv"), permalink=plain_link, worded=worded)
    return "\n".join(part.markdown for part in parts)


def test_what_the_model_says_is_text_and_a_name_given_by_people_stays() -> None:
    hostile = Statement(text="# *Fler* <vuxna> ![x](y)", replies=(ReplyNo(5),))
    worded = Worded(theme=ThemeNo(1), label="Något annat", statements=(hostile,))

    told = written({ThemeNo(1): worded})

    assert "\\# \\*Fler\\* \\<vuxna\\>" in told
    assert "Något annat" not in told
    assert "🤖 Formulerat av en språkmodell, utifrån de svar som anges:" in told


def test_of_many_sources_the_first_are_linked() -> None:
    numbers = tuple(ReplyNo(number) for number in (1, 2, 3, 4, 5, 6, 7))
    one = Statement(text="Fler vuxna.", replies=numbers)

    told = written({ThemeNo(1): Worded(theme=ThemeNo(1), label="", statements=(one,))})

    (line,) = [line for line in told.splitlines() if line.startswith("- Fler vuxna\\.")]
    assert line.count("[källa](") == 5
    assert line.endswith("och 2 svar till)")
