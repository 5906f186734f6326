"""Looks across the answers: what they are about, what they ask for, where groups differ.

A pure function: the same snapshot gives the same findings in whatever order replies stand in it.
Themes need the libraries of ``flows.digest.features``; with few answers and no headings none is
loaded.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from flows.digest.assign import assignments
from flows.digest.book import Book, BookTheme, Origin
from flows.digest.clauses import Sentence
from flows.digest.cluster import EMBEDDED_HERE, OUTSIDE, cluster
from flows.digest.compare import compare
from flows.digest.compose import may_be_quoted, quote_of, standing_answers
from flows.digest.features import WORDS_ALONE, Vectors
from flows.digest.findings import (
    Findings,
    LanguageShare,
    Proposal,
    Remark,
    RemarkKind,
    ScenarioShare,
    Theme,
)
from flows.digest.languages import languages_of
from flows.digest.masks import may_hold_numbers
from flows.digest.ordering import group_order, reading_order
from flows.digest.proposals import proposals_in
from flows.digest.quote import Quote
from flows.digest.reading import Answer, Labels, alike, read, speaking
from flows.digest.sentences import DIMENSIONS, embed, model_name
from flows.digest.snapshot import HeadingRecord, ReplyKind, Snapshot
from flows.digest.tone import remarks_in
from flows.ids import GroupId, ReplyNo, StepId, ThemeNo
from flows.packs.pack import StepKind

FEWEST = 12
"""Fewer answers of a language than this are read one by one, not grouped."""

SMALLEST_THEME = 3
SMALLEST_SHARE = 0.02

_OUTSIDE_BELOW = {True: 0.12, False: 0.05}
"""By less than this nearer to its heading than to the next: under none. By meaning, by words."""

_UNSURE_BELOW = {True: 0.25, False: 0.12}
"""By less than this: perhaps under another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a sentence model made of replies when they came: half-precision numbers, as bytes."""

    model: str
    rows: Mapping[ReplyNo, bytes]


def needs_much(snapshot: Snapshot) -> bool:
    """Whether looking at a snapshot loads large libraries, and takes more than a moment."""
    texts = [reply.text for reply in snapshot.replies if may_be_quoted(reply)]
    return (
        len(texts) >= FEWEST
        or (bool(texts) and bool(snapshot.headings))
        or any(may_hold_numbers(text) for text in texts)
    )


def analyse(snapshot: Snapshot, meaning: Meaning | None = None) -> tuple[Findings, Book]:
    """Find what is in the answers.

    Returns:
        The findings, and the book of themes as it is after them.
    """
    answers = _answers(snapshot)
    if not answers:
        return Findings(), snapshot.book
    sorting = _Sorting(snapshot, answers, meaning)
    sorting.sort()
    themes = _themes(snapshot, answers, sorting)
    by_number = {theme.number: theme for theme in themes}
    standing = {number: theme.number for theme in themes for number in theme.replies}
    groups = _groups(answers)
    proposals = _proposals(answers, standing)
    remarks = _remarks(answers, standing)
    raised = {theme.number: _persons(theme, answers) for theme in themes if not theme.hidden}
    everywhere = [number for number in raised if len(raised[number]) == len(groups) > 1]
    alone = [number for number in raised if len(raised[number]) == 1 < len(groups)]
    findings = Findings(
        analysed=tuple(answer.number for answer in answers),
        languages=_languages(answers),
        themes=themes,
        outside=tuple(answer.number for answer in answers if answer.number not in standing),
        proposals=proposals,
        questions=remarks[RemarkKind.QUESTION],
        criticism=remarks[RemarkKind.CRITICISM],
        praise=remarks[RemarkKind.PRAISE],
        comparisons=compare(groups, raised) if len(groups) > 1 else (),
        common=tuple(number for number in by_number if number in everywhere),
        alone=tuple(number for number in by_number if number in alone),
        alike=_alike(answers),
        model=sorting.model,
    )
    members = {theme.number: frozenset(theme.replies) for theme in themes}
    return findings, sorting.book.remembering(members)


# -------------------------------------------------------------------- answers


def _answers(snapshot: Snapshot) -> list[Answer]:
    """What people answered in words, in reading order; of a group what stands."""
    asked = {step.step_id: step.kind for step in snapshot.steps if step.kind.collects}
    places = {(round_.step_id, round_.group_id) for round_ in snapshot.rounds}
    standing = standing_answers(snapshot.replies)
    kept = sorted(
        (
            reply
            for reply in snapshot.replies
            if may_be_quoted(reply)
            and (reply.step_id, reply.group_id) in places
            # What is chosen is counted, not read.
            and asked.get(reply.step_id, StepKind.POLL) is not StepKind.POLL
            and (reply.kind is ReplyKind.INDIVIDUAL or reply.reply_no in standing)
        ),
        key=lambda reply: (group_order(reply.group_id), reading_order(reply)),
    )
    quotes = [quote_of(reply, snapshot.names) for reply in kept]
    texts = [quote.text for quote in quotes]
    few = len(kept) < FEWEST and not snapshot.headings
    languages = [snapshot.language] * len(kept) if few else languages_of(texts, snapshot.language)
    return [
        read(quote, reply, language)
        for quote, reply, language in zip(quotes, kept, languages, strict=True)
        if quote.text
    ]


def _groups(answers: Iterable[Answer]) -> dict[GroupId, int]:
    """How many persons answered in each group, in the groups' order."""
    persons: dict[GroupId, set[int]] = defaultdict(set)
    for answer in answers:
        persons[answer.reply.group_id].add(answer.reply.person)
    return {group: len(persons[group]) for group in sorted(persons, key=group_order)}


