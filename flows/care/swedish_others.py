"""How Swedish says that somebody else is in danger. Each pattern reads what `plain` gives."""

from __future__ import annotations

import re

from flows.care.others import Others
from flows.care.rules import END, any_of, gap
from flows.care.swedish import SWEDISH

_KIN = (
    r"(?:\w*dotter|(?!person)\w*son|\w*(?:bror|brorsa|syster|syrra|syskon)|\w*(?:barn|unge|"
    r"ungar|flicka|flickor|tjej|pojke|pojkar|kille|grabb|tonåring|mamma|pappa|morsa|farsa)|"
    r"mor|far|(?:mor|far)(?:mor|far|bror)|moster|faster|fru|hustru|(?:ex)?man|make|maka|"
    r"sambo|\w*partner|särbo|ex|\w*(?:vän|väninna|kompis|kamrat|polare)|bästis|bestie|granne|"
    r"\w*(?:kollega|arbetskamrat)|\w*kusin|elev|patient|klient|brukare|släkting)"
)
_WHO = (
    r"\b(?:(?:min|mitt|mina|vår|vårt|våra) "
    rf"(?:(?!(?:inte|om|att|jag|som)\b)\w+ ){{0,2}}?{_KIN}s?"
    rf"|en (?:\w+ )?{_KIN} (?:till (?:mig|oss)|i (?:min|vår) \w+|som jag känner|hos oss|"
    r"på (?:mitt |vårt )?(?:jobbet|jobb)|i klassen)"
    r"|(?:mamma|pappa|förälder|föräldrar) till (?:en|två|mitt) (?:\w+ )?\w+(?: på \d+)?"
    r"|en av (?:mina|våra) \w+"
    r"|(?<!en )(?<!ens )(?:brorsan|syrran|morsan|farsan|mamma|pappa|(?:mor|far)(?:mor|far)))\b"
)
_BETWEEN = gap(
    "inte aldrig inga ingen utan om ifall man vi ni jag du någon elever hur vad "
    "varför mår tycker undrade frågade nästan som människor patienter personer folk ungdomar"
)
_LIVE = (
    r"(?:leva|finnas(?: till)?|existera|vara i livet|vakna (?:mer|igen|upp))"
    r"(?! (?:i|på|med|upp|som|utan|under|nära|ihop|av|där|kvar|efter|enligt|bland)\b)"
)
_DIE = (
    r"dö\b(?! (?:hemma|av|för (?:den|en|ett)|på|gammal|lycklig|med|ut|innan|ifrån|lugnt|"
    r"fridfullt|här hemma|när|om|i (?:min|sin|sängen|fred))\b)"
)
_HERSELF = r"(?:sig|sej)(?: själv)?"
_KILL = (
    rf"(?:ta|tar|tagit) (?:livet|liv) av {_HERSELF}|(?:ta|tar|tagit) sitt (?:eget )?liv\b"
    rf"(?! på)|(?:ta|tar|begå|begår) (?:självmord|suicid)\b|(?:döda|hänga|skjuta|dränka) "
    rf"{_HERSELF}\b|(?:göra?) slut på (?:sitt liv|livet|(?:allt|alltihop){END})"
    r"|avsluta (?:sitt liv|livet|allt)\b|göra (?:det|slag i saken)\b"
    rf"|hoppa(?:{END}| (?:från (?:bron|taket|balkongen|en bro)|framför (?:ett |en )?"
    r"(?:tåg|tåget|bil)))"
)
_HARM = rf"(?:göra (?:{_HERSELF} (?:illa|något)|illa {_HERSELF})|skada {_HERSELF}|skära {_HERSELF})"
_THOUGHTS = r"(?:självmordstankar|suicidtankar|självmordsplaner|dödstankar|dödslängtan)"
_MEANS = (
    r"(?:vill|ska|skall|tänker|planerar att|tänkt|kommer att|hotar (?:\w+ )?(?:med )?att|är"
    r" på väg att|"
    r"(?:funderar|tänker|grubblar) på att|överväger att|(?:googlat|googlar|sökt|söker|läser om|"
    r"letar efter) hur man|"
    r"hotar|försöker|vill få|bestämt sig för att|(?:prata|pratar|talar|snackar|tjatar|skriver|"
    r"fantiserar) (?:(?!inte\b)\w+ ){0,2}om att(?: \w+)?(?: vill)?|försökte|försökt)"
)
_SAID = r"(?:sa|sade|skrev|berättade|ropade|messade|smsade|skrek)"
_BACK_THEN = (
    rf"(?:inte (?:\w+ )?(?:ville|orkade|pallade) {_LIVE}|(?:ville|skulle|tänkte) "
    rf"{_BETWEEN(2)}(?:{_DIE}|{_KILL}))"
)
_NOW = any_of(
    # does not want to live
    rf"(?:vill|orkar|pallar|klarar)(?: \w+)? inte (?:\w+ )?{_LIVE}",
    rf"inte (?:\w+ )?(?:vill|orkar|pallar|klarar av att) (?:\w+ )?{_LIVE}",
    # means to die
    rf"{_MEANS} {_BETWEEN(2)}(?:{_DIE}|{_KILL})",
    rf"(?:tar|ska ta) livet av {_HERSELF}\b",
    rf"(?:har|får) {_BETWEEN(2)}{_THOUGHTS}",
    rf"(?:prata|pratar|talar|snackar|tänker|skriver) {_BETWEEN(2)}(?:om|på) "
    rf"(?:självmord|suicid|döden){END}",
    r"är (?:\w+ )?(?:självmordsbenägen|självmordsnära|suicidal|suicidbenägen)",
    # wishes not to be
    r"(?:önskar|säger|sagt) (?:att )?(?:han|hon|hen|det|de) (?:var|vore) död",
    r"(?:önskar|ångrar) (?:att )?(?:han|hon|hen|det|de) (?:aldrig |inte )?"
    r"(?:hade )?(?:fötts|fanns|föddes|funnits)",
    rf"inte (?:ska|vill) finnas kvar{END}",
    r"(?:pratar|talar) om att (?:han|hon|hen) inte orkar (?:mer|längre)",
    rf"(?:säger|tycker) att livet är (?:slut|över){END}",
    r"bättre (?:om|ifall) (?:han|hon|hen) (?:inte fanns|var borta|var död|dog|försvann)",
    r"bättre utan (?:honom|henne)\b",
    r"(?:inget|ingenting|ingen anledning) (?:\w+ )?att leva\b",
    r"livet (?:inte är|är inte) värt att leva",
    r"ingen (?:\w+ ){0,2}(?:sakna|bry sig|sörja|märka) (?:\w+ )?om (?:han|hon|hen) "
    r"(?:dog|försvann|dör)",
    # harms herself
    rf"(?:skär|rispar|skadar|bränner|slår) {_HERSELF}\b"
    r"(?! (?:på|i fingret|alltid|när|ibland på)\b)",
    rf"(?:börjat|fortsätter) (?:att )?(?:skära|skada|rispa) {_HERSELF}",
    rf"(?:skurit|rispat|skadat) {_HERSELF} (?:igen|i armarna|på armarna|i ?natt|i ?går)",
    r"självskadar\b",
    # has a way to, has tried, says farewell
    r"har köpt (?:ett )?rep\b",
    rf"(?:har )?(?:tagit|svalde|svalt|tog) {_BETWEEN(2)}(?:en överdos|överdos|\w*tabletter)",
    r"samlat (?:\w+ )?tabletter",
    r"skrivit (?:\w+ )?(?:avskedsbrev|självmordsbrev)",
    r"(?:inlagd|på sjukhus|på intensiven|vårdas) (?:\w+ ){0,2}efter (?:ett |en )?"
    r"(?:självmordsförsök|suicidförsök|överdos)",
    rf"(?:tog|tagit|tar) farväl(?:{END}| för alltid| av mig)",
    r"(?:inte (?:\w+ )?(?:vill|orkar) leva|orkar inte leva|vill inte leva) utan "
    r"(?:pappa|mamma|honom|henne|mig)\b",
    r"(?:står|sitter) på (?:bron|taket|spåret|en bro)\b[^.]{0,60}\bhoppa",
    # said so
    rf"{_SAID} {_BETWEEN(5)}{_BACK_THEN}",
    rf"säger {_BETWEEN(4)}ville {_DIE}",
)
_FEARS = r"(?:livrädd|rädd|orolig|oroar mig|oroad|skraj|fruktar|tror|misstänker)"
_FEAR = (
    rf"(?<!inte )(?<!aldrig )\b{_FEARS} (?:för |över )?(?:att )?(?:{_WHO}|han|hon|hen) "
    rf"{_BETWEEN(3)}(?:{_KILL}|{_HARM}|{_DIE})"
)
_FOUND = rf"\b(?:avskedsbrev|självmordsbrev)\b {_BETWEEN(3)}{_WHO}"
_APART = r"(?:[.,] )?"


