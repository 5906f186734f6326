"""Commands that put themes right: a title, two that are one, one that is two, hidden, moved."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from bot.commands.registry import Answer, Call, Command
from bot.errors import CommandError
from bot.rendering.markdown import escape
from flows.audit import Act
from flows.dialogue import Dialogue, Status
from flows.digest.book import Book, BookTheme
from flows.ids import ReplyNo, ThemeNo
from storage.told import SpeaksOf

LONGEST_TITLE = 80

_NUMBERS = re.compile(r"\d{1,6}")
_PLACE = re.compile(r"(\d{1,6})\.(\d{1,6})")
_MERGE = re.compile(
    r"(?:slå\s+ihop|sla\s+ihop|ihop|merge)\s+(?P<numbers>\d.*)\Z", re.IGNORECASE | re.DOTALL
)
_HIDE = re.compile(r"(?P<verb>dölj|dolj|hide|visa|show)\s+(?P<number>\d{1,6})\Z", re.IGNORECASE)
_MOVE = re.compile(
    r"(?:flytta|move)\s+(?:svar|reply)?\s*(?P<places>[\d.,\s]+?)\s+(?:till|to|->|→)\s*"
    r"(?:tema|theme)?\s*(?P<to>\d{1,6}|utanför|utanfor|inget|outside|none)\Z",
    re.IGNORECASE,
)
_SPLIT = re.compile(
    r"(?:dela|bryt\s+ut|split)\s+(?:av\s+|off\s+)?(?P<places>[\d.,\s]+?)\s*"
    r"(?:(?:som|heter|as|called|:)\s*(?P<title>\S.*))?\Z",
    re.IGNORECASE | re.DOTALL,
)
_RENAME = re.compile(
    r"(?P<number>\d{1,6})\s+(?:(?:heter|kallas|är|is\s+called|is|called|=)\s+)?(?P<title>\S.*)\Z",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """One command at work: the dialogue it is about, and its themes."""

    call: Call
    dialogue: Dialogue
    book: Book

    def theme(self, number: str) -> BookTheme:
        """The theme that a number means; merged ones are what they became."""
        found = self.book.standing(ThemeNo(int(number)))
        if found is None:
            message = self.call.words.say(
                "There is no theme {number}. There are: {known}. `!{theme}` lists them.",
                number=number,
                known=", ".join(str(one.number) for one in self.book.themes if one.into is None),
                theme=THEME.name(self.call.words),
            )
            raise CommandError(message)
        return found

    def replies(self, places: str) -> list[ReplyNo]:
        """The replies that places mean: ``2.3`` is the third of theme 2 in the newest digest."""
        found = [self._reply(*match.groups()) for match in _PLACE.finditer(places)]
        if not found:
            message = self.call.words.say(
                "Write which answers, as theme and place: `2.3` is the third answer of theme 2."
            )
            raise CommandError(message)
        return found

    def _reply(self, number: str, place: str) -> ReplyNo:
        theme = self.theme(number)
        listed = _listed(self.call, self.dialogue, theme.number)
        if not 1 <= int(place) <= len(listed):
            message = self.call.words.say_n(
                "Theme {theme} has {number} answer.",
                "Theme {theme} has {number} answers.",
                len(listed),
                theme=theme.number,
            )
            raise CommandError(message)
        return listed[int(place) - 1]

    def keep(self, book: Book, said: str, subject: str) -> Answer:
        """Remember the themes as they are now, and write every digest anew.

        `subject` is what was done, for the log: numbers, and no title (it may quote an answer).
        """
        call = self.call
        call.tx.themes.keep(self.dialogue.id, book)
        call.note(Act.THEME, dialogue=self.dialogue.id, subject=subject)
        for digest in call.tx.digests.newest(self.dialogue.id):
            call.tools.digests.order_anew(call.tx, self.dialogue.id, digest.scope, at=call.now)
        anew = call.words.say("The digests are written anew.")
        return Answer(markdown=f"✅ {said} {anew}", touched=frozenset({self.dialogue.id}))


def _desk(call: Call) -> _Desk:
    for dialogue in reversed(call.tx.dialogues.in_status(Status.RUNNING, Status.ENDED)):
        book = call.tx.themes.book(dialogue.id)
        if book.themes:
            return _Desk(call=call, dialogue=dialogue, book=book)
    message = call.words.say(
        "There are no themes yet: they come with the first digest that has enough answers."
    )
    raise CommandError(message)


def _listed(call: Call, dialogue: Dialogue, number: ThemeNo) -> list[ReplyNo]:
    """A theme's replies as the newest digest that shows it lists them."""
    for digest in sorted(call.tx.digests.newest(dialogue.id), key=lambda one: -one.number):
        document: dict[str, Any] = orjson.loads(digest.document)
        for theme in document.get("findings", {}).get("themes", ()):
            if theme["number"] == number:
                return [ReplyNo(one) for one in theme["replies"]]
    return []


