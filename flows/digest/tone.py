"""Open questions, and what is said to be bad or good. Precision first: in doubt it is neither."""

from __future__ import annotations

import re
from functools import cache

from flows.digest.clauses import Sentence, sentences
from flows.digest.findings import RemarkKind
from flows.digest.proposals import proposals_in

_FEWEST_WORDS = 3

_BAD = {
    "sv": (
        r"\b(?:är|var|blir|blev|känns|fungerar|funkar|sköts)\s+(?:\w+\s+)?(?:dåligt?|usel\w*|"
        r"undermålig\w*|oacceptabel\w*|orimlig\w*|orättvis\w*|bristfällig\w*|katastrof\w*|"
        r"otrygg\w*|alldeles\s+för\s+\w+|på\s+tok\s+för\s+\w+)\b"
        r"|\b(?:är|blir|går|tar|finns|har|kostar)\s+(?:\w+\s+)?för\s+(?:lång\w*|lite|få|dyr\w*|stor\w*|"
        r"liten|sällan|svår\w*|sen\w*|mycket\s+\w+)\b"
        r"|\b(?:fungerar|funkar)\s+inte\b|\b(?:stor\s+)?brist\s+på\b|\bbristande\b|\bmissnöjd\w*\b"
        r"|\bproblemet\s+(?:är|med)\b|\bbesvik\w+\b|\bdet\s+saknas\b|\btyvärr\b"
    ),
    "en": (
        r"\b(?:is|are|was|were|feels?|seems?|looks?)\s+(?:\w+\s+)?(?:bad|terrible|awful|poor|unsafe|"
        r"unfair|unacceptable|ridiculous|horrible|dangerous|far\s+too\s+\w+|much\s+too\s+\w+)\b"
        r"|\b(?:is|are|takes?|costs?)\s+too\s+(?:long|few|little|expensive|slow|much|many|difficult)\b"
        r"|\b(?:does\s+not|doesn'?t|do\s+not|don'?t)\s+work\b|\black\s+of\b|\bdissatisf\w+\b"
        r"|\bdisappoint\w+\b|\bthe\s+problem\s+(?:is|with)\b|\bunfortunately\b|\bthere\s+is\s+no\s+\w+"
    ),
}
_GOOD = {
    "sv": (
        r"\b(?:är|var|blir|blev|känns|fungerar|funkar|går)\s+(?:(?:mycket|väldigt|riktigt|jätte|"
        r"så|redan)\s+)?(?:bra|jättebra|toppen|kanon|utmärkt|fantastisk\w*|trygg\w*|rolig\w*|"
        r"trevlig\w*|perfekt\w*)\b|\b(?:är|var)\s+(?:mycket\s+|väldigt\s+)?nöjda?\s+med\b"
        r"|\b(?:jag|vi)\s+(?:uppskattar|gillar)\b|\btack\s+(?:för|till)\b|^bra\s+(?:att|med|jobbat)\b"
        r"|\bfungerar\s+väl\b|\bheja\b"
    ),
    "en": (
        r"\b(?:is|are|was|were|works?|feels?|went)\s+(?:(?:very|really|so|already)\s+)?(?:good|well|"
        r"great|excellent|fantastic|wonderful|lovely|perfect\w*|safe)\b"
        r"|\b(?:am|are|is)\s+(?:very\s+|really\s+)?(?:happy|pleased)\s+with\b"
        r"|\b(?:i|we)\s+(?:really\s+)?(?:appreciate|love|like)\s+(?!to\b)\w+|\bthank(?:s|\s+you)\s+for\b"
        r"|^(?:good|great)\s+(?:that|job|work)\b"
    ),
}
_TURNED = {
    "sv": r"\b(?:inte|aldrig|knappast|ej|ingen|inga|om|vore|skulle|borde|men|fast|utom)\b",
    "en": r"\b(?:not|never|hardly|no|if|would|should|could|but|except|n't)\b|n['’]t\b",
}
"""What turns praise around, or makes a wish of it."""

_WISHED = {
    "sv": r"\b(?:om|vore|skulle|borde|tidigare|förut)\b",
    "en": r"\b(?:if|would|should|could|used\s+to)\b",
}


@cache
def _pattern(source: str) -> re.Pattern[str]:
    return re.compile(source, re.IGNORECASE)


def remarks_in(text: str, lang: str) -> list[tuple[RemarkKind, Sentence]]:
    """The sentences of a text that ask, blame or praise; a proposal is none of these.

    Questions are found in every language, the others in Swedish and English.
    """
    asked_for = {sentence.start for sentence in proposals_in(text, lang)}
    found = []
    for sentence in sentences(text):
        kind = None if sentence.start in asked_for else _kind(sentence, lang)
        if kind is not None:
            found.append((kind, sentence))
    return found


def _kind(sentence: Sentence, lang: str) -> RemarkKind | None:
    if len(sentence.text.split()) < _FEWEST_WORDS:
        return None
    if sentence.asks:
        return RemarkKind.QUESTION
    if lang not in _BAD:
        return None
    is_bad = _pattern(_BAD[lang]).search(sentence.text) is not None
    is_good = _pattern(_GOOD[lang]).search(sentence.text) is not None
    if is_bad and not is_good and not _pattern(_WISHED[lang]).search(sentence.text):
        return RemarkKind.CRITICISM
    if is_good and not is_bad and not _pattern(_TURNED[lang]).search(sentence.text):
        return RemarkKind.PRAISE
    return None
