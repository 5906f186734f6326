"""Hearing when an answer tells of one person, where the question asked for no individual cases.

Precision goes first: what is returned to its author was nearly always meant so. A case is one
particular other person, something about her health or her life that is nobody's business, and a
detail that tells who she is: her name, her age, her class, her workplace, her street, a moment.
"""

from __future__ import annotations

import re

_PEOPLE = (
    r"(?:elev|kille|tjej|pojke|flicka|kvinna|man|dam|herre|gubbe|tant|klient|patient|brukare|"
    r"mamma|pappa|granne|familj|ungdom|tonåring|kollega|medarbetare|undersköterska|lärare|son|"
    r"dotter|bror|syster|kompis|vän|boende|person|ensamstående|änka|invånare)"
)
_SOMEBODY = re.compile(
    rf"\b(?:en|ett|min|vår|mitt|hennes|hans) (?:\w+ ){{0,3}}{_PEOPLE}\b"
    r"|\b(?:en|a) (?:\d{1,2}|\w+ton)(?:-?åring|-year-old)\b"
    rf"|\b(?:den (?:här|där)|just den) (?:\w+ ){{0,2}}{_PEOPLE}\w*"
    r"|\b(?:grannen|eleven|patienten|klienten|kollegan|flickan|pojken|killen|tjejen|mannen|"
    r"kvinnan|mamman|pappan|sonen|dottern) (?:i|på|som|från|till|mitt emot|bredvid|i huset)\b"
    r"|\b(?:a|an|my|our|one) (?:[\w-]+ ){0,3}(?:pupil|student|boy|girl|woman|man|lady|client|"
    r"patient|mother|father|mum|dad|neighbour|neighbor|colleague|teenager|nurse|teacher|son|"
    r"daughter|brother|sister|friend|resident|family)\b",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"\b[A-ZÅÄÖ][a-zåäöé]+(?:\s[A-ZÅÄÖ][a-zåäöé]+)?(?:,| är| som är| is|,? aged)? "
    r"(?:\d{1,2}(?: år\b|,)|(?:i|in) (?:klass )?\d[A-Da-d]\b)"
    r"|\b[A-ZÅÄÖ][a-zåäöé]+s (?:son|dotter|mamma|pappa|bror|syster|man|fru)\b"
)
_PRIVATE = re.compile(
    r"\b(?:adhd|add|autis\w+|asperger\w*|deprimerad|depression|bipolär|psykos\w*|schizofren\w*|"
    r"anorexi\w*|bulimi\w*|ätstör\w*|självskad\w*|skär sig|skurit sig|självmords\w+|tagit livet|"
    r"ta livet av sig|överdos|missbruk\w*|alkoholist\w*|knarkar?|tar droger|drogtest\w*|"
    r"cancer|hiv|demens|dement|epilepsi|diabetes|missfall|abort|gravid|utbränd|sjukskriven|"
    r"ångest|panikattack\w*|slår|slog|slagen|misshandl\w+|våldtag\w+|våldtäkt\w*|utnyttja[ts]\w*|"
    r"hotad|stalkad|lvu|lvm|orosanmäl\w+|omhändertag\w+|familjehem|placerad|socialbidrag|"
    r"försörjningsstöd|kronofogden|vräkt|skyddat boende|fängelse|dömd|häktad|anmäld|"
    r"hemlös\w*|inlagd|tvångsvård\w*|remiss\w*|utreds|utredning|medicin\w*|vården nekade|"
    r"depressed|suicidal|suicide|overdosed|self-harm\w*|cuts herself|cut herself|addict\w*|"
    r"alcoholic|drugs|anorexia|bulimia|dementia|pregnant|abortion|burnt out|sick leave|"
    r"anxiety|beaten|beats|hits|abused|raped|assaulted|evicted|homeless|in prison|convicted|"
    r"foster care|taken into care|psychosis|bipolar|autism|autistic|diagnos\w+)\b",
    re.IGNORECASE,
)
_DETAIL = re.compile(
    r"\b\d{1,2}(?: år\b|-?åri(?:g|ng)\w*|-year-old| years old)|\bpå \d{1,2} år\b"
    r"|\b(?:femton|sexton|sjutton|arton|fjorton|tretton|tolv)åri(?:g|ng)\w*"
    r"|\b(?:i|in) (?:klass )?[1-9][A-Da-d]\b|\bårskurs \d\b|\bi (?:ettan|tvåan|trean|fyran|femman|"
    r"sexan|sjuan|åttan|nian)\b|\bgrade \d\b"
    r"|\b(?:på|i|från|at|in|from|vid) [A-ZÅÄÖ][a-zåäö]+(?:skolan|gården|hemmet|gatan|vägen|byn|"
    r"lunden|backen)?\b"
    r"|\b(?:i ?går|i förrgår|förra (?:veckan|månaden|året|hösten|våren)|i (?:våras|somras|höstas|"
    r"vintras|måndags|tisdags|onsdags|torsdags|fredags|lördags|söndags)|häromdagen|"
    r"yesterday|last (?:week|month|year|spring|autumn|summer|winter|monday|friday))\b"
    r"|\b(?:hennes|hans) (?:son|dotter|man|fru|mamma|pappa|chef|lärare)\b"
    r"|\bher (?:son|daughter|husband|mother|boss)\b|\bhis (?:son|daughter|wife|mother|boss)\b",
)
_HAPPENED = re.compile(
    r"\b(?:har|hade|blev|fick|var|kom|sa|sade|berättade|ringde|slutade|flyttade|är|heter|bor|"
    r"går|tar|slår|skär|mår|missbrukar|tog|dricker|misshandlas|hotas|slås|gör|has|had|was|got|came|said|told|called|is|lives|takes)\b",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(
    r"\b(?:om|när|ifall|att) (?:en|ett|någon|man) |\b(?:till exempel|t\.?ex\.?|exempelvis|tänk dig|"
    r"anta att|scenario|fallet|i filmen|låtsas)\b"
    r"|\b(?:bör|borde|måste|ska kunna|skulle) (?:en|man)\b"
    r"|\b(?:if|when|suppose|imagine|say) (?:a|an|somebody|someone|one) |\bfor example\b"
    r"|\b(?:en|a) \w+ (?:som|who) .{0,60}\b(?:ska|bör|måste|should|must)\b|\bvarje\b|\bevery\b"
    r"|\bvem som helst\b|\bKim\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?\n])\s+")
_TOGETHER = 3
"""So many sentences in a row are read as one story."""


def tells_of_a_case(text: str, *, names_somebody: bool = False) -> bool:
    """Whether a text tells of one person who could be recognised.

    Args:
        names_somebody: whether the name of a person of the dialogue stands in it.
    """
    sentences = _SENTENCE.split(text)
    stories = (
        " ".join(sentences[begin : begin + _TOGETHER])
        for begin in range(max(1, len(sentences) - _TOGETHER + 1))
    )
    return any(_is_a_case(story, names_somebody=names_somebody) for story in stories)


def _is_a_case(story: str, *, names_somebody: bool) -> bool:
    if _PRIVATE.search(story) is None or _HAPPENED.search(story) is None:
        return False
    if _NAMED.search(story) or names_somebody:
        return _SUPPOSED.search(story) is None
    if _SOMEBODY.search(story) is None or _DETAIL.search(story) is None:
        return False
    return _SUPPOSED.search(story) is None
