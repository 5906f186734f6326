"""Texts as numbers: the words they use, and (with a sentence model) what they mean.

NumPy, SciPy and scikit-learn are imported when somebody calls, not before: the bot's own
process never does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from flows.digest.words import plain, small_words, stems, words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix: TypeAlias = NDArray[np.float32]

Sparse: TypeAlias = Any
"""A SciPy CSR matrix; SciPy carries no types."""

LETTERS_WEIGHT = 2.0
"""How much runs of letters count beside stems. Swedish writes in one word what others write
in three: the parts are what two answers have in common."""

_SHORTEST, _LONGEST = 3, 5
_FEW = 30
"""Fewer texts than this have too few words in common to leave the rare ones out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vectors:
    """What a sentence model made of some texts: a row for each, in their order.

    `rows` is None where words alone shall tell.
    """

    rows: Matrix | None
    model: str = ""


WORDS_ALONE = Vectors(rows=None)


def letters(text: str, language: str) -> list[str]:
    """The runs of three to five letters of each word that carries meaning, its ends marked."""
    small = small_words(language)
    runs: list[str] = []
    for match in words(plain(text)):
        word = match.group()
        if word in small or len(word) == 1:
            continue
        marked = f" {word} "
        for length in range(_SHORTEST, min(_LONGEST, len(marked)) + 1):
            runs += [marked[at : at + length] for at in range(len(marked) - length + 1)]
    return runs


class Lexicon:
    """Weighs stems and runs of letters by how rare they are among some texts."""

    def __init__(self, texts: Sequence[str], language: str, *, rare: bool = False) -> None:
        """Read the texts.

        Args:
            rare: keep what stands in one text only, and what stands in most of them.
        """
        import numpy as np  # noqa: PLC0415  heavy
        from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415  heavy

        self._language = language
        least = 1 if rare or len(texts) < _FEW else 2
        most = 1.0 if rare or len(texts) < _FEW else 0.5
        self._parts = []
        for weight, read in ((1.0, stems), (LETTERS_WEIGHT, letters)):
            read_texts = [read(text, language) for text in texts]
            if not any(read_texts):
                continue
            weigher = TfidfVectorizer(
                analyzer=_as_it_is,
                min_df=least,
                max_df=most,
                sublinear_tf=True,
                dtype=np.float32,
            )
            try:
                rows = weigher.fit_transform(read_texts)
            except ValueError:  # nothing is left that two texts have in common
                continue
            self._parts.append((weight, read, weigher, rows))

    def known(self) -> Sparse | None:
        """The rows of the texts it was made of; None if they have no word in common."""
        return _beside((weight, rows) for weight, _, _, rows in self._parts)

    def rows(self, texts: Iterable[str]) -> Sparse | None:
        """Rows for other texts."""
        listed = list(texts)
        return _beside(
            (weight, weigher.transform([read(text, self._language) for text in listed]))
            for weight, read, weigher, _ in self._parts
        )


def _as_it_is(read: Sequence[str]) -> Sequence[str]:
    return read


def _beside(parts: Iterable[tuple[float, Sparse]]) -> Sparse | None:
    from scipy import sparse  # noqa: PLC0415  heavy
    from sklearn.preprocessing import normalize  # noqa: PLC0415  heavy

    weighed = [weight * rows for weight, rows in parts]
    if not weighed:
        return None
    return normalize(sparse.hstack(weighed).tocsr().astype("float32"))


def centred(rows: Matrix, middle: Matrix | None = None) -> Matrix:
    """Rows of length one around their middle.

    What all texts have in common (one language, one subject, the model's own leaning) would
    else make every two of them look alike.
    """
    even = unit(rows)
    if middle is None:
        middle = even.mean(axis=0)
    return unit(even - middle)


def unit(rows: Matrix) -> Matrix:
    """Rows of length one; a row of zeros stays."""
    import numpy as np  # noqa: PLC0415  heavy

    values = np.asarray(rows, dtype=np.float32)
    lengths = np.linalg.norm(values, axis=1, keepdims=True)
    result: Matrix = values / np.maximum(lengths, 1e-9, dtype=np.float32)
    return result