def _theme(call: Call) -> Answer:
    desk = _desk(call)
    text = call.argument.strip()
    for pattern, run in _FORMS:
        match = pattern.match(text)
        if match is not None:
            return run(desk, match)
    if text:
        raise CommandError(_how(call))
    # Titles that nobody has written are words of the answers.
    quoted = frozenset(one for theme in desk.book.themes for one in theme.members)
    return Answer(markdown=_list(desk), speaks_of=SpeaksOf(replies=quoted))


def _how(call: Call) -> str:
    return call.words.say(
        "Write for example `!{theme} 2 is called School yard`, `!{theme} merge 2 3`, "
        "`!{theme} hide 4`, `!{theme} show 4`, `!{theme} move 2.3 to 4` or "
        "`!{theme} split 2.1 2.4 as Lighting`.",
        theme=THEME.name(call.words),
    )


def _list(desk: _Desk) -> str:
    words = desk.call.words
    lines = []
    for theme in desk.book.themes:
        if theme.into is not None:
            continue
        name = escape(theme.title or _heading(desk, theme)) or words.say("no title yet")
        replies = words.say_n("{number} reply", "{number} replies", len(theme.members))
        line = f"- **{theme.number}** {name} · {replies}"
        hidden = words.say("hidden")
        lines.append(f"{line} · {hidden}" if theme.hidden else line)
    head = words.say("Themes of {dialogue}:", dialogue=desk.dialogue.id)
    return "\n".join([f"**{head}**", "", *lines, "", _how(desk.call)])


def _heading(desk: _Desk, theme: BookTheme) -> str:
    language = desk.dialogue.language
    titles = {one.id: one.title.get(language) for one in desk.dialogue.pack.themes}
    return titles.get(theme.heading, "")


def _rename(desk: _Desk, match: re.Match[str]) -> Answer:
    theme = desk.theme(match["number"])
    title = " ".join(match["title"].split()).strip("\"”“'`")
    if len(title) > LONGEST_TITLE:
        message = desk.call.words.say(
            "A title has at most {most} characters, so that it fits a line.", most=LONGEST_TITLE
        )
        raise CommandError(message)
    said = desk.call.words.say(
        "Theme {number} is called **{title}** now.", number=theme.number, title=escape(title)
    )
    return desk.keep(desk.book.renamed(theme.number, title), said, f"rename {theme.number}")


def _merge(desk: _Desk, match: re.Match[str]) -> Answer:
    numbers = [desk.theme(number).number for number in _NUMBERS.findall(match["numbers"])]
    into, others = numbers[0], [number for number in numbers[1:] if number != numbers[0]]
    if not others:
        message = desk.call.words.say(
            "Write at least two themes: `!{theme} merge 2 3` makes 3 a part of 2.",
            theme=THEME.name(desk.call.words),
        )
        raise CommandError(message)
    said = desk.call.words.say(
        "{others} is a part of theme {into} now.",
        others=", ".join(str(number) for number in dict.fromkeys(others)),
        into=into,
    )
    return desk.keep(
        desk.book.merged(into, others), said, f"merge {' '.join(map(str, [into, *others]))}"
    )


