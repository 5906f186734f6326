"""The command that tries a pack out with made-up people."""

from __future__ import annotations

from bot.commands.registry import Answer, Call, Command
from bot.errors import CommandError
from bot.nearest import nearest
from bot.rehearsal.lines import MARK
from bot.rehearsal.rehearsals import Busy, sizes_for
from bot.rendering.markdown import escape
from bot.rendering.problems import problem_sentence
from flows.errors import PackError
from flows.packs.pack import Pack

_STOPPING = frozenset({"stop", "stopp", "stoppa", "avsluta", "end"})


def _rehearse(call: Call) -> Answer:
    # "!dry run grums" reads well, and means the same.
    wanted = call.argument.removeprefix("run ").strip()
    if wanted.casefold() in _STOPPING:
        return _cut_short(call)
    pack = _pack(call, wanted)
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


def _pack(call: Call, name: str) -> Pack:
    packs = {file.name: file for file in call.tools.packs()}
    file = packs.get(name.casefold().removesuffix(".toml"))
    if file is None:
        raise CommandError(_no_such_pack(call, name, list(packs)))
    try:
        return file.load()
    except PackError as error:
        head = call.words.say("The pack `{name}` cannot be started:", name=error.name)
        lines = [f"- {escape(problem_sentence(one, call.words))}" for one in error.problems]
        raise CommandError("\n".join([head, "", *lines])) from error


def _no_such_pack(call: Call, name: str, known: list[str]) -> str:
    listed = ", ".join(f"`{one}`" for one in known)
    if not name:
        return call.words.say(
            "Write which pack is to be tried out, `!{dryrun} grums`. There are: {known}.",
            dryrun=DRY_RUN.name(call.words),
            known=listed,
        )
    guess = nearest(name, known)
    if guess is None:
        return call.words.say("There is no pack of that name. There are: {known}.", known=listed)
    return call.words.say(
        "There is no pack of that name. Did you mean `{guess}`? There are: {known}.",
        guess=guess,
        known=listed,
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
