"""Commands about one pack: seeing it beforehand, taking another version of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from zoneinfo import ZoneInfo

from bot.commands.registry import Answer, Call, Command
from bot.commands.which_pack import pack_file, sound_pack
from bot.dialogues.orders import group_rooms
from bot.errors import CommandError
from bot.rendering.markdown import escape
from bot.rendering.preview import Preview, preview_text
from bot.sending.parcels import post, post_file
from bot.wording import wording
from flows.ids import EffectKey
from flows.packs.table import is_name
from storage.instants import to_ms

_GROUPS = 3
"""How many groups are imagined where there is none yet."""
MOST_MESSAGES = 30
"""A preview of more is posted as a file: a homeserver takes some messages a second."""


def _preview(call: Call) -> Answer:
    pack = sound_pack(call, pack_file(call, call.argument, unnamed=partial(_which, call)))
    # In the pack's own language if it has not the organizer's.
    seen = call.words if call.words.language in pack.languages else wording(pack.language)
    preview = Preview(
        pack=pack,
        starts_at=None,
        now=call.now.astimezone(ZoneInfo(call.tools.zone)),
        seen=seen,
        words=call.words,
        groups=len(group_rooms(call.tx)) or _GROUPS,
        private_chat=call.tools.private_chat,
    )
    messages = list(_messages(preview))
    room_id = call.message.room_id
    # The answer of a command is put after what the command puts, and a thread needs its root.
    root = EffectKey(f"{room_id}/-/-/preview/{call.message.event_id}")
    if len(messages) > MOST_MESSAGES:
        head = call.words.say("**{title}** as groups will see it:", title=escape(preview.title))
        file = post_file(
            call.tx,
            root,
            room_id,
            name=f"{pack.name}.txt",
            mime="text/plain",
            data=preview_text(preview).encode(),
            markdown=head,
        )
        call.tx.outbox.put([file], now_ms=to_ms(call.now))
        return Answer(markdown="")
    head = call.words.say(
        "**{title}** as groups will see it, step by step in this thread.",
        title=escape(preview.title),
    )
    posts = [post(root, room_id, f"{head}\n\n{escape(preview.total())}")]
    posts += [
        post(EffectKey(f"{root}-{number}"), room_id, markdown, under=root)
        for number, markdown in enumerate(messages, start=1)
    ]
    call.tx.outbox.put(posts, now_ms=to_ms(call.now))
    return Answer(markdown="")


def _messages(preview: Preview) -> Iterator[str]:
    """One message for each thing that somebody will see; what is only told joins the one before."""
    for part in preview.parts():
        told = [f"**── {escape(part.heading)} ──**"]
        for shown in part.shown:
            told.append(f"*{escape(shown.place)}*")
            if shown.markdown:
                yield "\n\n".join([*told, shown.markdown])
                told = []
        if told:
            yield "\n\n".join(told)


def _which(call: Call, known: str) -> str:
    return call.words.say("Write which pack. There are: {known}.", known=known)


PREVIEW = Command(
    swedish="förhandsvisa",
    english="preview",
    usage=lambda words: words.say("*pack* – see it as the groups will"),
    run=_preview,
)


def _keep(call: Call) -> Answer:
    shelf = call.tools.shelf
    name, _, number = call.argument.casefold().partition(" ")
    if not name:
        raise CommandError(
            call.words.say("Write which pack, and which version of it: `!keep grums 1`.")
        )
    versions = shelf.versions(name) if is_name(name) else ()
    if not versions:
        raise CommandError(
            call.words.say(
                "No pack of that name has been dropped here. Drop one as a `.toml` or `.zip` file."
            )
        )
    wanted = number.strip() or str(versions[-1])
    if not wanted.isdecimal() or int(wanted) not in versions:
        raise CommandError(
            call.words.say(
                "Of `{name}` there are the versions {versions}. Write for example "
                "`!keep {name} {last}`.",
                name=name,
                versions=", ".join(map(str, versions)),
                last=versions[-1],
            )
        )
    shelf.take(name, int(wanted))
    return Answer(
        markdown=call.words.say(
            "👍 `{name}` is version {number} from now on. Dialogues that run keep theirs.",
            name=name,
            number=wanted,
        )
    )


KEEP = Command(
    swedish="behåll",
    english="keep",
    usage=lambda words: words.say("*pack number* – use that version of a dropped pack"),
    run=_keep,
    available=lambda call: bool(list(call.tools.shelf.current())),
)