def _hide(desk: _Desk, match: re.Match[str]) -> Answer:
    theme = desk.theme(match["number"])
    hidden = match["verb"].casefold() in {"dölj", "dolj", "hide"}
    done = f"{'hide' if hidden else 'show'} {theme.number}"
    words = desk.call.words
    if hidden:
        said = words.say("Theme {number} is hidden. It is still counted.", number=theme.number)
    else:
        said = words.say("Theme {number} is shown again.", number=theme.number)
    return desk.keep(
        desk.book.hidden(theme.number, hidden=hidden),
        said,
        done,
    )


def _move(desk: _Desk, match: re.Match[str]) -> Answer:
    replies = desk.replies(match["places"])
    words = desk.call.words
    if match["to"].isdecimal():
        target = desk.theme(match["to"]).number
        said = words.say_n(
            "{number} answer stands under theme {theme} now.",
            "{number} answers stand under theme {theme} now.",
            len(replies),
            theme=target,
        )
        return desk.keep(desk.book.moved(replies, target), said, f"move to {target}")
    said = words.say_n(
        "{number} answer stands outside the themes now.",
        "{number} answers stand outside the themes now.",
        len(replies),
    )
    return desk.keep(desk.book.moved(replies, None), said, "move outside")


def _split(desk: _Desk, match: re.Match[str]) -> Answer:
    replies = desk.replies(match["places"])
    title = " ".join((match["title"] or "").split()).strip("\"”“'`")[:LONGEST_TITLE]
    book, number = desk.book.split(replies, title)
    said = desk.call.words.say_n(
        "{number} answer has a theme of its own now, number {theme}.",
        "{number} answers have a theme of their own now, number {theme}.",
        len(replies),
        theme=number,
    )
    return desk.keep(book, said, f"split into {number}")


Form = Callable[[_Desk, re.Match[str]], Answer]

_FORMS: Sequence[tuple[re.Pattern[str], Form]] = (
    (_MERGE, _merge),
    (_HIDE, _hide),
    (_MOVE, _move),
    (_SPLIT, _split),
    (_RENAME, _rename),
)


def _has_themes(call: Call) -> bool:
    dialogues = call.tx.dialogues.in_status(Status.RUNNING, Status.ENDED)
    return any(call.tx.digests.newest(dialogue.id) for dialogue in dialogues[-1:])


THEME = Command(
    swedish="tema",
    english="theme",
    usage=lambda words: words.say(
        "– list themes; `2 is called …`, `merge 2 3`, `hide 4`, `move 2.3 to 4`, "
        "`split 2.1 2.4 as …`"
    ),
    run=_theme,
    also_swedish=("teman",),
    also_english=("themes",),
    available=_has_themes,
)


def _as(pattern: re.Pattern[str], verb: str, form: Form) -> Callable[[Call], Answer]:
    """A command of its own that is also a form of `THEME`."""

    def run(call: Call) -> Answer:
        desk = _desk(call)
        match = pattern.match(f"{verb} {call.argument.removeprefix('ihop').strip()}")
        if match is None:
            raise CommandError(_how(call))
        return form(desk, match)

    return run


MERGE = Command(
    swedish="slå",
    english="merge",
    second_words=("ihop", ""),
    usage=lambda words: words.say("`2 3` – two themes become one"),
    run=_as(_MERGE, "merge", _merge),
    available=_has_themes,
)

HIDE = Command(
    swedish="dölj",
    english="hide",
    usage=lambda words: words.say("`4` – theme 4 is not shown"),
    run=_as(_HIDE, "hide", _hide),
    available=_has_themes,
)
