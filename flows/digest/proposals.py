"""Whether somebody asks for something to be done. Precision first: in doubt it is none.

Patterns of how people ask, per language, on one sentence at a time. A question is a proposal
only if it is one in disguise ("why not …?"). What is written in the first person about oneself
("I need to go home"), reported, or set under a condition does not count.
"""

from __future__ import annotations

import re
from functools import cache

from flows.digest.clauses import Sentence, sentences

_FEWEST_WORDS = 3

_MOST_WORDS = 15
"""Of a sentence that only names what there should be more of."""

# Verbs with which people begin what they want done.
_SWEDISH_IMPERATIVES = """
anlägg anordna anpassa anställ använd avskaffa avsätt bemanna begränsa behåll besök bestäm bevara
bilda bjud bygg börja ersätt erbjud flytta fortsätt fokusera följ förbjud förbättra förenkla förläng
förstärk förtydliga försök ge gör halvera hjälp häng höj håll hör indela inför inkludera inrätta
installera investera involvera informera invänta kartlägg koppla kräv köp lyft lyssna låt lägg lär
lös minska motverka möjliggör ordna organisera planera placera plantera prioritera prova renovera
rekrytera reparera rusta samarbeta samla samordna samverka satsa se skaffa skapa skicka skippa
skjut skriv sluta släpp sprid sänk sätt ställ stärk stöd stödja ta tillför tillsätt tillåt tydliggör
underlätta undvik uppmuntra uppmärksamma utbilda utforma utred utveckla utöka utse verka visa våga
värna öka öppna överväg
"""

_SWEDISH_FIRST = """
fler mer mera bättre tätare billigare tryggare färre mindre tydligare snabbare kortare längre
större säkrare enklare lägre högre tidigare ökad ökat ökade gratis starkare utökad utökat
"""

_ENGLISH_IMPERATIVES = """
abolish add adopt allow annex arrange ask
assign avoid ban bring build buy change check close combine
complete
connect consider continue create cut decrease develop educate eliminate employ enable encourage
enforce ensure establish expand extend fill find fix focus force fund give have help hire hold
improve include increase inform install introduce invest involve invite keep legalize let limit
listen lower maintain make mandate move offer open organise organize pass plan plant pay prevent
prioritise prioritize promote protect provide put reduce reform regulate remove repair replace
require restrict set share simplify spend start stop strengthen support take tax teach train try
turn upgrade widen work
"""

_ENGLISH_FIRST = """
more better fewer less cheaper safer clearer faster improved increased additional stronger
affordable free
"""


def _any(listed: str) -> str:
    return "|".join(sorted(listed.split(), key=len, reverse=True))


