"""Themes that nobody named beforehand: answers that are alike, grouped."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from flows.digest.features import Lexicon, Vectors, centred, unit
from flows.digest.graph import Space, communities, middles
from flows.digest.sentences import embed, model_name
from flows.digest.words import plain, words

if TYPE_CHECKING:
    from flows.digest.features import Matrix

OUTSIDE = -1
"""The number of what belongs nowhere."""

EMBEDDED_HERE = 2_000
"""So many texts are read with the sentence model if no vectors are given; of more than that,
words alone tell. The bot gives vectors: it made them when the answers came."""

SAMPLE = 10_000
"""Of more texts than this some are grouped, drawn by their content, and the rest joins them."""

_BLOCK = 4_000


def cluster(texts: Sequence[str], lang: str, *, vectors: Vectors | None = None) -> list[int]:
    """Group texts of one language by what they are about.

    The same texts give the same groups in whatever order they are; texts that are the same
    always share one. Groups are numbered from 0, the largest first.

    Args:
        lang: two letters, as ``sv``.
        vectors: what a sentence model made of the texts. None: of up to `EMBEDDED_HERE` texts
            it is made here, if a model is installed. `WORDS_ALONE`: words alone tell.

    Returns:
        For each text its group, or -1 if there is nothing in it to go by (no words).
    """
    # The same texts in the same order, whatever order they came in, each of them once.
    distinct = sorted({text for text in texts if any(words(text))}, key=_content)
    if not distinct:
        return [OUTSIDE] * len(texts)
    labels = _grouped(distinct, lang, vectors_of(texts, distinct, vectors))
    by_text = dict(zip(distinct, labels, strict=True))
    return _by_size([by_text.get(text, OUTSIDE) for text in texts], texts)


def vectors_of(
    texts: Sequence[str], wanted: Sequence[str], vectors: Vectors | None
) -> Matrix | None:
    """The rows of `wanted` among those of `texts`; made here if there are none and may be."""
    if vectors is None:
        if len(wanted) > EMBEDDED_HERE or model_name() is None:
            return None
        made = embed(wanted)
        return None if made is None else made.rows
    if vectors.rows is None:
        return None
    place = {text: at for at, text in enumerate(texts)}
    rows: Matrix = vectors.rows[[place[text] for text in wanted]]
    return rows


def _content(text: str) -> tuple[str, str]:
    return hashlib.sha256(plain(text).encode(errors="surrogatepass")).hexdigest(), text


def _grouped(texts: Sequence[str], lang: str, rows: Matrix | None) -> list[int]:
    from threadpoolctl import threadpool_limits  # noqa: PLC0415  heavy

    # Sums of many threads come out a little different each time, and neighbours with them.
    with threadpool_limits(limits=1):
        first, rest = texts[:SAMPLE], texts[SAMPLE:]
        lexicon = Lexicon(first, lang)
        meaning = None if rows is None else centred(rows[: len(first)])
        space = Space(words=lexicon.known(), meaning=meaning)
        labels = communities(space, len(first))
        if not rest:
            return labels
        return labels + _joining(rest, rows, lexicon, space, labels)


def _joining(
    rest: Sequence[str],
    rows: Matrix | None,
    lexicon: Lexicon,
    space: Space,
    labels: Sequence[int],
) -> list[int]:
    """The groups to which texts beyond the sample are nearest."""
    groups = middles(space, labels, max(labels) + 1)
    middle = None if rows is None else unit(rows[: len(labels)]).mean(axis=0)
    joined: list[int] = []
    for begin in range(0, len(rest), _BLOCK):
        block = rest[begin : begin + _BLOCK]
        at = len(labels) + begin
        here = Space(
            words=lexicon.rows(block),
            meaning=None if rows is None else centred(rows[at : at + len(block)], middle),
        )
        joined += here.likeness(0, len(block), groups).argmax(axis=1).tolist()
    return joined


def _by_size(labels: Sequence[int], texts: Sequence[str]) -> list[int]:
    """The same groups, numbered from the largest; of equal ones by their first text."""
    sizes = Counter(label for label in labels if label != OUTSIDE)
    first: dict[int, str] = {}
    for label, text in zip(labels, texts, strict=True):
        first[label] = min(first.get(label, text), text)
    order = sorted(sizes, key=lambda label: (-sizes[label], first[label]))
    numbers = {label: number for number, label in enumerate(order)} | {OUTSIDE: OUTSIDE}
    return [numbers[label] for label in labels]
