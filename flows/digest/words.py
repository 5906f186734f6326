"""Words of a text, and what of them carries meaning: stems without the small words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Protocol

_WORD = re.compile(r"[^\W\d_]+(?:[’'\-][^\W\d_]+)*")

_ADDRESS = re.compile(r"https?://\S+|(?<!\S)[^\s@]++@\S+")

_SWEDISH = """
alla allt alltid allting alltså aldrig all annan annat andra att av bara bli blir blev blivit
borde bort bra både båda bör de dem den denna dess dessa det detta dig din dina ditt dit dock du där
därför då e efter eftersom egen egentligen eget egna ej eller en er era ert ett exempel exempelvis
fall fanns fast fick fler flera finns finnas fram från få får fått för före först förut ge genom ger
ganska gjort gjorde gå går gått gör göra ha hade haft han hans har hel hela helt helst henne hennes
hit hon honom hos hur här i ibland icke in inga ingen inget inne innan inte ja jag jo ju just kan
kanske kl kom komma kommer kunde kunna kunnat kvar kunnat lika likt lite liksom låta man med mellan
men mera mer mest mig min mina mindre mitt mot mycket många måste naturligtvis ned nej nog nu när
någon någonting något några nån nånting nåt oavsett och ock också om ofta olika oss på rätt sa samma
samt se ser sedan sen sett sig sin sina sitt själv själva ska skall skulle slags snart som så sådan
sådana sådant säga säger sätt ta tar tas the tack till tror tycker typ under upp ur ut utan vad var
vara varandra varför varit varje vars vart vem vet verkligen vi vid vilka vilken vilket vill visst
väl våra vår vårt än ändå ännu är även över åt
"""

_ENGLISH = """
a about above actually after again all almost also although always am an and any anything anyone are
aren't as at away back be because been before being both but by came can can't cannot could couldn't
did didn't do does doesn't doing don't done down each either else enough etc even ever every
everyone everything few for from further gets get getting go goes going got had has hasn't have
haven't having he her here hers herself him himself his how however i i'd i'll i'm i've if in into
is
isn't it it's its itself just kind know least less let like lot lots made make makes many may maybe
me might mine more most much must my myself need needs never no nor not nothing now of off often ok
on once one ones only or other others ought our ours ourselves out over own per perhaps please
quite rather really said same say says see she should shouldn't since so some someone something
still such sure take than thank thanks that that's the their theirs them themselves then there
there's these they they're thing things think this those though through to too towards under until
up upon us use used very want wants was wasn't way we we're well were weren't what what's when where
whether which while who whom whose why will with within without won't would wouldn't yes yet you
you're your yours yourself
"""

_FINNISH = """
ei eivät en että he hän ja jo jos joka jotka kanssa kaikki koska kuin kun me mikä mitä mutta myös
ne niin nyt ole olen oli olisi olla on ovat pitäisi sekä se sen siellä sinä siitä tai tämä vain voi
voisi vaan te minä mukaan niitä tästä tätä sitä hyvin kyllä
"""


class Stemmer(Protocol):
    """What brings a word to its stem."""

    def stemWord(self, word: str) -> str:  # noqa: N802  the library's name
        """The stem."""
        ...


_STEMMERS = {
    "sv": "swedish",
    "en": "english",
    "fi": "finnish",
    "de": "german",
    "fr": "french",
    "es": "spanish",
    "da": "danish",
    "no": "norwegian",
}


@cache
def small_words(language: str) -> frozenset[str]:
    """Words that say nothing of what a text is about."""
    listed = {"sv": _SWEDISH, "en": _ENGLISH, "fi": _FINNISH}.get(language, "")
    return frozenset(listed.split())


def words(text: str) -> Iterator[re.Match[str]]:
    """Every word with its place in the text."""
    return _WORD.finditer(text)


def plain(text: str) -> str:
    """The text for counting letters: small, composed, without addresses."""
    return unicodedata.normalize("NFC", _ADDRESS.sub(" ", text)).casefold()


@cache
def _stemmer(language: str) -> Stemmer:
    import snowballstemmer  # noqa: PLC0415  not before somebody looks for themes

    stemmer: Stemmer = snowballstemmer.stemmer(_STEMMERS[language])
    return stemmer


@lru_cache(maxsize=100_000)
def stem(word: str, language: str) -> str:
    """The stem of a casefolded word; of a language without stemmer the word itself."""
    return _stemmer(language).stemWord(word) if language in _STEMMERS else word


def stems(text: str, language: str) -> list[str]:
    """The stems of the words that carry meaning, in order."""
    small = small_words(language)
    return [
        stem(word, language)
        for word in (match.group() for match in words(plain(text)))
        if len(word) > 1 and word not in small
    ]