def _persons(theme: Theme, answers: Iterable[Answer]) -> dict[GroupId, int]:
    inside = set(theme.replies)
    return _groups(answer for answer in answers if answer.number in inside)


def _languages(answers: Iterable[Answer]) -> tuple[LanguageShare, ...]:
    counted = Counter(answer.language for answer in answers)
    ranked = sorted(counted, key=lambda language: (-counted[language], language))
    return tuple(LanguageShare(language=one, replies=counted[one]) for one in ranked)


def _alike(answers: Sequence[Answer]) -> tuple[tuple[ReplyNo, ...], ...]:
    groups = alike([one.text for one in answers], [one.language for one in answers])
    return tuple(tuple(answers[place].number for place in group) for group in groups)


# --------------------------------------------------------------------- themes


class _Sorting:
    """Which answer stands under which theme: as organizers say, under headings, as found."""

    def __init__(
        self, snapshot: Snapshot, answers: Sequence[Answer], meaning: Meaning | None
    ) -> None:
        self._answers = answers
        self._headings = {one.heading: one for one in snapshot.headings}
        self.book = snapshot.book.with_headings(self._headings)
        self.unsure: set[ReplyNo] = set()
        self.theme: dict[ReplyNo, ThemeNo] = {}
        self._stands: set[ReplyNo] = set()
        self._pinned = {pin.reply_no: pin.theme for pin in snapshot.book.pins}
        self._rows = _rows(answers, meaning) if _is_worth(snapshot, answers) else None
        self.model = "" if self._rows is None else self._rows.model

    def sort(self) -> None:
        """Put every answer where it belongs."""
        for number, theme in self._pinned.items():
            standing = None if theme is None else self.book.standing(theme)
            if standing is not None:
                self.theme[number] = standing.number
        if self.book.is_touched:
            self._leave_what_stands()
        for language in sorted({answer.language for answer in self._answers}):
            if self._headings:
                self._under_headings(self._free(language), language)
            self._found(language)

    def _leave_what_stands(self) -> None:
        """Once organizers have put something right, only what is new finds its place."""
        for theme in self.book.themes:
            standing = self.book.standing(theme.number)
            for number in theme.members - self._pinned.keys():
                if standing is not None and theme.origin is Origin.FOUND:
                    self.theme[number] = standing.number
                    self._stands.add(number)

    def _free(self, language: str) -> list[int]:
        """Places of the answers of a language that stand nowhere yet."""
        return [
            place
            for place, answer in enumerate(self._answers)
            if answer.language == language
            and answer.number not in self.theme
            and answer.number not in self._pinned
        ]

    def _vectors(self, places: Sequence[int]) -> Vectors:
        if self._rows is None or self._rows.rows is None:
            return WORDS_ALONE
        return Vectors(rows=self._rows.rows[list(places)], model=self._rows.model)

    def _under_headings(self, places: Sequence[int], language: str) -> None:
        own = [theme for theme in self.book.themes if theme.heading in self._headings]
        named = [_named(theme, self._headings[theme.heading]) for theme in own]
        texts = [self._answers[place].text for place in places]
        given = assignments(texts, named, language, vectors=self._vectors(places))
        by_meaning = self._rows is not None
        for place, one in zip(places, given, strict=True):
            if one.theme == OUTSIDE or one.margin < _OUTSIDE_BELOW[by_meaning]:
                continue
            standing = self.book.standing(own[one.theme].number)
            if standing is None:
                continue
            number = self._answers[place].number
            self.theme[number] = standing.number
            if one.margin < _UNSURE_BELOW[by_meaning]:
                self.unsure.add(number)

    def _found(self, language: str) -> None:
        free = {self._answers[place].number for place in self._free(language)}
        # What stands already helps what is new to find its place beside it.
        places = [
            place
            for place, answer in enumerate(self._answers)
            if answer.language == language and answer.number in (free | self._stands)
        ]
        if len(places) < FEWEST or not free:
            return
        texts = [self._answers[place].text for place in places]
        labels = cluster(texts, language, vectors=self._vectors(places))
        groups: dict[int, set[ReplyNo]] = defaultdict(set)
        for place, label in zip(places, labels, strict=True):
            if label != OUTSIDE:
                groups[label].add(self._answers[place].number)
        least = max(SMALLEST_THEME, SMALLEST_SHARE * len(places))
        found = [
            frozenset(group)
            for _, group in sorted(groups.items())
            if len(group & free) >= least
            or (len(group) >= least and self.book.is_continued_by(frozenset(group)))
        ]
        self.book, numbers = self.book.matched(found, [language] * len(found))
        for group, number in zip(found, numbers, strict=True):
            standing = self.book.standing(number)
            for reply_no in group & free:
                self.theme[reply_no] = number if standing is None else standing.number


