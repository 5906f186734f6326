"""What made-up people say: plain sentences around the pack's own words.

Each begins with the sign of the rehearsal, so that nobody takes it for somebody's answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.wording import Wording

if TYPE_CHECKING:
    from flows.packs.pack import Pack

MARK = "🧪"


class Lines:
    """The sentences of one rehearsal, in its language."""

    def __init__(self, pack: Pack, words: Wording) -> None:
        self._words = words
        self._subjects = _subjects(pack, words)

    def own(self, draw: int) -> str:
        """An answer of one's own."""
        return self._said(self._own_sentences(self._subject(draw)), draw)

    def reason(self, draw: int) -> str:
        """Why somebody has chosen what she has chosen; one line without a figure."""
        words = self._words
        return self._said(
            (
                words.say("It has become better since last time."),
                words.say("We need more time for this."),
                words.say("Somebody has to hold it together."),
                words.say("It works where people know each other."),
            ),
            draw,
        )

    def talk(self, draw: int) -> str:
        """Something said in the group."""
        words = self._words
        return self._said(
            (
                words.say("Shall we begin with what is easiest?"),
                words.say("I think we mean the same thing."),
                words.say("Who writes for us?"),
            ),
            draw,
        )

    def group(self, draw: int) -> str:
        """A group's answer, with the words that make it one."""
        words = self._words
        subject = self._subject(draw)
        said = self._said(
            (
                words.say(
                    "We propose one contact person for {subject}, from next month.",
                    subject=subject,
                ),
                words.say(
                    "We meet once a month about {subject}, the first time in three weeks.",
                    subject=subject,
                ),
                words.say(
                    "Everybody must know whom to call about {subject}. We make a list together.",
                    subject=subject,
                ),
            ),
            draw,
        )
        return words.say("Group answer: {answer}", answer=said)

    def _own_sentences(self, subject: str) -> tuple[str, ...]:
        words = self._words
        return (
            words.say("What takes too long here is {subject}.", subject=subject),
            words.say("I propose that we meet every month about {subject}.", subject=subject),
            words.say("Who is responsible for {subject}?", subject=subject),
            words.say("It works well with {subject}, thanks to those who care.", subject=subject),
            words.say("I would have asked about {subject} first of all.", subject=subject),
            words.say("There is too little time for {subject}.", subject=subject),
        )

    def _subject(self, draw: int) -> str:
        return self._subjects[draw % len(self._subjects)]

    def _said(self, sentences: Sequence[str], draw: int) -> str:
        # Another part of the draw than the subject's, so that each meets each.
        sentence = sentences[draw // len(self._subjects) % len(sentences)]
        return f"{MARK} {sentence}"


def _subjects(pack: Pack, words: Wording) -> tuple[str, ...]:
    """What is spoken about: words of the pack's themes."""
    found = [
        keyword
        for theme in pack.themes
        for keyword in dict(theme.keywords).get(words.language, ())[:3]
    ]
    return tuple(found) or (words.say("our work"),)
