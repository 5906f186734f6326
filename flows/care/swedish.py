"""The rules for Swedish. Each reads what `flows.care.plain.plain` gives."""

from __future__ import annotations

import re

from flows.care.rules import END, Language, Level, Rule, gap

_G = gap(
    "inte aldrig inga ingen utan att om någon hon han hen de man vi ni som när hur mött frågan "
    "patienter"
)
_G1, _G2, _G3 = _G(1), _G(2), _G(3)
_J = r"\bjag "
_START = rf"(?:{_J}|^|[.,] |\b(?:asså|men|och|suger) )"
_MIG = r"mig(?: själv)?"
_WHEN = r"(?:nu|i ?kväll|i ?natt|i ?dag|i ?morgon|snart|på (?:mån|tis|ons|tors|fre|lör|sön)dag)"
_LIVE = (
    r"(?:leva|finnas(?: till)?|existera|vara i livet|vara vid liv)"
    r"(?! (?:i|på|med|upp|som|utan|under|nära|ihop|av|där|kvar|efter|enligt|tillgänglig|bland|"
    r"bredvid|mellan|så att)\b)"
)
_THOUGHTS = r"(?:självmordstankar|suicidtankar|självmordsplaner|dödstankar|suicidala tankar)"
_PILLS = (
    r"(?:en överdos|överdos|(?:alla|massor av|massa|för många) (?:mina |av )?"
    r"(?:\w*tabletter(?:na)?|piller|pillren)|en hel (?:karta|burk)\w*)"
    r"(?!(?: \w+){0,3} (?:dosett\w*|enligt|morgonen|läkaren))"
)
_KILL = (
    r"tar jag (?:livet av mig|mitt liv)\b(?! i\b)|"
    rf"(?:ta|tar|tagit|tog) (?:bort )?(?:livet|live|liv) av {_MIG}\b"
    r"|(?:ta|tar|tog|tagit) (?:mitt|mit)(?: eget)? liv\b(?! på allvar| i\b)"
    rf"|(?:ta|tar) död på {_MIG}\b|(?:ta|tar) {_MIG} av daga|döda {_MIG}\b"
    r"|(?:avsluta|avslutar) (?:mitt liv|livet)\b"
    rf"|göra? slut på (?:mitt liv|livet|(?:allt|alltihop){END})"
    rf"|(?:hänga|skjuta|dränka|kväva|förgifta) {_MIG}\b(?! (?:på|med|i diskussionen))"
    r"|(?:skär|skära) (?:upp )?(?:handlederna|pulsådrorna)"
)
_LEAP = (
    r"(?:(?:hoppa|kasta mig|slänga mig) (?:från|ner från|ut från) "
    r"(?:bron|taket|balkongen|ett tak|en bro)"
    r"|(?:hoppa|kasta mig|slänga mig|gå ut) framför (?:ett |en )?(?:tåget|tåg|bilen|bil|bussen)"
    r"|köra in i en? (?:bergvägg|vägg|träd|lastbil))"
)
_MEANS = r"(?:vill|ska|tänker|måste|behöver|kommer att)"
_DIE = (
    r"dö\b(?! (?:hemma|av|för (?:den|en|ett)|på att|på jobbet|gammal|lycklig|med|ut|innan|ifrån|"
    r"lugnt|fridfullt|här hemma|i (?:min|mitt|ensamhet|sängen|fred))\b)"
)

