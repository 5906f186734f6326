"""How English says that somebody else is in danger. Each pattern reads what `plain` gives."""

from __future__ import annotations

import re

from flows.care.english import ENGLISH
from flows.care.others import Others
from flows.care.rules import END, any_of, gap

_KIN = (
    r"(?:\w*daughters?|\w*sons?|kids?|child|children|girl|boy|teen|teenager|baby|"
    r"(?:half |step)?(?:brother|sister|sibling|bro|sis)s?|mum|mom|mother|dad|father|parents?|"
    r"gran|grandma|grandpa|\w*(?:mother|father|parent)|aunt|uncle|cousin|nephew|niece|wife|"
    r"husband|(?:ex)?(?:partner|boyfriend|girlfriend|bf|gf|fianc\w+|spouse)|ex|"
    r"(?:best|close|old)? ?(?:friend|mate|bestie)|roommate|flatmate|neighbou?r|\w*mate|"
    r"colleague|coworker|classmate|pupil|student|patient|client|relative)"
)
_WHO = (
    rf"\b(?:(?:my|our) (?:(?!(?:not|if|that|i|who)\b)\w+ ){{0,2}}?{_KIN}s?"
    rf"|an? (?:\w+ )?{_KIN} (?:of (?:mine|ours)|i know|in my \w+|at work|at school)"
    r"|an? (?:guy|girl|man|woman|boy|lad) (?:at work|in my \w+)"
    r"|(?:mum|mom|mother|dad|father|parent) (?:to|of) (?:a|an|two|my) (?:\w+ )?\w+(?: of \d+)?"
    r"|one of (?:my|our) \w+"
    r"|(?<!a )(?:mum|mom|dad|grandma|grandpa|granny))\b"
)
_BETWEEN = gap(
    "not never no dont wont doesnt didnt isnt without if whether how what why we us "
    "you i one people somebody someone pupils patients asked wondered who those almost nearly"
)
_LIVE = (
    r"(?:live|be alive|exist|be here any\w*|wake up)"
    r"(?! (?:in|at|with|on|near|up|under|close|there|alone|next|by|for|off|without)\b)"
)
_DIE = r"die\b(?! (?:at home|of|laughing|in peace|when|for|alone|if|one day|some|with|out)\b)"
_HERSELF = r"(?:(?:her|him|them|their|it)(?: ?self|selves)|themself)"
_HER = r"(?:her|his|their|its)"
_KILL = (
    rf"(?:kill|killing|hang|hanging|shoot|shooting|drown) {_HERSELF}"
    rf"|(?:end|ending|take|taking) {_HER} (?:own )?li(?:f[ef]?|ves?)\b(?! seriously)"
    r"|(?:end|ending) it(?: all)?\b|(?:commit|committing|comit) suicide|do it\b"
    rf"|jump(?:{END}| (?:off|from) (?:the|a) (?:bridge|roof|building|balcony)|"
    r" in front of)"
)
_HARM = rf"(?:hurt|harm|cut|do something to) {_HERSELF}"
_MEANS = (
    r"(?:wants?(?: to)?|wanting to|going to|will|plans to|planning to|planned to|trying to|"
    r"tried to|threatens to|threatening to|about to|decided to|ready to|"
    r"hell|shell|theyll|(?:thinking|thinks|thought) (?:of|about)|considering|planning on|"
    r"(?:googling|googled|searching|reading about|looked up|looking up) how to|"
    r"(?:talk|talks|talking) (?:\w+ )?about)"
)
_NO = r"(?:doesnt|does not|dont|do not|no longer)"
_THEY = r"(?:he|she|they|it)"
_NOW = any_of(
    # does not want to live
    rf"{_NO} (?:really |even )?wants? to {_LIVE}",
    rf"no longer wants? to {_LIVE}",
    r"(?:cant|can not) (?:go on|bear to|keep|keep on|stand) ?(?:living|live|life)?(?= |$)"
    r"(?! (?:the|school|it|this|with|a)\b)",
    r"(?:cant|can not) live\b(?! (?:without|in|on|with)\b)",
    # means to die
    rf"{_MEANS} {_BETWEEN(2)}(?:{_DIE}|{_KILL})",
    rf"(?:talk|talks|talking) {_BETWEEN(2)}about (?:wanting to )?"
    rf"(?:die|dying|suicide|ending it all){END}",
    rf"(?:has|have|having) {_BETWEEN(2)}(?:suicidal thoughts|thoughts of suicide)",
    r"(?:is|are|hes|shes|seems|feels) (?:\w+ )?suicidal\b",
    # wishes not to be
    rf"wish(?:es)? {_THEY} (?:was|were) (?:dead|never born)",
    rf"wish(?:es)? {_THEY} (?:had never been born|didnt exist)",
    rf"better (?:off )?(?:if {_THEY} (?:wasnt|werent|was not|was gone|was dead)|without "
    r"(?:her|him|them)\b)",
    r"(?:has|have|had|got) (?:nothing|no reason|no point) (?:\w+ )?to live",
    r"life is(?:nt| not) worth living",
    rf"(?:miss|care)(?: \w+){{0,2}} if {_THEY} (?:died|was gone)",
    # harms herself
    rf"(?:cut|cuts|cutting|hurts|hurting|harming|harms|burns) {_HERSELF}"
    r"(?! (?:on|while|when|shaving)\b)",
    r"(?:self harms?|self harming|selfharms)\b",
    # has a way to, has tried, says farewell
    r"(?:has|have) bought (?:a )?(?:rope|gun)\b",
    r"(?:taken|took|swallowed) (?:\w+ ){0,3}(?:overdose|pills)",
    r"overdosed",
    r"(?:been )?saving (?:up )?(?:\w+ )?pills",
    r"never wants? to wake up",
    r"(?:written|wrote) (?:an? )?(?:\w+ )?(?:goodbye|suicide) (?:letter|note)",
    rf"(?:has|have|had) wanted to {_DIE}",
    rf"(?:says|thinks|feels) (?:that )?(?:\w+ )?life is over{END}",
    r"in (?:the )?hospital after (?:a |an )?(?:suicide attempt|overdose)",
    r"(?:said|saying|say) (?:goodbye|farewell) forever",
    r"(?:cant|doesnt want to) (?:go on )?(?:living|live) without (?:dad|mum|mom|him|her|me)\b",
    r"(?:standing|sitting) on the (?:roof|bridge|edge|tracks)\b[^.]{0,60}\bjump",
    # said so
    rf"(?:said|wrote|told me|texted|shouted) {_BETWEEN(5)}(?:didnt want to {_LIVE}|"
    rf"(?:wanted to|was going to|would) {_BETWEEN(2)}(?:{_DIE}|{_KILL}))",
)
_FEARS = r"(?:afraid|scared|worried|terrified|fear|frightened|think|believe)"
_FEAR = (
    rf"(?<!not )(?<!never )\b{_FEARS} (?:that )?(?:{_WHO}|he|she|they) "
    rf"{_BETWEEN(3)}(?:{_KILL}|{_HARM}|{_DIE})"
)
_FOUND = rf"\b(?:suicide note|goodbye letter)\b (?:\w+ ){{0,3}}{_WHO}"
_APART = r"(?:[.,] )?"


ENGLISH_OTHERS = Others(
    code="en",
    who=re.compile(_WHO),
    of_her=re.compile(rf"{_WHO} (?:, )?(?:who )?{_BETWEEN(9)}{_NOW}"),
    of_pronoun=re.compile(
        rf"\b(?:he|she|they|hes|shes|theyre|her|his|their) {_APART}{_BETWEEN(9)}{_NOW}"
    ),
    alone=re.compile(rf"{_FEAR}|{_FOUND}"),
    asks=re.compile(
        r"\b(?:what (?:do|should|can) i\b|who (?:do|should) i call|please help|help me)"
    ),
    anybody=re.compile(
        r"\b(?:if|when|who|somebody|someone|anybody|anyone|pupil|child|patient|people|person)\b"
    ),
    says=re.compile(
        rf"{_WHO} {_BETWEEN(5)}(?:says|saying|said|writes|wrote|written|texts|texted|screamed|"
        r"shouted|sent)(?: me)?(?: ,)?(?: that)? ?[.]? ?$"
    ),
    supposed=re.compile(
        r"\bif [^.,]*$|\b(?:suppose|imagine|example|scenario)\b[^.]*$"
        rf"|\b(?:not|never) {_FEARS}\b[^.,]*$"
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
