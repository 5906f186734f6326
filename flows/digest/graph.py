"""Groups texts that are alike: each is tied to its nearest, and what hangs together is a group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.digest.features import Sparse

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from flows.digest.features import Matrix

NEAREST_BY_MEANING = 12
NEAREST_BY_WORDS = 15

_BLOCK = 512
"""Texts compared with all others at a time: what is in memory grows with their number alone."""

_LEAST = 0.01
"""Less alike than this is not alike at all."""

_SEED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """Where texts are: by words, by meaning, or both. A row for each text in either."""

    words: Sparse | None
    meaning: Matrix | None

    def likeness(self, begin: int, end: int, other: Space | None = None) -> Matrix:
        """How alike texts `begin` to `end` are to all (of `other`, if given)."""
        import numpy as np  # noqa: PLC0415  heavy

        there = self if other is None else other
        parts: list[Matrix] = []
        if self.meaning is not None and there.meaning is not None:
            parts.append(self.meaning[begin:end] @ there.meaning.T)
        if self.words is not None and there.words is not None:
            both = self.words[begin:end] @ there.words.T
            parts.append(both.toarray() if hasattr(both, "toarray") else np.asarray(both))
        if not parts:
            return np.zeros((end - begin, 0), dtype=np.float32)
        return parts[0] if len(parts) == 1 else parts[0] + parts[1]


def communities(space: Space, size: int) -> list[int]:
    """A number for each of `size` texts: the same for those that hang together."""
    import graspologic_native  # noqa: PLC0415  heavy
    import numpy as np  # noqa: PLC0415  heavy

    graph = _nearest(space, size)
    if graph is None:
        return list(range(size))
    _, found = graspologic_native.leiden_csr(
        graph.indptr.astype(np.int64),
        graph.indices.astype(np.int32),
        graph.data.astype(np.float64),
        size,
        seed=_SEED,
        trials=3,
        iterations=2,
    )
    return [found[node] for node in range(size)]


def _nearest(space: Space, size: int) -> Sparse | None:
    """Each text tied to its nearest, as strongly as they are alike."""
    import numpy as np  # noqa: PLC0415  heavy
    from scipy import sparse  # noqa: PLC0415  heavy

    wanted = NEAREST_BY_WORDS if space.meaning is None else NEAREST_BY_MEANING
    nearest = min(wanted, size - 1)
    if nearest < 1:
        return None
    starts: list[NDArray[np.int64]] = []
    ends: list[NDArray[np.int64]] = []
    weights: list[Matrix] = []
    for begin in range(0, size, _BLOCK):
        likeness = space.likeness(begin, min(begin + _BLOCK, size))
        if likeness.shape[1] == 0:
            return None
        here = np.arange(len(likeness))
        likeness[here, here + begin] = -1
        places = np.argpartition(-likeness, nearest - 1, axis=1)[:, :nearest]
        values = np.take_along_axis(likeness, places, axis=1)
        near = values > _LEAST
        starts.append(np.repeat(here + begin, nearest).reshape(places.shape)[near])
        ends.append(places[near])
        weights.append(values[near])
    data, rows, columns = np.concatenate(weights), np.concatenate(starts), np.concatenate(ends)
    if not len(data):
        return None
    ties = sparse.csr_matrix((data, (rows, columns)), shape=(size, size))
    both = ties.maximum(ties.T).tocsr()
    both.sort_indices()
    return both


def middles(space: Space, labels: Sequence[int], number: int) -> Space:
    """The middle of each group, as a space of `number` texts."""
    import numpy as np  # noqa: PLC0415  heavy
    from scipy import sparse  # noqa: PLC0415  heavy
    from sklearn.preprocessing import normalize  # noqa: PLC0415  heavy

    member = sparse.csr_matrix(
        (np.ones(len(labels), dtype=np.float32), (labels, np.arange(len(labels)))),
        shape=(number, len(labels)),
    )
    return Space(
        words=None if space.words is None else normalize((member @ space.words).tocsr()),
        meaning=None
        if space.meaning is None
        else normalize(np.asarray(member @ space.meaning, dtype=np.float32)),
    )
