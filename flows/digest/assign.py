"""Themes that organizers named: which answer belongs under which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from flows.digest.cluster import OUTSIDE, vectors_of
from flows.digest.features import Lexicon, Sparse, Vectors, centred
from flows.digest.sentences import embed
from flows.digest.words import words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from flows.digest.features import Matrix

ROUNDS = 5
"""How often the themes are drawn towards the answers that are surest."""

SURE = 0.5
"""The share of a theme's answers that draw it."""

WORDS_BESIDE_MEANING = 0.5


class NamedTheme(Protocol):
    """A heading with words that point to it."""

    @property
    def name(self) -> str:
        """The heading."""
        ...

    @property
    def keywords(self) -> Sequence[str]:
        """Words that point to it."""
        ...


AnyTheme: TypeAlias = NamedTheme | Mapping[str, Sequence[str]]
"""A theme, or a dict with the same two things in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Where a text belongs, -1 for nowhere, and by how much more than to the next theme."""

    theme: int
    margin: float


def assign(
    texts: Sequence[str],
    themes: Sequence[AnyTheme],
    lang: str,
    *,
    vectors: Vectors | None = None,
    theme_vectors: Vectors | None = None,
) -> list[int]:
    """Put texts under named themes.

    Args:
        themes: each with ``name`` and ``keywords``, as attributes or in a dict. With a sentence
            model they may be in another language than the texts.
        vectors, theme_vectors: as in ``flows.digest.cluster.cluster``; those of a theme are of
            what `wording` makes of it.

    Returns:
        For each text the place of its theme in `themes`, or -1 if it is outside all of them.
    """
    given = assignments(texts, themes, lang, vectors=vectors, theme_vectors=theme_vectors)
    return [one.theme for one in given]


def wording(theme: AnyTheme) -> str:
    """A theme as one text: ``name: keyword, keyword``."""
    if isinstance(theme, Mapping):
        name, keywords = str(theme.get("name", "")), theme.get("keywords", ())
    else:
        name, keywords = theme.name, theme.keywords
    return f"{name}: {', '.join(keywords)}" if keywords else name


def assignments(
    texts: Sequence[str],
    themes: Sequence[AnyTheme],
    lang: str,
    *,
    vectors: Vectors | None = None,
    theme_vectors: Vectors | None = None,
) -> list[Assignment]:
    """As `assign`, and how sure each one is."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415  heavy

    nowhere = Assignment(theme=OUTSIDE, margin=0.0)
    distinct = sorted({text for text in texts if any(words(text))})
    if not distinct or not themes:
        return [nowhere] * len(texts)
    headings = [wording(theme) for theme in themes]
    rows = vectors_of(texts, distinct, vectors)
    heading_rows = None if rows is None else _heading_rows(headings, theme_vectors)
    with threadpool_limits(limits=1):
        found = _found(distinct, headings, lang, rows, heading_rows)
    by_text = dict(zip(distinct, found, strict=True))
    return [by_text.get(text, nowhere) for text in texts]


def _heading_rows(headings: Sequence[str], given: Vectors | None) -> Matrix | None:
    if given is not None:
        return given.rows
    made = embed(headings)
    return None if made is None else made.rows


def _found(
    texts: Sequence[str],
    headings: Sequence[str],
    lang: str,
    rows: Matrix | None,
    heading_rows: Matrix | None,
) -> list[Assignment]:
    import numpy as np  # noqa: PLC0415  heavy

    by_words = _by_words(texts, headings, lang)
    if rows is None or heading_rows is None:
        return _best(by_words, touched=by_words.max(axis=1) > 0)
    meaning = centred(rows)
    # Of one theme alone the middle is itself, and nothing would be left of it.
    middle = None if len(headings) > 1 else np.zeros(rows.shape[1], dtype=np.float32)
    by_meaning = _seeded(meaning, centred(heading_rows, middle))
    likeness = by_meaning + WORDS_BESIDE_MEANING * by_words
    return _best(likeness, touched=likeness.max(axis=1) > 0)


def _by_words(texts: Sequence[str], headings: Sequence[str], lang: str) -> Matrix:
    import numpy as np  # noqa: PLC0415  heavy

    lexicon = Lexicon([*texts, *headings], lang, rare=True)
    known = lexicon.known()
    if known is None:
        return np.zeros((len(texts), len(headings)), dtype=np.float32)
    return _seeded(known[: len(texts)], known[len(texts) :])


def _seeded(rows: Matrix | Sparse, headings: Matrix | Sparse) -> Matrix:
    """How near each text is to each theme, once the surest texts have drawn the theme to them."""
    drawn = headings
    # One heading alone would be drawn to every text there is.
    for _ in range(ROUNDS if headings.shape[0] > 1 else 0):
        drawn = _drawn(rows, headings, _near(rows, drawn))
    return _near(rows, drawn)


def _near(rows: Matrix | Sparse, headings: Matrix | Sparse) -> Matrix:
    import numpy as np  # noqa: PLC0415  heavy

    product = rows @ headings.T
    near: Matrix = np.asarray(product.toarray() if hasattr(product, "toarray") else product)
    return near


def _drawn(rows: Matrix | Sparse, headings: Matrix | Sparse, near: Matrix) -> Matrix | Sparse:
    import numpy as np  # noqa: PLC0415  heavy
    from scipy import sparse  # noqa: PLC0415  heavy
    from sklearn.preprocessing import normalize  # noqa: PLC0415  heavy

    number = near.shape[1]
    best, margin = near.argmax(axis=1), _margin(near)
    chosen, owner, weight = [], [], []
    for theme in range(number):
        # What is equally near to every theme, as a text without a known word, draws none.
        own = np.flatnonzero((best == theme) & (margin > 0))
        surest = own[np.argsort(-margin[own], kind="stable")]
        surest = surest[: int(np.ceil(SURE * len(surest)))]
        chosen += surest.tolist()
        owner += [theme] * len(surest)
        weight += [1.0] * len(surest)
    member = sparse.csr_matrix(
        (np.asarray(weight, dtype=np.float32), (owner, chosen)), shape=(number, rows.shape[0])
    )
    middle = normalize(member @ rows)
    return normalize(middle + headings)


def _margin(near: Matrix) -> Matrix:
    import numpy as np  # noqa: PLC0415  heavy

    if near.shape[1] == 1:
        return near[:, 0]
    ordered = np.partition(near, -2, axis=1)
    margin: Matrix = ordered[:, -1] - ordered[:, -2]
    return margin


def _best(near: Matrix, *, touched: NDArray[np.bool_]) -> list[Assignment]:
    best, margin = near.argmax(axis=1), _margin(near)
    return [
        Assignment(theme=int(theme) if near_any else OUTSIDE, margin=float(by))
        for theme, by, near_any in zip(best, margin, touched, strict=True)
    ]
