"""What was found across the answers of a digest: themes, proposals, questions, differences.

Everything names the replies it rests on. Words of people stand here only as spans of their
replies, as in the rest of the document.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flows.digest.book import Origin
from flows.digest.quote import Quote, Span
from flows.ids import GroupId, ReplyNo, ThemeNo


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioShare:
    """How many replies of a theme were given to one scenario (or to none, ``""``)."""

    scenario: str
    replies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """What several answers are about.

    `number` is its name for as long as the dialogue is kept: it survives late answers, and
    every digest of the dialogue uses the same. `title` is given by organizers, "" for none;
    then `label` names it, words that its replies use and others do not. `language` is that of
    the replies it was found in, "" where replies of every language may stand under it.
    `replies` are in reading order; `unsure` are those among them that could as well stand
    elsewhere. `persons` is how many people wrote them, `groups` where they sit.
    `quotes` are a few replies that speak for the theme. `hidden`: an organizer does not want
    it shown; it is still counted. `sensitive`: not for a wall.
    """

    number: ThemeNo
    origin: Origin
    title: str
    label: tuple[Span, ...] = ()
    language: str = ""
    sensitive: bool = False
    hidden: bool = False
    replies: tuple[ReplyNo, ...] = ()
    unsure: tuple[ReplyNo, ...] = ()
    persons: int = 0
    groups: tuple[GroupId, ...] = ()
    scenarios: tuple[ScenarioShare, ...] = ()
    quotes: tuple[Quote, ...] = ()

    @property
    def name(self) -> str:
        """What it is called: its title, or else the words of its label."""
        return self.title or " · ".join(span.text for span in self.label)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Something somebody asks for. `number` counts from 1 through the digest.

    `theme` is where its reply stands, None for outside every theme. `like` are the numbers of
    proposals that say nearly the same: they stand beside each other, and none is merged away.
    """

    number: int
    quote: Quote
    group_id: GroupId
    theme: ThemeNo | None = None
    like: tuple[int, ...] = ()


class RemarkKind(StrEnum):
    """What a remark is."""

    QUESTION = "question"
    CRITICISM = "criticism"
    PRAISE = "praise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """An open question, or something that is said to be bad or good."""

    kind: RemarkKind
    quote: Quote
    group_id: GroupId
    theme: ThemeNo | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """`raised` of the `answered` persons of a group raised a theme."""

    group_id: GroupId
    raised: int
    answered: int


class Verdict(StrEnum):
    """What may be said of a theme across groups."""

    TOO_FEW = "too few"
    """Too few answered to compare."""
    ALIKE = "alike"
    """No difference that chance would not make as well."""
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One theme across the groups, in the groups' order.

    `p` is how often chance alone would make a difference as large (Fisher's exact test of the
    two groups furthest apart, corrected by Holm for all that were compared); None where too
    few answered.
    """

    theme: ThemeNo
    shares: tuple[Share, ...]
    verdict: Verdict
    p: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageShare:
    """How many replies are written in a language, by its two letters."""

    language: str
    replies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was found. Empty where nothing was looked for: a digest without it is whole.

    `analysed` are all replies that were looked at, in reading order: each stands under one
    theme or `outside`. `alike` are replies that say (nearly) the same, told together.
    `common` are themes raised in every group, `alone` those of one group only (where there is
    more than one). `model` names the sentence model that was used, "" for words alone.
    """

    analysed: tuple[ReplyNo, ...] = ()
    languages: tuple[LanguageShare, ...] = ()
    themes: tuple[Theme, ...] = ()
    outside: tuple[ReplyNo, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    questions: tuple[Remark, ...] = ()
    criticism: tuple[Remark, ...] = ()
    praise: tuple[Remark, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    common: tuple[ThemeNo, ...] = ()
    alone: tuple[ThemeNo, ...] = ()
    alike: tuple[tuple[ReplyNo, ...], ...] = ()
    model: str = ""

    @property
    def shown(self) -> tuple[Theme, ...]:
        """The themes that organizers want to see."""
        return tuple(theme for theme in self.themes if not theme.hidden)

    def theme(self, number: ThemeNo) -> Theme | None:
        """The theme of that number, if there is one."""
        return next((theme for theme in self.themes if theme.number == number), None)

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """Questions, criticism and praise."""
        return (*self.questions, *self.criticism, *self.praise)

    @property
    def all_quotes(self) -> tuple[Quote, ...]:
        """Every quote in here; the same reply may be quoted by several findings."""
        return (
            *(quote for theme in self.themes for quote in theme.quotes),
            *(proposal.quote for proposal in self.proposals),
            *(remark.quote for remark in self.remarks),
        )


NOTHING_FOUND = Findings()