_SWEDISH_WHO = (
    r"(?:vi|man|ni|kommunen|skolan|skolorna|samhället|regionen|regeringen|staten|politikerna|"
    r"socialtjänsten|biblioteket|ungdomarna|eleverna|föräldrarna|barnen|alla|det|vuxna)"
)
_SWEDISH_WISHES = (
    r"\bförslag(?:et|en)?(?:\s+(?:är|vore)\b|\s*[:–-]|\s+att\b)|^(?:ett|mitt|vårt)\s+förslag\b",
    r"\b(?:jag|vi|gruppen|bordet)\s+(?:skulle\s+)?(?:vill\s+)?föreslå[rs]?\b|^föreslår\b",
    r"\bborde\b(?!\s+(?:jag\b|ha\s+(?!ett\b)\w+(?:it|at|tt|ts|rt)\b))",
    r"\bbör\b",
    (
        rf"\b{_SWEDISH_WHO}\s+(?:kanske\s+|också\s+|även\s+|gärna\s+)?skulle\s+(?:\w+\s+)?"
        r"(?:kunna|behöva|vilja|önska)\b"
    ),
    r"\bskulle\s+(?:vi|man|ni|kommunen|skolan|det)\s+(?:\w+\s+)?(?:kunna|behövas?)\b",
    r"\bskulle\s+vara\s+(?:\w+\s+)?(?:bra|fint|önskvärt|kul|roligt|skönt|toppen|värdefullt)\b",
    (
        r"\bskulle\s+(?:jag|vi)\s+(?:gärna\s+)?(?:vilja|önska)\b|"
        r"\b(?:jag|vi)\s+skulle\s+(?:gärna\s+)?(?:vilja|önska)\b"
    ),
    (
        r"\b(?:vi|jag|många|man|boende|ungdomar(?:na)?|eleverna|föräldrar(?:na)?)\s+"
        r"(?:vill\s+(?:gärna\s+)?(?:ha|se|att)|önskar|efterfrågar|saknar|efterlyser)\b"
    ),
    r"\bönskemål\w*\b|\bönskvärt\b|^önskar\b",
    r"\b(?:det\s+behövs|behövs\s+(?:fler|mer|en|ett|bättre|tydlig\w*)|vi\s+behöver\b)",
    rf"\b{_SWEDISH_WHO}\s+(?:måste|behöver)\b",
    r"\bmåste\s+(?:bli|få|finnas|göras|sluta|börja|upp|bort|stoppas|byggas|förbättras)\b",
    r"^(?:det\s+)?krävs\b|^det\s+vore\b|\bdå\s+vore\s+det\b",
    r"\b(?:jag|vi)\s+hoppas\b|^hoppas\s+(?:att|på)\b",
    r"\b(?:det\s+är|är\s+det)\s+(?:hög\s+tid|dags)\s+(?:att|för)\b",
    r"^låt\s+\w+|^se\s+till\s+att\b|\b(?:ska|måste|kan)\s+(?:\w+\s+)?se\s+till\s+att\b",
)
_SWEDISH_DISGUISED = (
    r"\bvarför\s+(?:inte|kan\s+(?:vi|man|ni|kommunen)\s+inte)\b",
    r"^(?:kan|kunde|skulle)\s+(?:inte\s+)?(?:vi|man|ni|kommunen|skolan|det)\s+(?:inte|kunna)\b",
    r"^borde\s+(?:inte\s+)?(?:vi|man|ni|kommunen|skolan|det)\b",
)
_SWEDISH_NOT = (
    r"\b(?:sägs|påstår|hävdar|sade|sa|säger|enligt|ansåg|motsätter)\b",
    r"\böverens\s+om\s+att\b|\blåt\s+(?:oss|mig)\s+säga\b",
    r"\b(?:om|när|eftersom|innan|medan|så\s+att)\s+(?:\w+\s+){1,3}(?:måste|behöver|bör|krävs|vore)\b",
    # Who says that something ought not to be asks for something; what need not be is no wish.
    r"\b(?:behöver|måste)\s+(?:\w+\s+)?(?:inte|aldrig)\b(?!\s+(?:bara|längre))",
    (
        r"\b(?:som|vad|hur|vilka?|vilket|huruvida)\s+(?:\w+\s+){0,2}"
        r"(?:måste|behöver|bör|behövs|krävs|borde|skulle)\b"
    ),
    r"^detta\s+skulle\b",
)

_ENGLISH_WISHES = (
    r"\b(?:my|our|a|one)\s+(?:proposal|suggestion)s?\b",
    r"\b(?:i|we)(?:'d)?\s+(?:would\s+)?(?:like\s+to\s+)?(?:propose|suggest|recommend|urge)\b",
    r"\b(?:should|ought\s+to|must)\b|\bneeds?\s+to\b|\bis\s+a\s+must\b",
    (
        r"^(?:(?:the|our|this|bowling|all|more|these|many|\w+)\s+){1,5}(?:also\s+|really\s+|badly\s+|"
        r"either\s+)?needs?\s+(?!for\b)\w+"
    ),
    (
        r"\b(?:badly|much|sorely|desperately|are|is)\s+needed\b|\bin\s+need\s+of\b|"
        r"\bthere\s+is\s+a\s+need\s+for\b|^needs?\s+\w+"
    ),
    (
        r"\b(?:we|i|many|people)(?:\s+would|'d)\s+(?:really\s+|also\s+)?(?:like|love|want)\s+"
        r"(?:to\s+see|to\s+have|more|it\s+if)\b"
    ),
    (
        r"\b(?:we|i)\s+(?:want\s+(?:more|better|to\s+see|our|the\s+(?:city|county|school))|"
        r"wish\s+(?:for|that|we|there|the)|hope)\b|^hopefully\b"
    ),
    r"\bit\s+would\s+be\s+(?:good|nice|great|helpful|better|useful|wonderful|awesome)\b",
    r"\b(?:city|county|town|school|schools|area|we)\s+could\s+(?:use|benefit\s+from)\b",
    r"^let'?s\b|^please\b|\bhow\s+about\b",
)
_ENGLISH_DISGUISED = (
    r"^why\s+(?:not|can'?t\s+we|couldn'?t\s+we|don'?t\s+we|isn'?t\s+there|aren'?t\s+there)\b",
    r"^(?:could|can|shouldn'?t|should|couldn'?t)\s+(?:we|they|the\s+(?:city|county|school))\b",
    r"^would\s+it\s+be\s+possible\b|^how\s+about\b",
)
_ENGLISH_NOT = (
    r"\b(?:he|she|they|some|critics|people)\s+(?:say|says|said|claim|claims|argue|argues|argued)\b",
    r"\b(?:if|when|because|since)\s+(?:i|you)\s+(?:need|must|should|have\s+to)\b",
    r"^if\b(?!\s+(?:possible|only))",
    r"\b(?:do|does|did|don'?t|doesn'?t|didn'?t)\s+(?:i|we|you)?\s*(?:not\s+)?need\b",
    r"\b(?:i|you|he|she)\s+(?:\w+\s+)?needs?\b|\bmy\s+\w+\s+needs?\b",
    r"\bi\s+(?:must|should|have\s+to)\b|\b(?:should|would)\s+i\b|\bwhat\s+should\b",
    r"\b(?:must|should)\s+(?:never\s+|not\s+)?have\s+(?:been|\w+ed)\b",
    r"\bwe\s+should\s+(?:still\s+)?be\s+able\b",
    r"\b(?:help|tell|give|show|send)\s+me\b",
)


