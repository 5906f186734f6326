"""Commands that show what there is: packs and groups."""

from __future__ import annotations

from bot.commands.registry import Answer, Call, Command
from bot.commands.seating import resize
from bot.dialogues.orders import group_rooms
from bot.rendering.markdown import escape
from flows.errors import PackError


def _packs(call: Call) -> Answer:
    lines = []
    for file in call.tools.packs():
        try:
            pack = file.load()
        except PackError as error:
            problems = call.words.say_n(
                "{number} problem; see `runda pack check`",
                "{number} problems; see `runda pack check`",
                len(error.problems),
            )
            lines.append(f"- ⚠️ `{file.name}`: {problems}")
            continue
        title = escape(pack.title.get(call.words.language))
        steps = call.words.say_n("{number} step", "{number} steps", len(pack.steps))
        lines.append(f"- `{file.name}` – {title} ({steps})")
    if not lines:
        return Answer(markdown=call.words.say("There are no packs."))
    head = call.words.say("**Packs you can start**")
    return Answer(markdown="\n".join([head, "", *lines]))


PACKS = Command(
    swedish="paket",
    english="packs",
    usage=lambda words: words.say("– the packs you can start"),
    run=_packs,
)


def _groups(call: Call) -> Answer:
    if call.argument:
        return resize(call)
    rooms = group_rooms(call.tx)
    if not rooms:
        return Answer(markdown=how_to_add_groups(call))
    lines = []
    for place, room in enumerate(rooms, start=1):
        people = call.words.say_n(
            "{number} person",
            "{number} people",
            len(call.tools.world.participants(room.room_id)),
        )
        lock = " 🔒" if room.encrypted else ""
        lines.append(f"{place}. {escape(room.name or str(place))}: {people}{lock}")
    head = call.words.say_n("**{number} group**", "**{number} groups**", len(rooms))
    return Answer(markdown="\n".join([head, "", *lines]))


def how_to_add_groups(call: Call) -> str:
    """What to do when there is no group yet."""
    return call.words.say(
        "There are no groups yet. Make a room for each group and invite {bot} to it; every room "
        "an organizer invites me to becomes a group.",
        bot=f"`{call.tools.world.own_id}`",
    )


GROUPS = Command(
    swedish="grupper",
    english="groups",
    usage=lambda words: words.say(
        "– the groups, and how many are in each; `12` or `5-7` changes proposed tables"
    ),
    run=_groups,
)