def _is_worth(snapshot: Snapshot, answers: Sequence[Answer]) -> bool:
    return bool(snapshot.headings) or len(answers) >= FEWEST


def _named(theme: BookTheme, heading: HeadingRecord) -> HeadingRecord:
    """The heading under the title that organizers gave it since."""
    if not theme.title:
        return heading
    return replace(heading, title=theme.title, keywords=(heading.title, *heading.keywords))


def _rows(answers: Sequence[Answer], meaning: Meaning | None) -> Vectors | None:
    """A row for each answer: as stored, or made now if there is a model and not too many lack."""
    import numpy as np  # noqa: PLC0415  heavy

    if meaning is None or meaning.model != model_name():
        return None
    rows = np.zeros((len(answers), DIMENSIONS), dtype=np.float32)
    lacking = []
    for place, answer in enumerate(answers):
        stored = meaning.rows.get(answer.number)
        if stored is None:
            lacking.append(place)
        else:
            rows[place] = np.frombuffer(stored, dtype=np.float16)
    if len(lacking) > EMBEDDED_HERE:
        return None
    made = embed([answers[place].text for place in lacking])
    if made is not None and made.rows is not None and lacking:
        rows[lacking] = made.rows
    return Vectors(rows=rows, model=meaning.model)


def _themes(snapshot: Snapshot, answers: Sequence[Answer], sorting: _Sorting) -> tuple[Theme, ...]:
    """Organizers' headings first, in their order; then what was found, the largest first."""
    members: dict[ThemeNo, list[Answer]] = defaultdict(list)
    for answer in answers:
        if answer.number in sorting.theme:
            members[sorting.theme[answer.number]].append(answer)
    labels = Labels(answers, _words_of_the_questions(snapshot))
    headings = {one.heading: one for one in snapshot.headings}
    scenarios = {step.step_id: step.scenario for step in snapshot.steps}
    themes = [
        _theme(entry, members[entry.number], headings.get(entry.heading), labels, scenarios)
        for entry in sorting.book.themes
        if entry.into is None and (members[entry.number] or entry.heading in headings)
    ]
    themes = [
        replace(theme, unsure=tuple(n for n in theme.replies if n in sorting.unsure))
        for theme in themes
    ]
    # Of those nobody put there by hand: in the order of the book.
    return tuple(
        sorted(
            themes,
            key=lambda theme: (
                theme.origin is not Origin.PACK,
                0 if theme.origin is Origin.PACK else -len(theme.replies),
                theme.number,
            ),
        )
    )


