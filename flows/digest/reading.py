"""Replies made ready to be looked at: whose, in which language, with which words."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flows.digest.masks import Mask
from flows.digest.quote import Quote, Span
from flows.digest.snapshot import ReplyRecord
from flows.digest.words import plain, small_words, stem, stems, words
from flows.ids import ReplyNo

LABEL_WORDS = 3
TOO_COMMON = 0.3
"""Of all replies: a word in more of them says nothing of one theme ..."""

_OWN = 0.7
"""... unless so many of those stand under it."""

_FEW = 20
"""Fewer replies than this have no word that is too common."""

SHORTEST_QUOTE, LONGEST_QUOTE = 25, 240
QUOTES = 2

_RELEVANT = 0.7
"""How much it counts that a quote speaks for its theme, beside its saying something new."""

_ALIKE = 0.75
_FEWEST_IN_COMMON = 3
_BUSY = 60
"""A word that so many texts share finds no near-duplicates any more; rarer ones do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A reply as it is looked at: `text` is what of it may be quoted, from `start` on."""

    reply: ReplyRecord
    start: int
    text: str
    language: str
    quote: Quote
    stems: tuple[str, ...]

    @property
    def number(self) -> ReplyNo:
        """The reply's number."""
        return self.reply.reply_no


def read(quote: Quote, reply: ReplyRecord, language: str) -> Answer:
    """Make a reply ready."""
    return Answer(
        reply=reply,
        start=quote.start,
        text=quote.text,
        language=language,
        quote=quote,
        stems=tuple(stems(quote.text, language)),
    )


# --------------------------------------------------------------------- labels


class Labels:
    """Names themes by the words that their replies use and others do not.

    Args:
        known: words that say nothing here, as those of the question.
    """

    def __init__(self, answers: Sequence[Answer], known: Iterable[str]) -> None:
        self._total = len(answers)
        self._spread = Counter(one for answer in answers for one in set(answer.stems))
        self._known = {plain(word.group()) for text in known for word in words(text)}

    def label(self, members: Sequence[Answer]) -> tuple[Span, ...]:
        """Up to three words of a theme's replies, each as it stands in one of them."""
        own = Counter(one for answer in members for one in set(answer.stems))
        places = _places(members)
        least = 2 if len(members) > 2 else 1  # noqa: PLR2004  in a pair one may say it
        ranked = sorted(
            (
                one
                for one in own
                if own[one] >= least and one in places and self._speaks(one, own[one])
            ),
            key=lambda one: (-own[one] * math.log((self._total + 1) / self._spread[one]), one),
        )
        chosen: list[Span] = []
        for one in ranked:
            if len(chosen) < LABEL_WORDS and not any(_same(places[one], span) for span in chosen):
                chosen.append(places[one])
        return tuple(chosen)

    def _speaks(self, one: str, here: int) -> bool:
        everywhere = self._total >= _FEW and self._spread[one] > TOO_COMMON * self._total
        own = here >= _OWN * self._spread[one]
        return (
            len(one) > 2  # noqa: PLR2004  letters
            and one not in self._known
            and (own or not everywhere)
        )


def _same(span: Span, other: Span) -> bool:
    """Whether one word is a part of the other: one of them is enough."""
    one, two = span.text.casefold(), other.text.casefold()
    return one in two or two in one


def _places(members: Sequence[Answer]) -> dict[str, Span]:
    """For each stem where its most usual form stands first, outside every mask."""
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    first: dict[tuple[str, str], Span] = {}
    for answer in members:
        small = small_words(answer.language)
        for match in words(answer.text):
            word = match.group()
            begin, end = answer.start + match.start(), answer.start + match.end()
            if word.casefold() in small or _is_masked(answer.quote.masks, begin, end):
                continue
            one = stem(plain(word), answer.language)
            forms[one][word] += 1
            span = Span(reply_no=answer.number, start=begin, end=end, text=word)
            first.setdefault((one, word), span)
    return {
        one: first[one, min(counted, key=lambda word: (-counted[word], not word.islower(), word))]
        for one, counted in forms.items()
    }


def _is_masked(masks: Iterable[Mask], begin: int, end: int) -> bool:
    return any(mask.start < end and begin < mask.end for mask in masks)


# --------------------------------------------------------------------- quotes


def speaking(members: Sequence[Answer], number: int = QUOTES) -> tuple[Quote, ...]:
    """The replies that speak for a theme: near its middle, unlike each other, of several people."""
    spread = Counter(one for answer in members for one in set(answer.stems))
    candidates = [
        answer for answer in members if SHORTEST_QUOTE <= len(answer.text) <= LONGEST_QUOTE
    ] or list(members)
    chosen: list[Answer] = []
    while candidates and len(chosen) < number:
        best = max(
            candidates,
            key=lambda answer: (
                _RELEVANT * _nearness(answer, spread)
                - (1 - _RELEVANT) * max((_overlap(answer, other) for other in chosen), default=0),
                -answer.number,
            ),
        )
        chosen.append(best)
        candidates = [one for one in candidates if one.reply.person != best.reply.person]
    return tuple(answer.quote for answer in chosen)


def _nearness(answer: Answer, spread: Mapping[str, int]) -> float:
    own = set(answer.stems)
    top = max(spread.values(), default=1)
    return sum(spread[one] / top for one in own) / math.sqrt(len(own)) if own else 0.0


def _overlap(one: Answer, other: Answer) -> float:
    return _jaccard(frozenset(one.stems), frozenset(other.stems))


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    either = len(one | other)
    return len(one & other) / either if either else 0.0


# ------------------------------------------------------------ near-duplicates


def alike(texts: Sequence[str], languages: Sequence[str]) -> list[list[int]]:
    """Places of texts that say nearly the same, as groups of two or more.

    The same words in another order or form; what two texts merely have to do with each other
    is not enough.
    """
    read_texts = [
        frozenset(stems(text, language)) for text, language in zip(texts, languages, strict=True)
    ]
    leader = list(range(len(texts)))
    for one, other in _candidates(texts, read_texts):
        _join(leader, one, other)
    groups: dict[int, list[int]] = defaultdict(list)
    for place in range(len(texts)):
        groups[_leader(leader, place)].append(place)
    return [group for group in groups.values() if len(group) > 1]


def _candidates(
    texts: Sequence[str], read_texts: Sequence[frozenset[str]]
) -> Iterable[tuple[int, int]]:
    literal: dict[str, int] = {}
    index: dict[str, list[int]] = defaultdict(list)
    for place, own in enumerate(read_texts):
        written = " ".join(plain(texts[place]).split()).strip(".!? ")
        if written and written in literal:
            yield literal[written], place
        literal.setdefault(written, place)
        seen: set[int] = set()
        for one in sorted(own):
            for other in index[one] if len(index[one]) <= _BUSY else ():
                if other in seen:
                    continue
                seen.add(other)
                if _say_the_same(own, read_texts[other]):
                    yield other, place
            index[one].append(place)


def _say_the_same(one: frozenset[str], other: frozenset[str]) -> bool:
    if one == other:
        return len(one) > 1
    return len(one & other) >= _FEWEST_IN_COMMON and _jaccard(one, other) >= _ALIKE


def _leader(leader: list[int], place: int) -> int:
    while leader[place] != place:
        leader[place] = leader[leader[place]]
        place = leader[place]
    return place


def _join(leader: list[int], one: int, other: int) -> None:
    first, second = sorted((_leader(leader, one), _leader(leader, other)))
    leader[second] = first
