"""The rules for English. Each reads what `flows.care.plain.plain` gives."""

from __future__ import annotations

import re

from flows.care.rules import END, Language, Level, Rule, gap

_G = gap(
    "not never no dont wont didnt doesnt cant wouldnt without used if whether that who when how "
    "he she they you we it somebody someone asked met stopped"
)
_G1, _G2, _G3 = _G(1), _G(2), _G(3)
_I = r"\b(?:i|im|ive|id|ill) "
_START = rf"(?:{_I}|^|[.,] (?:but |and |so )?)"
_WANT = (
    r"(?:want(?: to)?|need to|going to|will|ready to|planning to|plan to|decided to|have to|"
    r"about to|ill|try to|trying to)"
)
_DIE = r"die\b(?! (?:at home|of|laughing|in peace|when|for|alone|if|one day|some|with|out)\b)"
_NOT_WANT = r"(?:dont|do not|no longer|never) (?:really |even )?want to"
_KILL = (
    r"kill(?:ing)? (?:myself|my self)\b(?! laughing)|(?:off|unalive|end) myself\b"
    r"|end(?:ing)? (?:my (?:own )?lif[ef]?\w*|it all)\b"
    r"|tak(?:e|ing) my (?:own )?life\b(?! (?:seriously|into|back))"
    r"|(?:hang|drown|poison)(?:ing)? myself\b"
    r"|shoot(?:ing)? myself\b(?! in the foot)|slit(?:ting)? my wrists?\b"
    r"|use it on myself\b|committ?(?:ing)? suicide is all i\b"
)
_PILLS = (
    r"(?:an overdose|overdose|(?:all|to many|many) (?:of )?(?:my |the )?(?:\w+ )?pills"
    r"|a whole (?:bottle|box|pack) of)\b(?!(?: \w+){0,4} (?:prescribed|morning|doctor))"
)

_RULES = (
    Rule(
        "to take one's life",
        Level.ACUTE,
        rf"\b(?:{_KILL})|\bkms\b|{_START}{_G2}(?:want to|going to|ending|end) (?:end )?it{END}"
        rf"|{_START}{_G2}ending it (?:now|tonight)\b",
    ),
    Rule(
        "to leap",
        Level.ACUTE,
        rf"{_I}{_G2}{_WANT} {_G1}jump (?:(?:off|from) (?:the|a) (?:bridge|roof|building|balcony)"
        r"|in front of (?:the |a )?(?:train|car|bus|truck))",
    ),
    Rule(
        "to commit suicide",
        Level.ACUTE,
        rf"{_I}{_G3}(?:commit|committing|considering|attempted|planning) suicide\b",
    ),
    Rule(
        "to want to die",
        Level.ACUTE,
        rf"{_START}{_G2}{_WANT} (?:to )?{_G1}{_DIE}"
        rf"|\bnothing i want more than to die\b|\bwhen i will die\b"
        r"|\bnever wanted to die (?:as|so) much"
        rf"|\bnot a (?:day|night|hour) {_G3}without me wanting to die",
    ),
    Rule(
        "suicidal thoughts",
        Level.ACUTE,
        rf"{_I}{_G1}(?:have|having|get|had|got) {_G2}(?:suicidal thoughts|thoughts of suicide)"
        r"|\bmy suicidal thoughts|\bthe suicidal thoughts (?:get|are|come|keep)"
        r"|\bsuicidal thoughts (?:every|all)\b"
        rf"|{_START}{_G3}(?:think|thinking) {_G1}(?:about|of) suicide\b"
        rf"(?:{END}| (?:every|all|a lot|often|again|constantly)\b)"
        rf"|\b(?:i am|im|i feel|feeling|i have been|ive been) {_G2}suicidal\b"
        r"(?! (?:thoughts|idea))",
    ),
    Rule(
        "a farewell",
        Level.ACUTE,
        r"\bmy suicide note|\b(?:wrote|written|writing) (?:my|a) goodbye (?:letter|note)"
        r"|\b(?:when|by the time) you read this (?:ill|i will|i) be (?:dead|gone)"
        r"|\bmy last night alive",
    ),
    Rule(
        "an attempt",
        Level.ACUTE,
        rf"{_I}(?:made|have made|had) {_G1}suicide attempt",
    ),
    Rule(
        "pills",
        Level.ACUTE,
        rf"{_START}{_G2}(?:take|taken|took|swallowed|swallow) {_G1}{_PILLS}"
        rf"|\btonight i (?:will )?take {_PILLS}"
        r"|\bpills\b[^.]*\b(?:take|swallow) them\b|\bi overdosed\b",
    ),
    Rule(
        "a place and a plan",
        Level.ACUTE,
        rf"{_I}{_G1}(?:standing|sitting) (?:on|at|by) the (?:bridge|roof|tracks|edge)\b"
        r"[^.]*\bjump\b(?! on)"
        r"|\b(?:rope|gun)\b[^.]*\b(?:ill do it|i will do it|do it tonight)",
    ),
    Rule(
        "not alive tomorrow",
        Level.ACUTE,
        rf"{_I}(?:wont|will not) be alive (?:tomorrow|next|much|for)\b",
    ),
    Rule(
        "not to want to live",
        Level.PASSIVE,
        rf"{_START}{_G1}{_NOT_WANT} (?:live|liv|be alive|exist)\b"
        r"(?! (?:in|at|with|on|near|up|under|close|there|alone|next|by|for|off|like a)\b)"
        rf"|{_START}{_G1}{_NOT_WANT} be here any"
        rf"|{_START}{_G1}(?:cant|can not) (?:go on|bear to|stand|keep|keep on|do)? ?"
        r"(?:live|living|liv|life)\b(?! (?:up|in|on|with|without|off|near)\b)"
        r"|\bstopped wanting to live|\bstop (?:living|existing)\b",
    ),
    Rule(
        "to wish to be dead",
        Level.PASSIVE,
        r"\bwish i (?:was|were) (?:dead|never born)\b|\bwish i could die\b"
        rf"|{_START}{_G1}rather be dead\b"
        r"|\bbetter if i (?:was|were) dead\b"
        r"|\bi (?:\w+ )?(?:often|always|constantly) think about (?:death|dying)",
    ),
    Rule(
        "to wish not to be",
        Level.PASSIVE,
        r"\bwish i (?:wasnt|werent|was not) (?:alive|born|here)\b"
        r"|\bwish i (?:had never been|was never|hadnt been) born|\bwish i didnt exist"
        r"|\bwake up and wish i hadnt|\bregret being born"
        r"|\bbetter (?:off )?(?:if i (?:was|were) (?:gone|not here))"
        r"|\b(?:world|everyone|everybody|family|kids|they)\b[^.]*\bbetter (?:off )?without me\b"
        r"|\bdisappear (?:forever|for good|from this)"
        r"|\b(?:miss me|notice|care) if i (?:died|was gone|were gone|disappeared)"
        r"|\bi shouldnt be alive",
    ),
    Rule(
        "never to wake",
        Level.PASSIVE,
        r"\bnever wake up\b"
        rf"|\b(?:hope i dont|i never want to|dont want to) wake up"
        rf"(?:{END}| (?:again|tomorrow|ever)\b)",
    ),
    Rule(
        "nothing to live for",
        Level.PASSIVE,
        r"\b(?:no|any) (?:reason|point) (?:\w+ )?(?:to live|in living)\b"
        r"|\bnothing (?:\w+ ){0,4}to live for\b"
        r"|\blife (?:is not|isnt) worth living|\blife (?:is|feels) (?:\w+ )?pointless"
        rf"|\b(?:tired|sick|done with|fed up with) (?:of )?"
        rf"(?:living|being alive|life(?= tbh|{END[3:-1]}))"
        r"|\b(?:no|lost the) will to live\b|\bgiven up on life"
        r"|\b(?:dont care|doesnt matter) (?:if|whether) i (?:live or die|die or live)\b"
        r"|\bwhy should i (?:even )?(?:live|be alive)\b|\bdont deserve to live\b"
        rf"|\bwant (?:it all|everything) to (?:be over|end){END}",
    ),
    Rule(
        "to harm oneself",
        Level.PASSIVE,
        rf"{_START}{_G2}(?:cut|cutting) myself\b"
        r"(?! (?:on|while|when|some|shaving|a|off|with paper)\b)"
        r"|\b(?:started|keep|begun) (?:hurting|harming) myself"
        rf"|{_I}(?:self harm|selfharm)\b|{_I}{_G1}burn(?:ing)? myself with cig",
    ),
)

