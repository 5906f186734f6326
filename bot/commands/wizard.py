"""The command that tells an organizer, as things stand now, how to get to a running dialogue."""

from __future__ import annotations

from bot.commands.registry import Answer, Call, Command
from bot.commands.shelf import how_to_add_groups
from bot.dialogues.orders import groups_of
from bot.rendering.markdown import escape
from flows.dialogue import Status
from flows.errors import PackError

_MOST_PACKS = 8


def _new(call: Call) -> Answer:
    words = call.words
    start = "starta" if words.language == "sv" else "start"
    packs = []
    for file in call.tools.packs():
        try:
            packs.append(file.load())
        except PackError:
            # `!packs` says what is wrong with it.
            continue
    choice = "\n".join(
        f"   - `!{start} {pack.name}` – {escape(pack.title.get(words.language))}"
        for pack in packs[:_MOST_PACKS]
    )
    groups = groups_of(call.tx)
    busy = {
        group.room_id: dialogue.id
        for dialogue in call.tx.dialogues.in_status(Status.RUNNING, Status.PLANNED)
        for group in dialogue.groups
    }
    free = [group for group in groups if group.room_id not in busy]
    if not groups:
        seats = how_to_add_groups(call)
    else:
        seats = words.say(
            "The groups are there: {number}, of which {free} are free. A dialogue takes all that "
            "are free; with `groups 1-3` at the end it takes those alone.",
            number=len(groups),
            free=len(free),
        )
    parts = [
        words.say("**A new dialogue**"),
        f"1. {seats}",
        words.say("2. Choose a pack and write its line:") + f"\n{choice or '   - –'}",
        words.say(
            "3. It begins at once. To begin later, write when: `!{start} {pack} tomorrow 9:30`.",
            start=start,
            pack=packs[0].name if packs else "grums",
        ),
        words.say("4. While it runs, `!{help}` shows what you can do.", help=_help(call)),
    ]
    return Answer(markdown="\n".join((parts[0], "", *parts[1:])))


def _help(call: Call) -> str:
    return "hjälp" if call.words.language == "sv" else "help"


NEW = Command(
    swedish="ny",
    english="new",
    usage=lambda words: words.say("– how to begin a new dialogue, step by step"),
    run=_new,
    also_swedish=("nytt",),
)
