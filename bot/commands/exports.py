"""The command that hands out the digest as files."""

from __future__ import annotations

from bot import keys
from bot.commands.registry import Answer, Call, Command
from bot.errors import CommandError
from bot.exports.exporting import EVERYTHING, to_names
from bot.nearest import nearest
from bot.rendering.forms.form import READ, Form, Length, Wanted
from bot.rendering.markdown import escape
from flows.audit import Act, Head
from flows.dialogue import Dialogue, Status
from storage.export_orders import ExportOrder
from storage.instants import to_ms

_USUAL = (Form.PDF, Form.DOCX, Form.XLSX)
_FORMS = {
    **{form.value: form for form in Form},
    "word": Form.DOCX,
    "excel": Form.XLSX,
    "markdown": Form.MARKDOWN,
}
_ALL = ("all", "allt", "alla")
_PUBLIC = ("public", "offentlig", "offentligt")


def _export(call: Call) -> Answer:
    said = call.argument.casefold().replace(",", " ").split()
    dialogue = _dialogue(call, [word for word in said if not _is_form(word)])
    everything = any(word in _ALL for word in said)
    wanted = _wanted(said)
    order = ExportOrder(
        key=keys.export(dialogue.id, call.message.event_id),
        dialogue_id=dialogue.id,
        room_id=dialogue.organizers_room,
        wanted=(EVERYTHING,) if everything else to_names(wanted),
        ordered_ms=to_ms(call.now),
    )
    call.tx.export_orders.add(order)
    noted = call.note(Act.EXPORT, dialogue=dialogue.id, subject=" ".join(order.wanted))
    forms = ", ".join(dict.fromkeys(f"`{one.form}`" for one in wanted))
    if everything:
        text = call.words.say(
            "📎 {dialogue} is being packed into one ZIP: every form of the digest, the log, the "
            "list of participants, the pack, and the checksum of each. It comes here.",
            dialogue=dialogue.id,
        )
    else:
        text = call.words.say(
            "📎 {dialogue} is being written as {forms}. The files come here.",
            dialogue=dialogue.id,
            forms=forms,
        )
    head = call.words.say(
        "📒 In the log: `{head}`. Keep this line: with it, anybody can check later that the log is "
        "whole up to here.",
        head=Head.of(noted),
    )
    return Answer(markdown=f"{text}\n\n{head}", touched=frozenset({dialogue.id}))


def _is_form(word: str) -> bool:
    return word in _FORMS or word in _ALL or word in _PUBLIC


def _wanted(said: list[str]) -> tuple[Wanted, ...]:
    named = [_FORMS[word] for word in said if word in _FORMS]
    if any(word in _PUBLIC for word in said):
        forms = [form for form in named or READ[:1] if form in READ] or READ[:1]
        return tuple(Wanted(form=form, length=Length.PUBLIC) for form in dict.fromkeys(forms))
    return tuple(Wanted(form=form) for form in dict.fromkeys(named or _USUAL))


def _dialogue(call: Call, rest: list[str]) -> Dialogue:
    known = {one.id.casefold(): one for one in call.tx.dialogues.in_status()}
    if rest:
        if rest[0] in known:
            return known[rest[0]]
        choices = [*_FORMS, *_ALL[:2], *_PUBLIC[:2], *known]
        guess = nearest(rest[0], choices) or "pdf"
        message = call.words.say(
            "“{written}” is neither a form nor a dialogue. Did you mean `{guess}`? The forms are "
            "`pdf`, `docx`, `xlsx`, `csv`, `json`, `md`, `all` and `public`.",
            written=escape(rest[0]),
            guess=guess,
        )
        raise CommandError(message)
    begun = call.tx.dialogues.in_status(Status.RUNNING, Status.ENDED)
    if not begun:
        message = call.words.say("No dialogue has begun yet, so there is nothing to hand out.")
        raise CommandError(message)
    return begun[-1]


EXPORT = Command(
    swedish="exportera",
    english="export",
    usage=lambda words: words.say(
        "– the digest as files; with a form, only that: `pdf`, `xlsx`, `public`, `all` …"
    ),
    run=_export,
)