SWEDISH_OTHERS = Others(
    code="sv",
    who=re.compile(_WHO),
    of_her=re.compile(rf"{_WHO} (?:, )?(?:som )?{_BETWEEN(9)}{_NOW}"),
    of_pronoun=re.compile(
        rf"\b(?:han|hon|hen|det|de|hennes|hans|hens) {_APART}{_BETWEEN(9)}{_NOW}"
        rf"|\b{_SAID} (?:han|hon|hen) {_BETWEEN(5)}{_BACK_THEN}"
    ),
    alone=re.compile(rf"{_FEAR}|{_FOUND}"),
    asks=re.compile(
        r"\b(?:vad (?:ska|gör|kan) jag\b|vem ringer jag|vart ringer jag|hjälp mig\b|snälla|"
        r"jag vet inte vad jag)"
    ),
    anybody=re.compile(
        r"\b(?:om|ifall|när|som|någon|man|elev|eleven|barn|barnet|ungdom|patienten)\b"
    ),
    says=re.compile(
        rf"{_WHO} {_BETWEEN(5)}(?:säger|sa|sade|sagt|skriver|skrev|skrivit|messade|messar|"
        r"smsade|smsar|ropar|ropade|skrek|skriker|skickade)(?: \w+)?(?: ,)?(?: att)? ?[.]? ?$"
    ),
    supposed=re.compile(
        r"(?:^|[.,] |\b(?:jag|man|göra|gör|händer|vi|ni|och|men|även|ens|undrar|fråga) )"
        r"(?:om|ifall) [^.,]*$|\b(?:tänk|anta|antag|låtsas|exempel|scenario)\b[^.]*$"
        rf"|\b(?:inte|aldrig) {_FEARS}\b[^.,]*$"
        r"|\b(?:fråga|undra)\w*\b[^.,]*\b(?:om|ifall)\b[^.,]*$"
    ),
    past=re.compile(
        rf"{SWEDISH.past.pattern}|\bförra (?:året|sommaren|vintern)\b|\böverlevde\b"
        r"|\bslutat? (?:att )?(?:skära|skada|rispa|prata|tala|tänka|vilja|säga|hota)\b"
        r"|\bmår (?:\w+ )?(?:bra|bättre)\b|\blever i ?dag\b"
        r"|\bnär (?:min|mitt|mina|vår|vårt)(?: \w+){1,4} (?:sa|sade|ville|hade|skar|försökte|"
        r"berättade|mådde|var|fick|skrev)\b|\bnär (?:han|hon|hen) var\b"
    ),
    still=SWEDISH.still,
)
