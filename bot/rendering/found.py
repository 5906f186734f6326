"""What was found across the answers, as chat messages: a few lines above, a message per theme."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from bot.rendering.comparing import raised_by, verdict
from bot.rendering.markdown import escape
from bot.rendering.parts import Block, Head
from bot.rendering.quotes import Quoter, name
from bot.wording import Wording
from flows.digest.document import Digest
from flows.digest.findings import Proposal, Remark, Theme
from flows.digest.wording import Worded
from flows.ids import GroupId, ReplyNo, ThemeNo

MOST_THEMES = 6
"""Named in the overview; more would push the rest off a phone's screen."""

MOST_GROUPS = 6
"""Named beside a theme, those first where most people raised it."""

MODEL = "🤖"
"""Beside what is a language model's and not ours."""

MOST_SOURCES = 5
"""Linked behind one of its sentences."""

MOST_LIKE = 5
"""Proposals that one is said to be like."""


class Found:
    """Writes the findings of one digest. `group` gives a group's name as Markdown.

    `worded` is what a language model said of themes: it stands beside what the program found,
    and is marked.
    """

    def __init__(
        self,
        digest: Digest,
        wording: Wording,
        quoter: Quoter,
        group: Callable[[GroupId], str],
        worded: Mapping[ThemeNo, Worded],
    ) -> None:
        self._worded = worded
        self._quotes = {quote.reply_no: quote for quote in digest.all_quotes}
        self._found = digest.findings
        self._wording = wording
        self._quoter = quoter
        self._group = group

    # ---------------------------------------------------------------- overview

    def overview(self) -> Iterator[Block]:
        """The themes by size, and how much else there is."""
        say_n, themes = self._wording.say_n, self._found.shown
        head = Head(f"**{self._wording.say('Themes')}**")
        # By number, the names stay where they were when late answers come.
        largest = sorted(themes, key=lambda theme: (-len(theme.replies), theme.number))
        for theme in largest[:MOST_THEMES]:
            line = f"- **{self._called(theme)}** · {self._size(theme)}"
            yield Block(markdown=line, heads=(head,), item=True)
        left = len(themes) - MOST_THEMES
        if left > 0:
            more = say_n("and {number} more theme", "and {number} more themes", left)
            yield Block(markdown=f"- {more}", heads=(head,), item=True)
        if any(map(self._label, largest[:MOST_THEMES])):
            text = self._wording.say("{mark} named by a language model", mark=MODEL)
            yield Block(markdown=f"*{text}*")
        facts = []
        if number := len(self._found.proposals):
            facts.append(say_n("{number} proposal", "{number} proposals", number))
        if number := len(self._found.questions):
            facts.append(say_n("{number} open question", "{number} open questions", number))
        if facts:
            yield Block(markdown=f"**{' · '.join(facts)}**")

    def _called(self, theme: Theme) -> str:
        title = name(theme.name)
        if label := self._label(theme):
            return f"{theme.number}\\. {name(label)} {MODEL}"
        if not title:
            return self._wording.say("Theme {number}", number=theme.number)
        return f"{theme.number}\\. {title}"

    def _label(self, theme: Theme) -> str:
        """What a language model calls a theme that nobody has named, "" for nothing."""
        worded = self._worded.get(theme.number)
        return "" if worded is None or theme.title else worded.label

    def _size(self, theme: Theme) -> str:
        say, say_n = self._wording.say, self._wording.say_n
        facts = [
            say_n("{number} reply", "{number} replies", len(theme.replies)),
            say_n("{number} group", "{number} groups", len(theme.groups)),
        ]
        if theme.number in self._found.alone:
            facts[-1] = say("raised by one group only")
        if theme.number in self._found.common:
            facts[-1] = say("raised in every group")
        return " · ".join(facts)

    # ---------------------------------------------------------------- messages

    def messages(self) -> Iterator[list[Block]]:
        """The blocks of each message of the thread: a theme, the rest, the groups compared."""
        for theme in self._found.shown:
            yield list(self._theme(theme))
        for blocks in (list(self._rest()), list(self._compared())):
            if blocks:
                yield blocks

    def _theme(self, theme: Theme) -> Iterator[Block]:
        head = Head(f"### {self._called(theme)}", about=f"theme-{theme.number}")
        facts = [self._size(theme)]
        facts.append(self._wording.say_n("{number} person", "{number} people", theme.persons))
        if theme.sensitive:
            facts.append(self._wording.say("sensitive"))
        yield Block(markdown=" · ".join(facts), heads=(head,))
        yield from self._in_other_words(theme, head)
        for quote in theme.quotes:
            yield from self._quoter.item(quote, (head,))
        own = [one for one in self._found.proposals if one.theme == theme.number]
        yield from self._proposals(own, (head,))

    def _in_other_words(self, theme: Theme, head: Head) -> Iterator[Block]:
        """What a language model says of a theme, each sentence with the replies it rests on."""
        worded = self._worded.get(theme.number)
        if worded is None:
            return
        if self._label(theme) and (words := name(theme.name)):
            yield Block(
                markdown=self._wording.say("Words of the replies: {words}", words=words),
                heads=(head,),
            )
        text = self._wording.say("Worded by a language model, from the replies that are named:")
        title = Head(f"*{MODEL} {text}*")
        for one in worded.statements:
            quotes = [self._quotes[ReplyNo(number)] for number in one.replies]
            sources, refs = self._quoter.sources(quotes[:MOST_SOURCES])
            more = len(quotes) - MOST_SOURCES
            if more > 0:
                counted = self._wording.say_n(
                    "and {number} more reply", "and {number} more replies", more
                )
                sources += f" {counted}"
            line = f"- {escape(one.text)} ({sources})"
            yield Block(markdown=line, heads=(head, title), refs=refs, item=True)
        if worded.statements:
            own = self._wording.say("In their own words")
            yield Block(markdown=f"**{own}**", heads=(head,))

    def _rest(self) -> Iterator[Block]:
        shown = {theme.number for theme in self._found.shown}
        outside = [one for one in self._found.proposals if one.theme not in shown]
        yield from self._proposals(outside, ())
        say = self._wording.say
        for title, remarks in (
            (say("Open questions"), self._found.questions),
            (say("Criticism"), self._found.criticism),
            (say("Praise"), self._found.praise),
        ):
            yield from self._remarks(title, remarks)

    def _proposals(self, proposals: Iterable[Proposal], heads: tuple[Head, ...]) -> Iterator[Block]:
        title = Head(f"**{self._wording.say('Proposals')}**")
        for one in proposals:
            label = f"**{one.number}\\.** "
            if one.like:
                numbers = ", ".join(map(str, one.like[:MOST_LIKE]))
                like = self._wording.say("like proposal {numbers}", numbers=numbers)
                label += f"*({like})* "
            yield from self._quoter.item(one.quote, (*heads, title), label=label)

    def _remarks(self, title: str, remarks: Iterable[Remark]) -> Iterator[Block]:
        head = Head(f"**{title}**")
        for remark in remarks:
            yield from self._quoter.item(remark.quote, (head,))

    def _compared(self) -> Iterator[Block]:
        say = self._wording.say
        themes = {theme.number: theme for theme in self._found.shown}
        head = Head(f"### {say('What groups share, and where they differ')}")
        for one in self._found.comparisons:
            if one.theme in themes:
                told = verdict(one, self._wording)
                line = f"- **{self._called(themes[one.theme])}**: {told}"
                shares = raised_by(one, self._wording, group=self._group, most=MOST_GROUPS)
                text = f"{line} ({shares})" if shares else line
                yield Block(markdown=text, heads=(head,), item=True)
