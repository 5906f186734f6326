"""The command that tries a pack out with made-up people."""

from __future__ import annotations

from functools import partial

from bot.commands.registry import Answer, Call, Command
from bot.commands.which_pack import pack_file, sound_pack
from bot.errors import CommandError
from bot.rehearsal.lines import MARK
from bot.rehearsal.rehearsals import Busy, sizes_for
from bot.rendering.markdown import escape

_STOPPING = frozenset({"stop", "stopp", "stoppa", "avsluta", "end"})


def _rehearse(call: Call) -> Answer:
    # "!dry run grums" reads well, and means the same.
    wanted = call.argument.removeprefix("run ").strip()
    if wanted.casefold() in _STOPPING:
        return _cut_short(call)
    pack = sound_pack(call, pack_file(call, wanted, unnamed=partial(_which, call)))
    language = call.words.language
    rehearsals = call.tools.rehearsals
    try:
        rehearsals.order(
            call.tx,
            pack,
            language=language,
            invited=sorted(call.tools.world.organizers),
            now=call.now,
        )
    except Busy as busy:
        message = call.words.say(
            "One dry run at a time: that of **{title}** is still going on. Wait until it ends, or "
            "end it with `!{dryrun} stop`.",
            title=escape(busy.title),
            dryrun=DRY_RUN.name(call.words),
        )
        raise CommandError(message) from busy
    sizes = sizes_for(pack)
    groups = call.words.say_n("{number} group", "{number} groups", len(sizes))
    people = call.words.say_n("{number} made-up person", "{number} made-up people", sum(sizes))
    text = call.words.say(
        "**{title}** is tried out with {people} in {groups}. I invite you to a room where you see "
        "what a group sees; the digest comes here. It takes a minute or two, and touches no real "
        "group.",
        title=escape(pack.title.get(language)),
        people=people,
        groups=groups,
    )
    return Answer(markdown=f"{MARK} {text}")


def _which(call: Call, known: str) -> str:
    return call.words.say(
        "Write which pack is to be tried out, `!{dryrun} grums`. There are: {known}.",
        dryrun=DRY_RUN.name(call.words),
        known=known,
    )


def _cut_short(call: Call) -> Answer:
    ended = call.tools.rehearsals.cut_short(call.tx, now=call.now)
    if ended is None:
        raise CommandError(call.words.say("No dry run is going on."))
    return Answer(markdown="")


DRY_RUN = Command(
    swedish="provkör",
    english="dryrun",
    also_swedish=("provkörning", "prova"),
    also_english=("dry-run", "dry", "rehearse"),
    usage=lambda words: words.say(
        "`grums` – try that pack out with made-up people, and see the digest; `stop` ends it"
    ),
    run=_rehearse,
)
