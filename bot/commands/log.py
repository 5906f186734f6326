"""The command that shows who did what."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.commands.registry import Answer, Call, Command
from bot.errors import CommandError
from bot.rendering.log import fault_sentence, markdown_line, to_csv
from bot.sending.parcels import post_file
from flows.audit import faults
from flows.ids import EffectKey
from storage.instants import to_ms

_USUAL, _MOST = 10, 50
_FILE = ("csv", "fil", "file", "allt", "all")


def _log(call: Call) -> Answer:
    wanted = call.argument.casefold()
    if wanted in _FILE:
        return _file(call)
    if wanted and not (wanted.isdecimal() and 0 < len(wanted) <= len("50") and int(wanted)):
        message = call.words.say(
            "Write `!{log}` for the last entries, `!{log} 30` for more of them, or `!{log} csv` "
            "for all of them as a file.",
            log=LOG.name(call.words),
        )
        raise CommandError(message)
    entries = call.tx.audit.last(min(int(wanted or _USUAL), _MOST))
    if not entries:
        return Answer(markdown=call.words.say("Nothing has been noted yet."))
    zone = ZoneInfo(call.tools.zone)
    head = call.words.say(
        "**The last of what was done** – `!{log} csv` gives everything as a file",
        log=LOG.name(call.words),
    )
    lines = "\n".join(markdown_line(one, zone, call.words) for one in entries)
    return Answer(markdown="\n\n".join([head, lines, _state(call)]))


def _file(call: Call) -> Answer:
    entries = list(call.tx.audit.all())
    room_id = call.message.room_id
    file = post_file(
        call.tx,
        EffectKey(f"{room_id}/-/-/log/{call.message.event_id}"),
        room_id,
        name=f"runda-log-{call.now.astimezone(ZoneInfo(call.tools.zone)):%Y-%m-%d}.csv",
        mime="text/csv",
        data=to_csv(entries),
    )
    call.tx.outbox.put([file], now_ms=to_ms(call.now))
    return Answer(markdown=_state(call))


def _state(call: Call) -> str:
    """The head, if nobody has tampered with the log; else where somebody has."""
    found = faults(call.tx.audit.all())
    if found:
        first = fault_sentence(found[0], call.words)
        return call.words.say(
            "⚠️ Somebody has changed the log in the database: {fault}. Tell whoever runs the bot.",
            fault=first,
        )
    return call.words.say("The log is whole. Its head: `{head}`", head=call.tx.audit.head())


LOG = Command(
    swedish="logg",
    english="log",
    usage=lambda words: words.say("– who did what, and why; `csv` gives it as a file"),
    run=_log,
    also_swedish=("loggen",),
)
