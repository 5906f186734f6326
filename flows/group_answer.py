"""How a group says "this is our answer": a message that begins with ``Gruppsvar:``.

Only the form is judged here. Whether a message counts (in time, in a group step, standing
or replaced) is for ``flows.collection`` and the digest.
"""

from __future__ import annotations

import re

_INVISIBLE = r"\s\u200b\u200e\u200f\u2060\ufeff"

_PREFIX = re.compile(
    rf"""
    \A [{_INVISIBLE}]*+
    (?P<mark> [*_]{{1,3}} )?
    # Phones like to write "Grupp svar".
    (?: grupp [ -]? svar | group [ -]? answer )
    (?P<shut> (?P=mark) )?
    (?:
        \s*+ [:\uff1a]
      | \s++ [-\u2013\u2014]
        # No space before it: a dash, but not the hyphen of "gruppsvar- och enskilda svar".
      | [-\u2013\u2014] (?= \s ) (?! \s+ (?: och | eller | samt | and | or ) \b )
      | [^\S\n]*+ (?: \n | \Z )
    )
    (?P<shut_after> (?P=mark) )?
    """,
    re.VERBOSE | re.IGNORECASE,
)


def is_group_answer(text: str, *, has_media: bool = False) -> bool:
    """Whether a message declares itself the group's answer.

    The first word alone is no answer, unless it is the caption of a picture (`has_media`):
    then the picture is.
    """
    # Asked of every message, and hardly any begins so: the rest is only looked at then.
    if _PREFIX.match(text) is None:
        return False
    start, end = answer_span(text)
    return start < end or has_media


def answer_span(text: str) -> tuple[int, int]:
    """Where in `text` the answer itself stands: without its first word, and trimmed.

    A text without the first word (the group marked it with a sign instead) is an answer
    as a whole.
    """
    prefix = _PREFIX.match(text)
    if prefix is None:
        return trimmed(text, 0, len(text))
    start, end = trimmed(text, prefix.end(), len(text))
    mark = prefix["mark"]
    if mark and not prefix["shut"] and not prefix["shut_after"] and text.endswith(mark, start, end):
        # The whole message was in bold: its closing sign belongs to the opening one.
        start, end = trimmed(text, start, end - len(mark))
    return start, end


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without the white space at its edges; empty if there is nothing else."""
    part = text[start:end]
    if not part.strip():
        return start, start
    return start + len(part) - len(part.lstrip()), start + len(part.rstrip())