_RULES = (
    Rule("to take one's life", Level.ACUTE, rf"\b(?:{_KILL})"),
    Rule("to leap", Level.ACUTE, rf"{_J}{_G1}{_MEANS} {_G1}{_LEAP}"),
    Rule(
        "to commit suicide",
        Level.ACUTE,
        rf"(?:{_J}{_G3}|(?:^|[.,] )ska )(?:ta|tar|begå|begår) (?:självmord|suicid)\b"
        rf"|{_J}{_G2}(?:planerar|funderar på|tänker på|överväger|kommer) att {_G1}(?:ta|begå) "
        r"(?:självmord|suicid)\b",
    ),
    Rule(
        "to want to die",
        Level.ACUTE,
        rf"{_J}{_G2}{_MEANS} (?:inget hellre än att )?{_G3}(?:få )?{_DIE}"
        rf"|\b(?:vill|ska) jag {_G2}{_DIE}"
        rf"|{_J}{_G1}(?:vill|ska) (?:bara )?do{END}"
        r"|\bbara dö (?:nu|alltså|asså)\b"
        r"|\bjag (?:(?!(?:som|han|hon|hen|de|någon|inte)\b)\w+ ){1,6}och vill (?:bara )?dö\b"
        rf"|(?:längtar efter att|beredd att) {_G1}dö och\b"
        r"|\baldrig velat dö så (?:mycket|gärna)"
        rf"|\b(?:ingen|inte en) (?:dag|natt|timme|stund) {_G1}(?:då|när|utan att) jag (?:inte )?"
        r"vill dö\b",
    ),
    Rule(
        "suicidal thoughts",
        Level.ACUTE,
        rf"(?:{_J}(?:har|får|fått|lever med) |\bhar jag ){_G3}{_THOUGHTS}"
        rf"|\bmina {_THOUGHTS}|\bsjälvmordstankarna (?:blir|är|kommer|har)\b"
        rf"|\b{_THOUGHTS} (?:varje|hela|jämt|nästan)\b"
        rf"|{_J}{_G2}(?:tänker|funderar) {_G2}på (?:självmord|suicid)\b"
        rf"(?:{END}| (?:varje|ofta|hela|jämt|ibland|nästan|mer)\b)"
        rf"|{_J}{_G2}(?:är|känner mig|blir) {_G2}(?:självmordsbenägen|suicidal)\b",
    ),
    Rule(
        "a farewell",
        Level.ACUTE,
        r"\b(?:skrivit|skrev|skriver) (?:mitt |ett |mina )?(?:självmordsbrev|avskedsbrev)"
        r"|\bmitt (?:självmordsbrev|avskedsbrev)"
        r"|\bnär (?:ni|du) läser (?:det här|detta) (?:är jag (?:död|borta)|finns jag inte)"
        r"|\bsista kväll(?:en)? i livet",
    ),
    Rule(
        "an attempt",
        Level.ACUTE,
        rf"{_J}(?:gjorde|har gjort) {_G2}(?:självmordsförsök|suicidförsök)",
    ),
    Rule(
        "pills",
        Level.ACUTE,
        rf"(?:{_J}|^|[.,] ){_G2}(?:tagit|svalt|tog|svalde|tar|ta) {_G2}{_PILLS}"
        rf"|\b{_WHEN} tar jag {_PILLS}"
        rf"|\b(?:samlat|sparat) {_G2}\w*tabletter"
        r"|\bjag har tabletterna\b.* ta dem\b",
    ),
    Rule(
        "a place and a plan",
        Level.ACUTE,
        rf"{_J}(?:står på|sitter på|sitter vid|är på) (?:bron|taket|spåret|perrongen)\b"
        r"[^.]*\bhoppar?\b(?! (?:på|av)\b)"
        r"|\brep\b[^.]*\bska göra det"
        rf"|{_J}{_G1}(?:ska|vill|tänker) avsluta det(?:{END}| {_WHEN}\b)",
    ),
    Rule(
        "not alive tomorrow",
        Level.ACUTE,
        rf"{_J}kommer inte (?:att )?(?:leva|vara vid liv|vara i livet) (?:i ?morgon|nästa|länge)"
        rf"|{_J}är död (?:i ?morgon|snart)\b",
    ),
    Rule(
        "the means at hand",
        Level.ACUTE,
        rf"{_J}(?:sitter|ligger|står)(?: här| nu)? med (?:alla )?(?:tabletter\w*|piller|pillren|"
        r"rakblad\w*|repet|kniven)\b(?! till)"
        r"|\bköpt (?:ett )?rep\b(?: [.,])?(?: \w+){0,3} "
        r"(?:orkar inte|pallar inte|i ?kväll|i ?natt|göra det|räcker nu)"
        r"|\b(?:lägger|lägga|kastar|kasta|slänger|slänga) mig (?:på|framför|under) "
        r"(?:rälsen|spåret|tåget|ett tåg|en lastbil|bussen|en bil)"
        rf"|{_J}(?:ska|tänker) hoppa{END}",
    ),
    Rule(
        "a decision",
        Level.ACUTE,
        r"\bbestämt mig\b[^.]{0,60}\b(?:gör jag det|ska göra det|är det (?:över|slut))\b"
        rf"|\b(?:{_WHEN}|nästa vecka|till helgen) (?:finns|lever) jag inte\b"
        r"|\bjag (?:finns|lever) inte (?:mer |längre )?(?:i ?morgon|nästa vecka)"
        r"|\bsista gången ni hör (?:av|från) mig"
        r"|\b(?:tänker|tänka|funderar|funderat|planerar) (?:\w+ ){0,3}hur jag ska dö\b",
    ),
    Rule(
        "not to want to live",
        Level.PASSIVE,
        rf"{_START}{_G2}(?:vill|orkar|pallar|palla|klarar|borde|förtjänar|kan)"
        rf"(?: (?:fan|bara|verkligen))? inte(?: (?:av|med|ens|längre|mer))?(?: att)? {_LIVE}"
        rf"|\bjag inte (?:vill|orkar|pallar|klarar av att|förtjänar att) {_LIVE}"
        rf"|{_START}(?:orkar|pallar|palla)(?: fan)? inte (?:med )?(?:livet|mitt liv)\b"
        rf"|{_START}pallar? leva\b"
        r"|\binte vara med längre , i livet|\bslutat vilja leva|\b(?:slippa|slapp) leva\b",
    ),
    Rule(
        "to wish to be dead",
        Level.PASSIVE,
        rf"\bönskar (?:att )?jag {_G2}(?:var|vore|varit) (?:död|dod)\b"
        rf"|(?:{_J}{_G2}|\bhade )hellre (?:varit |vara )?död\b"
        rf"|\b(?:bättre|bäst|skönt|skönare) {_G2}(?:om|ifall) jag (?:var död|vore död|dog)\b"
        r"|\blängtar efter (?:att (?:få )?dö\b(?! i| hemma)|döden)"
        rf"|{_J}{_G1}tänker (?:ofta|jämt|hela tiden|mycket|bara) på döden",
    ),
    Rule(
        "to wish not to be",
        Level.PASSIVE,
        r"\bönskar (?:att )?jag (?:inte|aldrig) (?:hade )?"
        r"(?:fanns|funnits|fötts|föddes|blivit född|vaknat|vaknade|levde)\b"
        r"|\bångrar att jag (?:föddes|finns)"
        r"|\b(?:bättre|bäst) (?:\w+ ){0,2}(?:om|ifall) jag "
        r"(?:inte fanns|var borta|vore borta|försvann)"
        r"|\b(?:alla|världen|familj|familjen|barnen|de|ni)\b[^.]*\bbättre (?:\w+ )?utan mig\b"
        r"|\bförsvinna (?:f[öo]r alltid|f[öo]r gott|från jorden|från jordens yta|från världen)"
        r"|\b(?:ingen (?:\w+ )?)?(?:sakna|märka|märker|bry sig|sörja) (?:mig )?om jag "
        r"(?:dog|försvann|dör|var död|var borta|inte fanns)",
    ),
    Rule(
        "never to wake",
        Level.PASSIVE,
        r"\b(?:somna|sova)(?: in)? och (?:aldrig|inte|slippa) vakna"
        r"|\b(?:hoppas|vill|önskar) (?:att )?(?:jag )?(?:inte|aldrig)(?: mer)? vaknar?(?: upp)?"
        rf"(?:{END}| (?:igen|mer|i ?morgon)\b(?! (?:klockan|tidigt)))",
    ),
    Rule(
        "nothing to live for",
        Level.PASSIVE,
        r"\b(?:ingen|inte någon|inget) (?:anledning|mening|skäl|poäng) (?:\w+ ){0,2}att leva\b"
        r"|\b(?:inget|ingenting) (?:\w+ ){0,4}att leva för\b"
        r"|\b(?:livet|mitt liv) (?:är|känns) (?:\w+ )?(?:meningslöst|inte värt)"
        r"|\binte värt att leva|\bvarför ska jag (?:ens |fortsätta )?leva\b"
        rf"|\b(?:trött|less|utless|led) på (?:att leva|livet){END}"
        r"|\btappat livslusten|\bingen livslust|\bgett upp (?:om )?livet\b"
        r"|\b(?:inte|ingen roll) (?:om |ifall ){1,2}jag (?:lever|dör) eller (?:dör|lever)\b"
        rf"|\bvill (?:\w+ )?att allt (?:bara )?ska ta slut{END}",
    ),
    Rule(
        "to see no way",
        Level.PASSIVE,
        rf"\b(?:vill|önskar)(?: jag)? bara (?:få )?försvinna{END}"
        r"|\bvaknar (?:\w+ ){0,3}och önskar (?:att )?jag inte hade"
        r"|\b(?:bättre|skönare|skönt|lättare) att (?:vara död|få dö|slippa leva)\b"
        r"|\bser ingen (?:mening|poäng|anledning) (?:\w+ ){0,2}(?:att (?:fortsätta )?leva|livet)\b"
        r"|\blivet (?:är|känns) inte värt (?:det|något|nånting)"
        rf"|{_J}vill inte vara här (?:längre|mer)\b(?! (?:på|i|inne)\b)"
        r"|\bhatar (?:mitt liv|livet)\b(?: \w+){0,3} (?:vill inte|orkar inte|pallar inte)"
        rf"|{_J}(?:är|känner mig som) (?:\w+ )?en börda för "
        r"(?:alla|familjen|min familj|mina|andra|dem)",
    ),
    Rule(
        "to long for death",
        Level.PASSIVE,
        rf"{_J}{_G3}(?:skulle vilja|vill|önskar att jag fick|hoppas att jag får) (?:\w+ )?"
        rf"(?:vara död\b(?! (?:i|på|när)\b)|slippa (?:leva|livet|finnas)|inte finnas\b)"
        rf"|{_J}{_G2}(?:tänker|funderar|drömmer|fantiserar) (?:\w+ ){{0,3}}(?:på|om) "
        rf"(?:att {_DIE}|att få {_DIE}|min (?:egen )?död\b|att (?:inte finnas|försvinna{END}))"
        rf"|\b(?:kan )?inte sluta tänka på (?:att (?:dö|hoppa|ta livet)|döden|självmord)\b"
        r"|\blängtar (?:\w+ ){0,2}bort från (?:livet|allt|världen)\b"
        r"|\bhoppas (?:att )?jag (?:blir (?:påkörd|överkörd|dödligt sjuk)|får cancer|dör)\b",
    ),
    Rule(
        "the only way out",
        Level.ACUTE,
        r"\b(?:självmord|suicid|döden|att dö) (?:känns|är|verkar)(?: som)?(?: den| det)? enda "
        r"(?:utväg\w*|lösning\w*|väg\w*|som återstår)"
        r"|\bbrev\b[^.]{0,40}\bnär jag (?:är (?:död|borta)|inte finns)",
    ),
    Rule(
        "to be tired of being",
        Level.PASSIVE,
        rf"\b(?:trött|less|utless|led|färdig) (?:på|med) att (?:finnas|existera|leva){END}"
        rf"|{_J}{_G2}(?:orkar|klarar|pallar|står)(?: \w+)? inte(?: \w+){{0,2}} (?:att )?leva "
        rf"(?:så här|såhär|med (?:det här|detta|smärtan|ångesten|mig själv)){END}"
        r"|\b(?:inget|ingenting) (?:\w+ )?att (?:kämpa|leva|finnas) för\b"
        r"|\bvarför (?:ska|skulle|måste) jag (?:ens |fortsätta |behöva )?(?:finnas|existera|leva)\b"
        r"|\bvarför (?:finns|lever) jag\b"
        r"|\bingen (?:idé|ide) att (?:fortsätta )?leva\b"
        r"|\bingen (?:som )?skulle (?:\w+ )?(?:gråta|sörja|sakna mig) om jag (?:dog|var död"
        r"|försvann)"
        r"|\bjag kunde (?:få )?sluta (?:finnas|existera|leva)\b"
        r"|\b(?:bäst|bättre|lika bra) att göra slut på (?:det|allt|livet)\b"
        r"|\bingen bryr sig (?:om )?(?:om |ifall )?jag (?:lever|dör) eller (?:dör|lever)\b",
    ),
    Rule(
        "to harm oneself",
        Level.PASSIVE,
        rf"{_J}{_G2}(?:skär|rispar|ristar) {_MIG}\b(?! (?:på|i fingret|inte|aldrig|när)\b)"
        rf"|{_J}har {_G2}(?:skurit|rispat|skadat) {_MIG} (?:igen|i helgen|i ?går)\b"
        r"|\b(?:börjat|fortsätter|måste) (?:att )?(?:skada|skära) mig\b"
        rf"|{_J}{_G2}(?:skadar|bränner|slår) mig själv\b(?! på)"
        rf"|{_J}{_G2}(?:skär|rispar) mig när (?:det (?:blir|är|känns)|jag (?:mår|har ångest))"
        r"|\brädd (?:för )?att jag (?:ska |kommer att |ska komma att )?(?:göra|gör|skada|skadar) "
        r"(?:mig själv(?: illa)?|mig illa|illa mig)"
        rf"|{_J}(?:skar|har skurit|rispade) (?:upp )?(?:armen|armarna|handleden|handlederna|låret|"
        rf"mig (?:igår|i går|i natt|inatt))\b"
        r"|\b(?:börjat|fortsätter|måste) (?:att )?göra (?:mig (?:själv )?illa|illa mig)\b"
        rf"|{_J}{_G2}gör (?:illa mig själv|mig själv illa)|{_J}självskadar\b",
    ),
)