def _words_of_the_questions(snapshot: Snapshot) -> list[str]:
    return [
        snapshot.title,
        *(f"{step.title} {step.question} {step.scenario}" for step in snapshot.steps),
        *(round_.group_name for round_ in snapshot.rounds),
    ]


def _theme(
    entry: BookTheme,
    members: Sequence[Answer],
    heading: HeadingRecord | None,
    labels: Labels,
    scenarios: Mapping[StepId, str],
) -> Theme:
    by_scenario = Counter(scenarios.get(answer.reply.step_id, "") for answer in members)
    title = entry.title or ("" if heading is None else heading.title)
    return Theme(
        number=entry.number,
        origin=entry.origin,
        title=title,
        label=() if title else labels.label(members),
        language=entry.language,
        sensitive=heading is not None and heading.sensitive,
        hidden=entry.hidden,
        replies=tuple(answer.number for answer in members),
        persons=len({answer.reply.person for answer in members}),
        groups=tuple(_groups(members)),
        scenarios=tuple(
            ScenarioShare(scenario=scenario, replies=number)
            for scenario, number in sorted(by_scenario.items())
        ),
        quotes=speaking(members),
    )


# ------------------------------------------------------- proposals and remarks


def _part(answer: Answer, sentence: Sentence) -> Quote:
    """A sentence of an answer, as a quote."""
    start = answer.start + sentence.start
    end = answer.start + sentence.end
    return replace(answer.quote, start=start, end=end, text=sentence.text)


def _proposals(
    answers: Sequence[Answer], standing: Mapping[ReplyNo, ThemeNo]
) -> tuple[Proposal, ...]:
    """Numbered through, those that say nearly the same beside each other."""
    found = [
        (answer, sentence)
        for answer in answers
        for sentence in proposals_in(answer.text, answer.language)
    ]
    bunches = alike(
        [sentence.text for _, sentence in found], [answer.language for answer, _ in found]
    )
    bunch_of = {place: bunch for bunch in bunches for place in bunch}
    order = [
        other
        for place in range(len(found))
        for other in bunch_of.get(place, [place])
        if place == bunch_of.get(place, [place])[0]
    ]
    numbers = {place: number for number, place in enumerate(order, start=1)}
    return tuple(
        Proposal(
            number=numbers[place],
            quote=_part(*found[place]),
            group_id=found[place][0].reply.group_id,
            theme=standing.get(found[place][0].number),
            like=tuple(numbers[other] for other in bunch_of.get(place, ()) if other != place),
        )
        for place in order
    )


def _remarks(
    answers: Sequence[Answer], standing: Mapping[ReplyNo, ThemeNo]
) -> dict[RemarkKind, tuple[Remark, ...]]:
    found: dict[RemarkKind, list[Remark]] = {kind: [] for kind in RemarkKind}
    for answer in answers:
        for kind, sentence in remarks_in(answer.text, answer.language):
            remark = Remark(
                kind=kind,
                quote=_part(answer, sentence),
                group_id=answer.reply.group_id,
                theme=standing.get(answer.number),
            )
            found[kind].append(remark)
    return {kind: tuple(remarks) for kind, remarks in found.items()}
