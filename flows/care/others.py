"""Hearing that somebody is in danger whom the writer worries for: her daughter, his friend.

A rule needs a person of the writer's own (`who`: "my daughter") or a pronoun for one, and what
is said of that person now. Talk of people in general, of what is long past, of what would be if,
and what is denied are not found. Each pattern reads what `flows.care.plain.plain` gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from flows.care.english import ENGLISH
from flows.care.rules import END, gap
from flows.care.swedish import SWEDISH

RULE = "worry for somebody else"
"""The name under which it is found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """How danger of another is said in a language (`code`).

    `of_her` is said of a person of the writer's, `of_pronoun` of him or her, which counts if
    `who` stands before it, or `asks` anywhere and not `anybody` before it; `alone` needs neither.
    `says` is what comes before words of hers that are repeated. `supposed` before it in its
    sentence takes the meaning away, and so does `past` anywhere in it, which `still` outdoes.
    """

    code: str
    who: re.Pattern[str]
    of_her: re.Pattern[str]
    of_pronoun: re.Pattern[str]
    alone: re.Pattern[str]
    asks: re.Pattern[str]
    anybody: re.Pattern[str]
    says: re.Pattern[str]
    supposed: re.Pattern[str]
    past: re.Pattern[str]
    still: re.Pattern[str]

    def worries(self, said: str) -> bool:
        """Whether somebody else is in danger by what was said."""
        return any(self._counts(said, found) for found in self._found(said))

    def are_meant(self, said: str, start: int, end: int) -> bool:
        """Whether what stands there is said of another, and not of the writer."""
        return any(begin < end and start < stop for begin, stop in _said_of_others(self.code, said))

    def _found(self, said: str) -> Iterator[re.Match[str]]:
        yield from self.of_a_person(said)
        yield from self.alone.finditer(said)

    def of_a_person(self, said: str) -> Iterator[re.Match[str]]:
        """What is said of another, be it supposed or past too."""
        own = self.who.search(said)
        if own is not None:
            yield from self.of_her.finditer(said)
            yield from self.of_pronoun.finditer(said, own.start())
        elif self.asks.search(said) is not None:
            for found in self.of_pronoun.finditer(said):
                if self.anybody.search(said, 0, found.start()) is None:
                    yield found

    def _counts(self, said: str, found: re.Match[str]) -> bool:
        before = said[: found.start()]
        begins = before.rfind(" . ") + 1
        ends = said.find(" . ", found.end())
        sentence = said[begins : ends if ends >= 0 else len(said)]
        if self.supposed.search(before[begins:]):
            return False
        return self.past.search(sentence) is None or self.still.search(sentence) is not None

    def repeats(self, before: str) -> bool:
        """Whether a person of the writer's says what comes right after this."""
        found = self.says.search(before)
        return found is not None and self._counts(before, found)


