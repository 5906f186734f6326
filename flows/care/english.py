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
        "the means at hand",
        Level.ACUTE,
        r"\b(?:sitting|standing|lying) here with (?:all )?(?:the|my) "
        r"(?:pills|rope|knife|razor|blade|gun)\b"
        r"|\bbought (?:a |the )?rope\b(?: [.,])?(?: \w+){0,3} (?:cant|tonight|done|enough)\b"
        r"|\bthrow(?:ing)? myself (?:in front of|off|under) (?:the |a )?"
        r"(?:train|bridge|roof|building|car|bus|truck|balcony)",
    ),
    Rule(
        "a decision",
        Level.ACUTE,
        r"\bdecided\b[^.]{0,60}\b(?:ill|i will) do it\b"
        r"|\bdo it and then its over\b"
        r"|\b(?:tomorrow|next week) i (?:wont|will not) (?:exist|be alive)\b"
        r"|\bi (?:wont|will not) (?:exist (?:tomorrow|anymore)|be (?:here|around) much longer)\b"
        r"|\blast time you(?:ll)? (?:will )?(?:ever )?hear from me"
        r"|\bthink about is (?:how to die|dying|death)\b|\bthinking about how to die\b",
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
        "to see no way",
        Level.PASSIVE,
        rf"\bjust want to disappear{END}"
        r"|\bwake up (?:\w+ ){0,3}wish(?:ing)? i hadnt"
        r"|\b(?:nicer|better|easier) to be dead\b"
        r"|\b(?:see|is|theres) no (?:point|reason|meaning) (?:in|to) (?:going on |go on |keep )?"
        r"(?:living|live)\b"
        r"|\blife (?:is not|isnt) worth it\b"
        r"|\bhate my life\b(?: \w+){0,3} (?:dont want|cant take|cant go)"
        r"|\bi?m? ?(?:am |feel like )?a burden (?:to|on) (?:everyone|everybody|my family|all"
        r"|them)\b",
    ),
    Rule(
        "to long for death",
        Level.PASSIVE,
        rf"{_START}{_G2}(?:would like|would love|want|wish) to (?:be dead|not exist|be gone)\b"
        rf"|{_START}{_G2}(?:think|thinking|dream|dreaming|fantasise|fantasize) (?:\w+ ){{0,2}}"
        rf"(?:about|of) (?:dying|death|being dead|my (?:own )?death|killing myself)\b"
        r"|\bstop thinking about (?:dying|death|suicide|jumping)\b"
        r"|\bhope i (?:get hit by|get run over|get cancer|die)\b",
    ),
    Rule(
        "the only way out",
        Level.ACUTE,
        r"\b(?:suicide|death|dying|killing myself) (?:feels|is|seems|looks)(?: like)? (?:the |my )?"
        r"only (?:way out|way|option|solution|thing left)"
        r"|\b(?:letter|note)\b[^.]{0,40}\bwhen im (?:dead|gone)\b",
    ),
    Rule(
        "to be tired of being",
        Level.PASSIVE,
        r"\b(?:tired|sick|done) (?:of|with) (?:existing|being here|living|being alive)\b"
        rf"|{_START}{_G1}(?:cant|can not) (?:\w+ )?live (?:like this|with (?:this|the pain"
        rf"|myself)){END}"
        r"|\bnothing (?:\w+ )?to (?:fight|live) for\b"
        r"|\bno point (?:in )?(?:going on )?living\b"
        r"|\b(?:nobody|no one|noone) would (?:even )?(?:cry|care|mourn|miss me) if i "
        r"(?:died|was dead|was gone)"
        r"|\bi could (?:just )?stop (?:existing|living)\b|\bbest to end it\b"
        r"|\bwhy (?:should|do|would|must) i (?:even |still |keep )?(?:exist|live|existing|living)\b"
        r"|\bcares? (?:whether|if) i live or die\b",
    ),
    Rule(
        "to harm oneself",
        Level.PASSIVE,
        rf"{_START}{_G2}(?:cut|cutting) myself\b"
        r"(?! (?:on|while|when|some|shaving|a|off|with paper)\b)"
        r"|\b(?:started|keep|begun) (?:hurting|harming) myself"
        r"|\b(?:afraid|scared|worried) (?:that )?i(?:ll| will| might| am going to|m going to) "
        r"(?:hurt|harm|cut|kill) myself\b"
        r"|\b(?:took|put|used) (?:a |the )?(?:blade|razor|knife) (?:to|on) my "
        r"(?:arms?|wrists?|legs?|thighs?|skin)\b"
        rf"|{_START}{_G2}cut myself when (?:it|i (?:feel|get|cant|am)|im)\b"
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
        r"self ?harm|be here|my self|rope|gun\b|bridge|roof|last time you|do it\b|burden|"
        r"disappear|dying|hit by|run over|blade|razor|knife|fight for|point|nobody|no one|only"
        r" way|only option"
    ),
)