class _Manner:
    """How one language asks."""

    def __init__(
        self,
        *,
        wishes: tuple[str, ...],
        disguised: tuple[str, ...],
        excluded: tuple[str, ...],
        imperatives: str,
        first: str,
    ) -> None:
        self._wishes = re.compile("|".join(wishes), re.IGNORECASE)
        self._disguised = re.compile("|".join(disguised), re.IGNORECASE)
        self._excluded = re.compile("|".join(excluded), re.IGNORECASE)
        polite = (
            r"(?:(?:snälla|vänligen|please|also|och|and|absolut|properly|actively|immediately|"
            r"instead)\s+)?"
        )
        self._imperative = re.compile(
            rf"^\W*{polite}(?:{_any(imperatives)})\s+(?![=:?])\w", re.IGNORECASE
        )
        self._first = re.compile(rf"^\W*(?:{_any(first)})\s+\w", re.IGNORECASE)

    def asks_for(self, sentence: Sentence) -> bool:
        """Whether a sentence asks for something to be done."""
        text = sentence.text
        if sentence.asks:
            return self._disguised.search(text) is not None
        length = len(text.split())
        wants = length <= _MOST_WORDS and self._first.match(text) is not None
        if length < _FEWEST_WORDS:
            return wants
        if self._excluded.search(text) is not None:
            return False
        return (
            self._imperative.match(text) is not None
            or self._wishes.search(text) is not None
            or (wants and not _tells(text))
        )


_FINITE = re.compile(
    r"\b(?:är|var|fortsätter|blir|blev|har|hade|gör|ger|leder|kostar|finns|går|kommer|kan|betyder|visar|innebär"
    r"|is|are|was|were|has|have|had|does|do|did|leads?|costs?|means?|shows?|will|can|makes?)\b",
    re.IGNORECASE,
)


def _tells(text: str) -> bool:
    """Whether a sentence tells how something is: "more adults are coming" asks for nothing."""
    return _FINITE.search(text) is not None


@cache
def _manner(language: str) -> _Manner | None:
    if language == "sv":
        return _Manner(
            wishes=_SWEDISH_WISHES,
            disguised=_SWEDISH_DISGUISED,
            excluded=_SWEDISH_NOT,
            imperatives=_SWEDISH_IMPERATIVES,
            first=_SWEDISH_FIRST,
        )
    if language == "en":
        return _Manner(
            wishes=_ENGLISH_WISHES,
            disguised=_ENGLISH_DISGUISED,
            excluded=_ENGLISH_NOT,
            imperatives=_ENGLISH_IMPERATIVES,
            first=_ENGLISH_FIRST,
        )
    return None


def proposals_in(text: str, lang: str) -> list[Sentence]:
    """The sentences of a text that ask for something to be done; none in other languages."""
    manner = _manner(lang)
    if manner is None:
        return []
    return [sentence for sentence in sentences(text) if manner.asks_for(sentence)]


def is_proposal(text: str, lang: str) -> bool:
    """Whether a text asks for something to be done.

    Args:
        lang: ``sv`` or ``en``; of other languages nothing is known, and the answer is False.
    """
    return bool(proposals_in(text, lang))