def _swedish() -> Others:
    kin = (
        r"(?:\w*dotter|(?!person)\w*son|\w*(?:bror|brorsa|syster|syrra|syskon)|\w*(?:barn|unge|"
        r"ungar|flicka|flickor|tjej|pojke|pojkar|kille|grabb|tonåring|mamma|pappa|morsa|farsa)|"
        r"mor|far|(?:mor|far)(?:mor|far|bror)|moster|faster|fru|hustru|(?:ex)?man|make|maka|"
        r"sambo|\w*partner|särbo|ex|\w*(?:vän|väninna|kompis|kamrat|polare)|bästis|bestie|granne|"
        r"\w*(?:kollega|arbetskamrat)|\w*kusin|elev|patient|klient|brukare|släkting)"
    )
    who = (
        r"\b(?:(?:min|mitt|mina|vår|vårt|våra) "
        rf"(?:(?!(?:inte|om|att|jag|som)\b)\w+ ){{0,2}}?{kin}s?"
        rf"|en (?:\w+ )?{kin} (?:till (?:mig|oss)|i (?:min|vår) \w+|som jag känner|hos oss|"
        r"på (?:mitt |vårt )?(?:jobbet|jobb)|i klassen)"
        r"|(?:mamma|pappa|förälder|föräldrar) till (?:en|två|mitt) (?:\w+ )?\w+(?: på \d+)?"
        r"|en av (?:mina|våra) \w+"
        r"|(?<!en )(?<!ens )(?:brorsan|syrran|morsan|farsan|mamma|pappa|(?:mor|far)(?:mor|far)))\b"
    )
    between = gap(
        "inte aldrig inga ingen utan om ifall man vi ni jag du någon elever hur vad "
        "varför mår tycker undrade frågade nästan som människor patienter personer folk ungdomar"
    )
    live = (
        r"(?:leva|finnas(?: till)?|existera|vara i livet|vakna (?:mer|igen|upp))"
        r"(?! (?:i|på|med|upp|som|utan|under|nära|ihop|av|där|kvar|efter|enligt|bland)\b)"
    )
    die = (
        r"dö\b(?! (?:hemma|av|för (?:den|en|ett)|på|gammal|lycklig|med|ut|innan|ifrån|lugnt|"
        r"fridfullt|här hemma|när|om|i (?:min|sin|sängen|fred))\b)"
    )
    herself = r"(?:sig|sej)(?: själv)?"
    kill = (
        rf"(?:ta|tar|tagit) (?:livet|liv) av {herself}|(?:ta|tar|tagit) sitt (?:eget )?liv\b"
        rf"(?! på)|(?:ta|tar|begå|begår) (?:självmord|suicid)\b|(?:döda|hänga|skjuta|dränka) "
        rf"{herself}\b|(?:göra?) slut på (?:sitt liv|livet|(?:allt|alltihop){END})"
        r"|avsluta (?:sitt liv|livet|allt)\b|göra (?:det|slag i saken)\b"
        rf"|hoppa(?:{END}| (?:från (?:bron|taket|balkongen|en bro)|framför (?:ett |en )?"
        r"(?:tåg|tåget|bil)))"
    )
    harm = rf"(?:göra (?:{herself} (?:illa|något)|illa {herself})|skada {herself}|skära {herself})"
    thoughts = r"(?:självmordstankar|suicidtankar|självmordsplaner|dödstankar|dödslängtan)"
    means = (
        r"(?:vill|ska|skall|tänker|planerar att|tänkt|kommer att|hotar (?:\w+ )?(?:med )?att|är"
        r" på väg att|"
        r"(?:funderar|tänker|grubblar) på att|överväger att|(?:googlat|googlar|sökt|söker|läser om|"
        r"letar efter) hur man|"
        r"hotar|försöker|vill få|bestämt sig för att|(?:prata|pratar|talar|snackar|tjatar|skriver|"
        r"fantiserar) (?:(?!inte\b)\w+ ){0,2}om att(?: \w+)?(?: vill)?|försökte|försökt)"
    )
    said = r"(?:sa|sade|skrev|berättade|ropade|messade|smsade|skrek)"
    back_then = (
        rf"(?:inte (?:\w+ )?(?:ville|orkade|pallade) {live}|(?:ville|skulle|tänkte) "
        rf"{between(2)}(?:{die}|{kill}))"
    )
    now = (
        rf"(?:(?:vill|orkar|pallar|klarar)(?: \w+)? inte (?:\w+ )?{live}"
        rf"|inte (?:\w+ )?(?:vill|orkar|pallar|klarar av att) (?:\w+ )?{live}"
        rf"|{means} {between(2)}(?:{die}|{kill})"
        rf"|(?:tar|ska ta) livet av {herself}\b|(?:har|får) {between(2)}{thoughts}"
        rf"|(?:prata|pratar|talar|snackar|tänker|skriver) {between(2)}(?:om|på) "
        rf"(?:självmord|suicid|döden){END}"
        r"|är (?:\w+ )?(?:självmordsbenägen|självmordsnära|suicidal|suicidbenägen)"
        r"|(?:önskar|säger|sagt) (?:att )?(?:han|hon|hen|det|de) (?:var|vore) död"
        r"|(?:önskar|ångrar) (?:att )?(?:han|hon|hen|det|de) (?:aldrig |inte )?"
        r"(?:hade )?(?:fötts|fanns|föddes|funnits)"
        rf"|inte (?:ska|vill) finnas kvar{END}"
        rf"|(?:pratar|talar) om att (?:han|hon|hen) inte orkar (?:mer|längre)"
        rf"|(?:säger|tycker) att livet är (?:slut|över){END}"
        r"|bättre (?:om|ifall) (?:han|hon|hen) (?:inte fanns|var borta|var död|dog|försvann)"
        r"|bättre utan (?:honom|henne)\b|(?:inget|ingenting|ingen anledning) (?:\w+ )?att leva\b"
        r"|livet (?:inte är|är inte) värt att leva"
        r"|ingen (?:\w+ ){0,2}(?:sakna|bry sig|sörja|märka) (?:\w+ )?om (?:han|hon|hen) "
        r"(?:dog|försvann|dör)"
        rf"|(?:skär|rispar|skadar|bränner|slår) {herself}\b(?! (?:på|i fingret|alltid|när|ibland "
        r"på)\b)"
        rf"|(?:börjat|fortsätter) (?:att )?(?:skära|skada|rispa) {herself}"
        rf"|(?:skurit|rispat|skadat) {herself} (?:igen|i armarna|på armarna|i ?natt|i ?går)"
        r"|självskadar\b|har köpt (?:ett )?rep\b"
        rf"|(?:har )?(?:tagit|svalde|svalt|tog) {between(2)}(?:en överdos|överdos|\w*tabletter)"
        r"|samlat (?:\w+ )?tabletter"
        r"|skrivit (?:\w+ )?(?:avskedsbrev|självmordsbrev)"
        r"|(?:inlagd|på sjukhus|på intensiven|vårdas) (?:\w+ ){0,2}efter (?:ett |en )?"
        r"(?:självmordsförsök|suicidförsök|överdos)"
        rf"|(?:tog|tagit|tar) farväl(?:{END}| för alltid| av mig)"
        rf"|(?:inte (?:\w+ )?(?:vill|orkar) leva|orkar inte leva|vill inte leva) utan (?:pappa"
        rf"|mamma|"
        r"honom|henne|mig)\b"
        r"|(?:står|sitter) på (?:bron|taket|spåret|en bro)\b[^.]{0,60}\bhoppa"
        rf"|{said} {between(5)}{back_then}"
        rf"|säger {between(4)}ville {die})"
    )
    fears = r"(?:livrädd|rädd|orolig|oroar mig|oroad|skraj|fruktar|tror|misstänker)"
    fear = (
        rf"(?<!inte )(?<!aldrig )\b{fears} (?:för |över )?(?:att )?(?:{who}|han|hon|hen) "
        rf"{between(3)}(?:{kill}|{harm}|{die})"
    )
    found = rf"\b(?:avskedsbrev|självmordsbrev)\b {between(3)}{who}"
    apart = r"(?:[.,] )?"
    return Others(
        code="sv",
        who=re.compile(who),
        of_her=re.compile(rf"{who} (?:, )?(?:som )?{between(9)}{now}"),
        of_pronoun=re.compile(
            rf"\b(?:han|hon|hen|det|de|hennes|hans|hens) {apart}{between(9)}{now}"
            rf"|\b{said} (?:han|hon|hen) {between(5)}{back_then}"
        ),
        alone=re.compile(rf"{fear}|{found}"),
        asks=re.compile(
            r"\b(?:vad (?:ska|gör|kan) jag\b|vem ringer jag|vart ringer jag|hjälp mig\b|snälla|"
            r"jag vet inte vad jag)"
        ),
        anybody=re.compile(
            r"\b(?:om|ifall|när|som|någon|man|elev|eleven|barn|barnet|ungdom|patienten)\b"
        ),
        says=re.compile(
            rf"{who} {between(5)}(?:säger|sa|sade|sagt|skriver|skrev|skrivit|messade|messar|"
            r"smsade|smsar|ropar|ropade|skrek|skriker|skickade)(?: \w+)?(?: ,)?(?: att)? ?[.]? ?$"
        ),
        supposed=re.compile(
            r"(?:^|[.,] |\b(?:jag|man|göra|gör|händer|vi|ni|och|men|även|ens|undrar|fråga) )"
            r"(?:om|ifall) [^.,]*$|\b(?:tänk|anta|antag|låtsas|exempel|scenario)\b[^.]*$"
            rf"|\b(?:inte|aldrig) {fears}\b[^.,]*$"
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


def _english() -> Others:
    kin = (
        r"(?:\w*daughters?|\w*sons?|kids?|child|children|girl|boy|teen|teenager|baby|"
        r"(?:half |step)?(?:brother|sister|sibling|bro|sis)s?|mum|mom|mother|dad|father|parents?|"
        r"gran|grandma|grandpa|\w*(?:mother|father|parent)|aunt|uncle|cousin|nephew|niece|wife|"
        r"husband|(?:ex)?(?:partner|boyfriend|girlfriend|bf|gf|fianc\w+|spouse)|ex|"
        r"(?:best|close|old)? ?(?:friend|mate|bestie)|roommate|flatmate|neighbou?r|\w*mate|"
        r"colleague|coworker|classmate|pupil|student|patient|client|relative)"
    )
    who = (
        rf"\b(?:(?:my|our) (?:(?!(?:not|if|that|i|who)\b)\w+ ){{0,2}}?{kin}s?"
        rf"|an? (?:\w+ )?{kin} (?:of (?:mine|ours)|i know|in my \w+|at work|at school)"
        r"|an? (?:guy|girl|man|woman|boy|lad) (?:at work|in my \w+)"
        r"|(?:mum|mom|mother|dad|father|parent) (?:to|of) (?:a|an|two|my) (?:\w+ )?\w+(?: of \d+)?"
        r"|one of (?:my|our) \w+"
        r"|(?<!a )(?:mum|mom|dad|grandma|grandpa|granny))\b"
    )
    between = gap(
        "not never no dont wont doesnt didnt isnt without if whether how what why we us "
        "you i one people somebody someone pupils patients asked wondered who those almost nearly"
    )
    live = (
        r"(?:live|be alive|exist|be here any\w*|wake up)"
        r"(?! (?:in|at|with|on|near|up|under|close|there|alone|next|by|for|off|without)\b)"
    )
    die = r"die\b(?! (?:at home|of|laughing|in peace|when|for|alone|if|one day|some|with|out)\b)"
    herself = r"(?:(?:her|him|them|their|it)(?: ?self|selves)|themself)"
    her = r"(?:her|his|their|its)"
    kill = (
        rf"(?:kill|killing|hang|hanging|shoot|shooting|drown) {herself}"
        rf"|(?:end|ending|take|taking) {her} (?:own )?li(?:f[ef]?|ves?)\b(?! seriously)"
        r"|(?:end|ending) it(?: all)?\b|(?:commit|committing|comit) suicide|do it\b"
        rf"|jump(?:{END}| (?:off|from) (?:the|a) (?:bridge|roof|building|balcony)|"
        r" in front of)"
    )
    harm = rf"(?:hurt|harm|cut|do something to) {herself}"
    means = (
        r"(?:wants?(?: to)?|wanting to|going to|will|plans to|planning to|planned to|trying to|"
        r"tried to|threatens to|threatening to|about to|decided to|ready to|"
        r"hell|shell|theyll|(?:thinking|thinks|thought) (?:of|about)|considering|planning on|"
        r"(?:googling|googled|searching|reading about|looked up|looking up) how to|"
        r"(?:talk|talks|talking) (?:\w+ )?about)"
    )
    no = r"(?:doesnt|does not|dont|do not|no longer)"
    they = r"(?:he|she|they|it)"
    now = (
        rf"(?:{no} (?:really |even )?wants? to {live}|no longer wants? to {live}"
        rf"|(?:cant|can not) (?:go on|bear to|keep|keep on|stand) ?(?:living|live|life)?(?= |$)"
        rf"(?! (?:the|school|it|this|with|a)\b)"
        r"|(?:cant|can not) live\b(?! (?:without|in|on|with)\b)"
        rf"|{means} {between(2)}(?:{die}|{kill})|(?:talk|talks|talking) {between(2)}about "
        rf"(?:wanting to )?(?:die|dying|suicide|ending it all){END}"
        rf"|(?:has|have|having) {between(2)}(?:suicidal thoughts|thoughts of suicide)"
        r"|(?:is|are|hes|shes|seems|feels) (?:\w+ )?suicidal\b"
        rf"|wish(?:es)? {they} (?:was|were) (?:dead|never born)|wish(?:es)? {they} "
        r"(?:had never been born|didnt exist)"
        rf"|better (?:off )?(?:if {they} (?:wasnt|werent|was not|was gone|was dead)|without "
        r"(?:her|him|them)\b)"
        r"|(?:has|have|had|got) (?:nothing|no reason|no point) (?:\w+ )?to live"
        rf"|life is(?:nt| not) worth living"
        rf"|(?:miss|care)(?: \w+){{0,2}} if {they} (?:died|was gone)"
        rf"|(?:cut|cuts|cutting|hurts|hurting|harming|harms|burns) {herself}"
        r"(?! (?:on|while|when|shaving)\b)"
        r"|(?:self harms?|self harming|selfharms)\b|(?:has|have) bought (?:a )?(?:rope|gun)\b"
        r"|(?:taken|took|swallowed) (?:\w+ ){0,3}(?:overdose|pills)|overdosed"
        r"|(?:been )?saving (?:up )?(?:\w+ )?pills|never wants? to wake up"
        r"|(?:written|wrote) (?:an? )?(?:\w+ )?(?:goodbye|suicide) (?:letter|note)"
        rf"|(?:has|have|had) wanted to {die}|(?:says|thinks|feels) (?:that )?(?:\w+ )?life is"
        rf" over{END}"
        r"|in (?:the )?hospital after (?:a |an )?(?:suicide attempt|overdose)"
        r"|(?:said|saying|say) (?:goodbye|farewell) forever"
        r"|(?:cant|doesnt want to) (?:go on )?(?:living|live) without (?:dad|mum|mom|him|her|me)\b"
        r"|(?:standing|sitting) on the (?:roof|bridge|edge|tracks)\b[^.]{0,60}\bjump"
        rf"|(?:said|wrote|told me|texted|shouted) {between(5)}(?:didnt want to {live}|"
        rf"(?:wanted to|was going to|would) {between(2)}(?:{die}|{kill})))"
    )
    fears = r"(?:afraid|scared|worried|terrified|fear|frightened|think|believe)"
    fear = (
        rf"(?<!not )(?<!never )\b{fears} (?:that )?(?:{who}|he|she|they) "
        rf"{between(3)}(?:{kill}|{harm}|{die})"
    )
    found = rf"\b(?:suicide note|goodbye letter)\b (?:\w+ ){{0,3}}{who}"
    apart = r"(?:[.,] )?"
    return Others(
        code="en",
        who=re.compile(who),
        of_her=re.compile(rf"{who} (?:, )?(?:who )?{between(9)}{now}"),
        of_pronoun=re.compile(
            rf"\b(?:he|she|they|hes|shes|theyre|her|his|their) {apart}{between(9)}{now}"
        ),
        alone=re.compile(rf"{fear}|{found}"),
        asks=re.compile(
            r"\b(?:what (?:do|should|can) i\b|who (?:do|should) i call|please help|help me)"
        ),
        anybody=re.compile(
            r"\b(?:if|when|who|somebody|someone|anybody|anyone|pupil|child|patient|people|person)\b"
        ),
        says=re.compile(
            rf"{who} {between(5)}(?:says|saying|said|writes|wrote|written|texts|texted|screamed|"
            r"shouted|sent)(?: me)?(?: ,)?(?: that)? ?[.]? ?$"
        ),
        supposed=re.compile(
            r"\bif [^.,]*$|\b(?:suppose|imagine|example|scenario)\b[^.]*$"
            rf"|\b(?:not|never) {fears}\b[^.,]*$"
            r"|\b(?:ask|wonder)\w*\b[^.,]*\b(?:if|whether)\b[^.,]*$"
        ),
        past=re.compile(
            rf"{ENGLISH.past.pattern}"
            r"|\bstopped (?:cutting|hurting|harming|talking|thinking|wanting|saying"
            r"|threatening)\b|\blast (?:year|summer|winter)\b|\bsurvived\b"
            r"|\bwhen (?:my|our)(?: \w+){1,4} (?:said|wanted|had|tried|told|was|got|wrote)\b"
            r"|\bwhen (?:he|she|they) (?:was|were)\b"
            r"|\b(?:is|are) (?:well|alive|better) (?:now|today)"
        ),
        still=ENGLISH.still,
    )


@lru_cache(maxsize=8)
def _said_of_others(code: str, said: str) -> tuple[tuple[int, int], ...]:
    """Where something is said of another; asked again for each thing found in the same text."""
    return tuple(found.span() for found in OTHERS[code].of_a_person(said))


OTHERS = {others.code: others for others in (_swedish(), _english())}