ENGLISH = Language(
    code="en",
    rules=_RULES,
    plan=re.compile(
        r"\b(?:know|decided|planned)(?: (?:already|exactly))? (?:how|when) ill? (?:will )?do it"
        r"|\b(?:know|decided) how i will do it|\bdo(?:ing)? it (?:now|tonight|today)\b"
        r"|\bi have the pills\b|\b(?:have|bought) (?:a|the) (?:rope|gun)\b"
    ),
    denied=re.compile(
        r"\b(?:not|never|dont|wont|wouldnt|no|without|stopped|cant|didnt)"
        r"(?: (?!i\b|im\b|not\b)\w+){0,4} $|\bnot that i (?:\w+ )?$"
    ),
    subject=re.compile(r"[.,]? ?(?:but |and |so )?(?:i|im|ive|id|ill)\b"),
    not_so=re.compile(r"\bnot that $"),
    not_denied=re.compile(
        r"\bcant (?:promise|stop)|\bnot (?:a|one) (?:day|night|hour)\b|\bnot (?:joking|kidding)"
    ),
    reported=re.compile(
        r"\b(?:he|she|they|pupil|boy|girl|child|patient|somebody|someone|character)"
        r"(?: \w+)? (?:said|says|wrote|writes|shouted|thought)(?: [,.])?(?: that)? $"
        r"|\bif i (?:would |were to )?(?:say|said|told \w+)(?: that)? $"
        r"|\b(?:ask|asked|asks|wonder|survey)\w*(?: \w+){0,4} (?:if|whether) (?:i (?:\w+ ){0,2})?$"
    ),
    past=re.compile(
        r"\byears ago\b|\bwhen i was (?:\w+ )?(?:young|little|a|thirteen|fourteen|fifteen|sixteen|"
        r"seventeen|eighteen|nineteen|twenty|\d+|in|at)\b"
        r"|\bas a (?:teen|teenager|child|kid)\b|\bin the (?:\w+ties|\d0s)\b|\bused to\b"
        r"|\bback then\b|\bin (?:my (?:teens|youth|twenties)|primary school|high school)\b"
        r"|\b(?:19|20)\d\d\b"
    ),
    still=re.compile(r"\bstill\b|\bagain\b|\bright now\b|\bnow i want|\bevery day|\btonight\b"),
    hints=re.compile(
        r"\bdie\b|dead|death|\bdied\b|kill|suic|\blif|liv|alive|myself|kms|\bend\b|ending|pills|"
        r"overdos|jump|wake up|exist|better|disappear|wrists|goodbye|born|gone|be over|wish i|"
        r"self ?harm|be here any|my self|rope|gun\b|bridge|roof"
    ),
)
