"""What the bot says, in the reader's language.

The English text in the code is the key; the catalogues in ``bot/locale`` hold Swedish and
English, both complete. ``make po`` collects new texts, ``make setup`` compiles them.
"""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path

from bot.errors import RundaError
from flows.said import Said

LANGUAGES = ("sv", "en")
DEFAULT_LANGUAGE = "sv"
_CATALOGUES = Path(__file__).parent / "locale"


class Wording:
    """One language's texts."""

    def __init__(self, language: str, catalogue: gettext.NullTranslations) -> None:
        self.language = language
        self._catalogue = catalogue

    def say(self, text: str, /, **values: object) -> str:
        """The text in this language, with ``{name}`` replaced by ``values['name']``."""
        return self._catalogue.gettext(text).format(**values)

    def tell(self, sentence: Said) -> str:
        """What ``flows`` said, in this language."""
        values = {
            name: self.tell(value) if isinstance(value, Said) else value
            for name, value in sentence.values
        }
        return self._catalogue.gettext(sentence.text).format(**values)

    def say_n(self, one: str, many: str, number: int, /, **values: object) -> str:
        """The text for a number of things; ``{number}`` is that number."""
        text = self._catalogue.ngettext(one, many, number)
        return text.format(number=number, **values)


@cache
def wording(language: str) -> Wording:
    """The wording for a language; one we do not have is answered in Swedish.

    Raises:
        RundaError: the catalogues have not been compiled (a source tree before ``make setup``).
    """
    known = language if language in LANGUAGES else DEFAULT_LANGUAGE
    try:
        catalogue = gettext.translation("runda", localedir=_CATALOGUES, languages=[known])
    except FileNotFoundError as error:
        message = "the texts are not compiled yet; run `make setup` in the source folder"
        raise RundaError(message) from error
    return Wording(known, catalogue)