SWEDISH = Language(
    code="sv",
    rules=_RULES,
    plan=re.compile(
        r"\b(?:vet|bestämt|tänkt ut|planerat)(?: (?:redan|exakt|precis|mig))? (?:hur|när) jag ska"
        rf"|\b(?:gör|göra) det {_WHEN}\b|\bavsluta det\b|\bslag i saken\b|{_J}har tabletterna"
        r"|\b(?:har|köpt) (?:ett )?(?:rep|vapen)\b"
        r"|\bskrivit (?:\w+ )?brev till (?:barnen|familjen|min|mina|alla)\b"
    ),
    denied=re.compile(
        r"\b(?:inte|aldrig|inga|ingen|slutat|slutade|varken)(?: (?!jag\b|inte\b)\w+){0,3} $"
        r"|\binte så att jag (?:\w+ )?$"
    ),
    subject=re.compile(r"[.,]? ?jag\b"),
    not_so=re.compile(r"\binte så att $"),
    not_denied=re.compile(
        r"\b(?:kan|vågar|törs) inte (?:lova|garantera)|\binte sluta tänka"
        r"|\b(?:ingen|inte en) (?:dag|natt|timme|stund)\b"
    ),
    reported=re.compile(
        r"\b(?:hon|han|hen|eleven|pojken|flickan|barnet|patienten|någon|ungdomen|karaktären|de)"
        r"(?: \w+)? (?:sa|sade|säger|skrev|skriver|ropade|tänkte)(?: [,.])?(?: att)? $"
        r"|\bom jag (?:skulle )?(?:säga|sa|säger|berättar?)(?: att)? $"
        r"|\b(?:fråg|undr|enkät|formulär)\w*(?: \w+){0,4} om (?:jag (?:\w+ ){0,2})?$"
    ),
    past=re.compile(
        r"\bför (?:\w+ ){0,3}år sedan"
        r"|\bnär jag var (?:\w+ )?(?:ung|liten|barn|yngre|tonåring|tretton|fjorton|femton|sexton|"
        r"sjutton|arton|nitton|tjugo|\d+)\b"
        r"|\bsom (?:ung|barn|tonåring|liten)\b|\bpå \d0 ?talet|\b(?:19|20)\d\d\b"
        r"|\bi min ungdom|\bförr\b|\bunder (?:låg|mellan|hög)stadiet"
    ),
    still=re.compile(
        r"\bfortfarande|\bigen\b|\bjust nu|\bnu vill|\bvarje dag|\bän i ?dag|\bi ?kväll|\bi ?natt"
    ),
    hints=re.compile(
        r"liv|lev|dö|dod|\bdo\b|mord|suic|mig|hopp|tablett|piller|överdos|karta|burk|rep\b|finn|"
        r"fann|bättre|sakna|märk|vakn|försv|existera|slut|avsked|läser|föd|föt|göra det|självskad|"
        r"handled|köra in|avsluta|rälsen|börda|sista gången|hoppa|vara här|finns jag|påkörd|idé"
        r" att|gråta|sörja|rädd att|"
        r"kämpa|lever jag|armen|armarna|brev"
    ),
)
