"""From a pack's source to its values and their places, or to what is wrong with the TOML.

Hostile sources (huge, deep, with hidden characters) end here.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass

from flows.errors import Problem
from flows.packs.places import MAX_DEPTH, Places, TooDeepError, find_places
from flows.said import said

MAX_SOURCE_BYTES = 1_000_000

_BYTE_ORDER_MARK = "\ufeff"
_AT = re.compile(
    r"^(?P<what>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)$", re.DOTALL
)

# What tomllib says, by its beginning, and what it says to somebody who has never heard of TOML.
_IN_PLAIN_WORDS = {
    "Expected newline": said(
        "there is something more after the value; write one value a line, and see that the "
        "text above it ends with the quotes it begins with"
    ),
    "Expected '='": said(
        "a key is without a value; write key = value. If this line belongs to a long text, "
        'the text must begin and end with """'
    ),
    "Invalid statement": said(
        "this is not understood; write key = value, or [[step]]. If this line belongs to a "
        'long text, the text must begin and end with """'
    ),
    "Invalid initial character": said("a key may have only a-z, 0-9, - and _ in it"),
    "Invalid value": said(
        'the value is not understood; write text in quotes, e.g. length = "4 min"'
    ),
    "Illegal character '\\n'": said(
        'the text is not closed; write quotes at its end, or begin and end it with """ if '
        "it has several lines"
    ),
    "Illegal character": said("there is a control character; remove it"),
    "Found invalid character": said("there is a control character; remove it"),
    "Unterminated string": said('a text is not closed; write """ at its end'),
    'Expected \'"""\'': said('a text is not closed; write """ at its end'),
    "Expected \"'''\"": said("a text is not closed; write ''' at its end"),
    'Expected "\'"': said("the text is not closed; write ' at its end"),
    "Unescaped '\\'": said("a backslash must be written twice, \\\\"),
    "Cannot overwrite": said("the key is written twice; keep one of them"),
    "Duplicate inline": said("the key is written twice; keep one of them"),
    "Cannot declare": said("the table is written twice; a step begins with two brackets, [[step]]"),
    "Cannot mutate": said("the key is written twice in different ways; keep one of them"),
    "Cannot redefine": said("the key is written twice in different ways; keep one of them"),
    "Expected ']'": said("the line begins with [ and must end with ]"),
    "Expected ']]'": said("the line begins with [[ and must end with ]]"),
    "Unclosed array": said("a list is not closed; write ] at its end"),
    "Unclosed inline table": said("a table is not closed; write }} at its end"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A pack's source as values, not yet known to be a pack."""

    values: dict[str, object]
    places: Places


def read_toml(source: str) -> Document | Problem:
    """Read the source, or say why it cannot be read; the first such problem hides the others."""
    source = source.removeprefix(_BYTE_ORDER_MARK).replace("\r\n", "\n")
    try:
        if len(source.encode()) > MAX_SOURCE_BYTES:
            return Problem(
                line=None, what=said("the file is larger than 1 MB; a pack is text alone")
            )
        places = find_places(source)
        return Document(values=tomllib.loads(source), places=places)
    except UnicodeEncodeError:
        return Problem(line=None, what=said("the file is not text; save it as UTF-8"))
    except TooDeepError as error:
        return Problem(
            line=error.line,
            what=said(
                "this is nested more than {most} levels deep; a pack needs six", most=MAX_DEPTH
            ),
        )
    except tomllib.TOMLDecodeError as error:
        return _syntax_problem(str(error), source)
    except ValueError:
        # The one thing tomllib leaves to int(): a number with thousands of digits.
        return Problem(line=None, what=said("there is a number of thousands of digits; remove it"))


def _syntax_problem(complaint: str, source: str) -> Problem:
    match = _AT.match(complaint)
    what = match["what"] if match else complaint
    line = int(match["line"]) if match and match["line"] else _last_opened(source)
    for beginning, plain in _IN_PLAIN_WORDS.items():
        if what.startswith(beginning):
            return Problem(line=line, what=plain)
    return Problem(line=line, what=said("this is not TOML ({what})", what=what))


def _last_opened(source: str) -> int:
    """Return the line of the last long text's quotes: what runs to the end began there."""
    quotes = max(source.rfind('"""'), source.rfind("'''"))
    return source.count("\n", 0, len(source) if quotes < 0 else quotes) + 1


def hidden_character(text: str) -> str | None:
    """Name the first character of `text` that nobody would see but that does something.

    Line breaks and tabs are harmless; joiners inside emoji are wanted. What turns the
    direction of writing would let a text show something else than it says.
    """
    for character in text:
        if character in "\n\t":
            continue
        kind = unicodedata.category(character)
        if kind == "Cc" or unicodedata.bidirectional(character) in _DIRECTION:
            return f"U+{ord(character):04X}"
    return None


_DIRECTION = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
