"""Everything a pack can say beyond plain steps, and what is wrong with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.errors import PackError
from flows.ids import StepId
from flows.packs.pack import (
    Attached,
    Choosing,
    Contact,
    FollowUp,
    Opening,
    Pack,
    PersonalData,
    Recurrence,
    Scenario,
    Step,
    StepKind,
    Text,
    Theme,
)
from flows.packs.parse import parse
from flows.said import Said
from tests.builders import pack_toml, step_toml

HEAD = """\
languages = ["sv"]
title = "T"
purpose = "P"
"""
"""Three lines; what a test adds begins on line 4."""

LAST = '[[step]]\nid = "z"\nkind = "background"\ntitle = "T"\ntext = "X"\n'

FULL = """\
languages = ["sv", "en"]
beside = ["sma"]
self_paced = true
title.sv = "Titel"
title.en = "Title"
title.sma = "Titele"
purpose.sv = "Syfte"
purpose.en = "Purpose"
consent.sv = "Ja?"
consent.en = "Yes?"
[recurrence]
every = "First  Tuesday"
at = "13.00"
skip_holidays = true
skip_months = [7, 6]
times = 10
[[theme]]
id = "skolan"
title.sv = "Skolan"
title.en = "School"
keywords.sv = ["skola", "lärare"]
keywords.sma = ["skuvle"]
sensitive = true
[[scenario]]
id = "anna"
title.sv = "Anna"
title.en = "Anna"
text.sv = "Anna är 14."
text.en = "Anna is 14."
[[scenario]]
id = "omar"
title.sv = "Omar"
title.en = "Omar"
text.sv = "Omar är 15."
text.en = "Omar is 15."
[[contact]]
id = "strategist"
title.sv = "Strateg"
title.en = "Strategist"
remind_after = "12 h"
wait = "48 h"
questions.sv = ["Ett?", "Två?"]
questions.en = ["One?", "Two?"]
[[step]]
id = "film"
kind = "film"
title = {sv = "A", en = "A"}
text = {sv = "B", en = "B"}
link = "https://video.example.org/en-film?x=1"
next = "organizer"
[[step]]
id = "map"
kind = "picture"
title = {sv = "A", en = "A"}
text = {sv = "B", en = "B"}
file = "map.png"
description = {sv = "Karta", en = "Map"}
begins_at = "9:05"
[[step]]
id = "own"
kind = "individual"
scenarios = ["anna", "omar"]
turn = 2
title = {sv = "A", en = "A"}
text = {sv = "B", en = "B"}
length = "4 min"
next = "80 %"
no_cases = true
[[step]]
id = "together"
kind = "group"
scenarios = ["anna", "omar"]
turn = 2
title = {sv = "A", en = "A"}
text = {sv = "B", en = "B"}
length = "4 min"
next = "everyone"
[[step]]
id = "which"
kind = "poll"
title = {sv = "A", en = "A"}
text = {sv = "B", en = "B"}
length = "4 min"
choose = "multiple"
options.sv = ["Ja", "Nej"]
options.en = ["Yes", "No"]
[[step]]
id = "easier"
kind = "poll"
title = {sv = "A", en = "A"}
text = {sv = "B", en = "B"}
length = "4 min"
choose = "scale"
scale = 3
low = {sv = "inte", en = "not"}
high = {sv = "mycket", en = "very"}
sealed = false
[[step]]
id = "status"
kind = "check-in"
title = {sv = "A", en = "A"}
text = {sv = "B", en = "B"}
length = "48 h"
options.sv = ["Klart", "Försenat"]
options.en = ["Done", "Late"]
number = true
"""
FOLLOW_UP = """\
[[follow_up]]
id = "autumn"
after = "6 månader"
at = "09.00"
title = {sv = "Höst", en = "Autumn"}
[[follow_up.step]]
id = "since"
kind = "individual"
title = {sv = "A", en = "A"}
text = {sv = "B", en = "B"}
length = "72 h"
"""


def text(swedish: str, english: str) -> Text:
    return Text(versions=(("sv", swedish), ("en", english)))


A, B = text("A", "A"), text("B", "B")


def asked(step_id: str, kind: StepKind, length_s: int | None = 240) -> Step:
    return Step(id=StepId(step_id), kind=kind, title=A, text=B, length_s=length_s)


STEPS = (
    replace(
        asked("film", StepKind.FILM, None),
        link="https://video.example.org/en-film?x=1",
        opening=Opening.ORGANIZER,
    ),
    replace(
        asked("map", StepKind.PICTURE, None),
        attached=Attached(name="map.png", description=text("Karta", "Map")),
        begins_at=(9, 5),
    ),
    replace(
        asked("own", StepKind.INDIVIDUAL),
        scenarios=("anna", "omar"),
        turn=2,
        opening=Opening.QUORUM,
        quorum=0.8,
        no_cases=True,
    ),
    replace(
        asked("together", StepKind.GROUP),
        scenarios=("anna", "omar"),
        turn=2,
        opening=Opening.EVERYONE,
    ),
    replace(
        asked("which", StepKind.POLL),
        choosing=Choosing.MULTIPLE,
        options=(text("Ja", "Yes"), text("Nej", "No")),
    ),
    replace(
        asked("easier", StepKind.POLL),
        choosing=Choosing.SCALE,
        options=(text("inte", "not"), text("", ""), text("mycket", "very")),
        sealed=False,
    ),
    replace(
        asked("status", StepKind.CHECK_IN, 48 * 3600),
        options=(text("Klart", "Done"), text("Försenat", "Late")),
        asks_number=True,
    ),
)

PACK = Pack(
    name="test",
    title=Text(versions=(("sv", "Titel"), ("en", "Title"), ("sma", "Titele"))),
    purpose=text("Syfte", "Purpose"),
    languages=("sv", "en"),
    beside=("sma",),
    consent=text("Ja?", "Yes?"),
    self_paced=True,
    recurrence=Recurrence(
        every="first tuesday", at=(13, 0), skip_holidays=True, skip_months=(6, 7), times=10
    ),
    themes=(
        Theme(
            id="skolan",
            title=text("Skolan", "School"),
            keywords=(("sv", ("skola", "lärare")), ("sma", ("skuvle",))),
            sensitive=True,
        ),
    ),
    scenarios=(
        Scenario(id="anna", title=text("Anna", "Anna"), text=text("Anna är 14.", "Anna is 14.")),
        Scenario(id="omar", title=text("Omar", "Omar"), text=text("Omar är 15.", "Omar is 15.")),
    ),
    contacts=(
        Contact(
            id="strategist",
            title=text("Strateg", "Strategist"),
            questions=(text("Ett?", "One?"), text("Två?", "Two?")),
            remind_after_s=12 * 3600,
            wait_s=48 * 3600,
        ),
    ),
    steps=STEPS,
)


def test_everything_is_read() -> None:
    assert parse(FULL, name="test") == PACK


def test_a_follow_up_is_read_in_place_of_a_recurrence() -> None:
    head, _, rest = FULL.partition("[recurrence]")
    source = head + rest[rest.index("[[theme]]") :] + FOLLOW_UP

    since = replace(asked("since", StepKind.INDIVIDUAL), length_s=72 * 3600)
    assert parse(source, name="test") == replace(
        PACK,
        recurrence=None,
        follow_ups=(
            FollowUp(
                id="autumn",
                title=text("Höst", "Autumn"),
                after_months=6,
                after_days=0,
                at=(9, 0),
                steps=(since,),
            ),
        ),
    )


def problems(source: str) -> list[str]:
    with pytest.raises(PackError) as caught:
        parse(source, name="test")
    return [problem.sentence for problem in caught.value.problems]


def step(*lines: str, kind: str = "background", step_id: str = "a") -> str:
    """Five lines, then those given: the first of them stands on line 9."""
    sound = (f'id = "{step_id}"', f'kind = "{kind}"', 'title = "T"', 'text = "X"')
    return "\n".join(["[[step]]", *sound, *lines, ""])


def poll(*lines: str) -> str:
    return step('length = "4 min"', *lines, kind="poll")


def scenario(name: str) -> str:
    return f'[[scenario]]\nid = "{name}"\ntitle = "T"\ntext = "X"\n'


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(step('next = "organizer"', kind="plenary") + LAST, id="waits for a word"),
        pytest.param(step('next = "100 %"', 'length = "1 s"', kind="group"), id="all of them"),
        pytest.param(
            scenario("anna") + scenario("omar") + step('scenario = "anna"') + LAST,
            id="a story to read",
        ),
        pytest.param(
            scenario("anna")
            + step('scenario = "tie"', 'length = "1 h"', kind="individual")
            + step('scenario = "tie"', 'length = "1 h"', kind="group", step_id="b"),
            id="a tie that is no story",
        ),
        pytest.param(
            step('begins_at = "09.00"', 'length = "1 h"')
            + step('begins_at = "10.00"', step_id="b")
            + LAST,
            id="just in time",
        ),
        pytest.param(
            step('begins_at = "09.00"', 'length = "24 h"')
            + step('begins_at = "08.00"', step_id="b"),
            id="the day after",
        ),
        pytest.param(poll('choose = "scale"', "scale = 10"), id="a scale without words"),
        pytest.param(poll('options = ["a", "b"]'), id="a list in the only language"),
        pytest.param(step('file = "a.PDF"', 'description = "D"'), id="a document"),
        pytest.param('[recurrence]\nevery = "day"\nat = "7:30"\n' + LAST, id="daily"),
    ],
)
def test_sound(source: str) -> None:
    assert parse(HEAD + source, name="test").title.get("sv") == "T"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(
            step(kind="helgrupp"),
            'line 6: kind = "helgrupp" is unknown; did you mean "plenary"?',
            id="a kind in Swedish",
        ),
        pytest.param(
            step(kind="Omröstning"),
            'line 6: kind = "Omröstning" is unknown; did you mean "poll"?',
            id="another",
        ),
        pytest.param(
            step('"längd" = "4 min"'),
            'line 9: "längd" is not a key of a step of the kind "background"; did you mean'
            ' "length"?',
            id="a key in Swedish",
        ),
        pytest.param(
            step('next = "alla"'),
            'line 9: next = "alla" is unknown; did you mean "everyone"?',
            id="what comes next, in Swedish",
        ),
        pytest.param(
            step('next = "101 %"', 'length = "1 s"', kind="group"),
            'line 9: next = "101 %" must be from 1 % to 100 %',
            id="more than all",
        ),
        pytest.param(
            step('next = "0 %"', 'length = "1 s"', kind="group"),
            'line 9: next = "0 %" must be from 1 % to 100 %',
            id="nobody",
        ),
        pytest.param(
            step('next = "everyone"'),
            'line 9: next = "everyone" counts answers, and a step of the kind "background" has'
            ' none; write "time" or "organizer"',
            id="all of none",
        ),
        pytest.param(
            step("begins_at = 13:00:00"),
            'line 9: begins_at must be a time of day in quotes, e.g. begins_at = "13.00", not a'
            " date or a time",
            id="an hour without quotes",
        ),
        pytest.param(
            step('begins_at = "24.00"'),
            'line 9: begins_at must be a time of day in quotes, e.g. begins_at = "13.00", not'
            ' "24.00"',
            id="an hour too late",
        ),
        pytest.param(
            step('begins_at = "09.00"', 'length = "61 min"')
            + step('begins_at = "10.00"', step_id="b"),
            "line 16: begins_at is 10.00, but the steps before this one last until 10.01; write"
            " that or later, or shorten them",
            id="an hour too early",
        ),
        pytest.param(
            step("turn = 2"),
            "line 9: turn says which of the scenarios comes first; write scenarios too",
            id="a turn of nothing",
        ),
        pytest.param(
            scenario("anna") + scenario("omar") + step('scenarios = ["anna", "omar"]', "turn = 3"),
            "line 18: turn = 3, but there are only 2 scenarios; write at most that",
            id="a turn too far",
        ),
        pytest.param(
            scenario("anna") + scenario("omar") + step('scenarios = ["anna", "oma"]'),
            'line 17: there is no [[scenario]] with id = "oma"; did you mean "omar"?',
            id="a scenario misspelt",
        ),
        pytest.param(
            scenario("anna") + step('scenario = "ana"'),
            'line 13: there is no [[scenario]] with id = "ana"; did you mean "anna"?',
            id="the only scenario misspelt",
        ),
        pytest.param(
            step('scenarios = ["anna", "anna"]'),
            'line 9: scenarios: "anna" is there twice; keep one of them',
            id="a scenario twice",
        ),
        pytest.param(
            step('scenarios = ["anna"]'),
            'line 9: scenarios must be a list of at least two ids, e.g. scenarios = ["anna",'
            ' "omar"]; for one, write scenario = "anna"',
            id="one of one",
        ),
        pytest.param(
            scenario("anna")
            + scenario("omar")
            + step('scenarios = ["anna", "omar"]', 'scenario = "anna"'),
            "line 17: there are both scenario and scenarios; keep one of them",
            id="both",
        ),
        pytest.param(
            poll('options = ["ja"]'), "line 10: options has 1; write from 2 to 20", id="no choice"
        ),
        pytest.param(
            poll('options = ["Ja", "ja"]'),
            'line 10: options: "ja" is there twice; keep one of them',
            id="the same choice",
        ),
        pytest.param(
            poll('options = "ja, nej"'),
            'line 10: options must be a list of texts, e.g. ["…", "…"], not a text',
            id="choices in one text",
        ),
        pytest.param(
            poll('choose = "scale"', "scale = 11"),
            "line 11: scale must be a whole number from 2 to 10, without quotes",
            id="a long scale",
        ),
        pytest.param(
            poll("scale = 5"), 'line 10: write choose = "scale" beside scale', id="half a scale"
        ),
        pytest.param(
            poll('choose = "scale"', "scale = 5", 'low = "inte"'),
            'line 4: high is missing; write high.sv = "…"',
            id="one end",
        ),
        pytest.param(
            poll('choose = "scale"', "scale = 5", 'options = ["a", "b"]'),
            'line 12: a poll with choose = "scale" has scale, low and high and no options; remove'
            " them",
            id="a scale of options",
        ),
        pytest.param(
            poll('options = ["a", "b"]', 'low = "a"'),
            'line 11: low belongs to a poll with choose = "scale"; remove it',
            id="ends of no scale",
        ),
        pytest.param(
            poll('choose = "flera"', 'options = ["a", "b"]'),
            'line 10: choose = "flera" is unknown; did you mean "multiple"?',
            id="how to choose, in Swedish",
        ),
        pytest.param(
            step(kind="picture"),
            'line 4: file is missing; write e.g. file = "map.png"',
            id="a picture of nothing",
        ),
        pytest.param(
            step('file = "../map.png"', 'description = "D"'),
            'line 9: file = "../map.png" is not the plain name of a file beside the pack; write'
            ' only a-z, 0-9, "-", "_" and ".", no folders, e.g. file = "map.png"',
            id="a path that climbs",
        ),
        pytest.param(
            step('file = "C:\\\\Bilder\\\\Karta över Åre.JPG"', 'description = "D"'),
            'line 9: file = "C:\\Bilder\\Karta över Åre.JPG" is not the plain name of a file beside'
            ' the pack; write only a-z, 0-9, "-", "_" and ".", no folders, e.g. file ='
            ' "karta-over-are.jpg"',
            id="a path of Windows",
        ),
        pytest.param(
            step('file = "a.svg"', 'description = "D"'),
            'line 9: file = "a.svg" is of a kind that cannot be shown; it must end in one of'
            " .png, .jpg, .jpeg, .gif, .webp, .pdf",
            id="a file that could run",
        ),
        pytest.param(
            step('file = "a.pdf"'),
            'line 4: description is missing; write description.sv = "…"',
            id="a file for the seeing alone",
        ),
        pytest.param(
            step('description = "D"'),
            'line 9: description is of a file, and there is none; write file = "…"',
            id="a description of nothing",
        ),
        pytest.param(
            '[recurrence]\nevery = "första tisdagen"\nat = "13.00"\n' + LAST,
            'line 5: every = "första tisdagen" is unknown; did you mean "first tuesday"?',
            id="how often, in Swedish",
        ),
        pytest.param(
            '[recurrence]\nevery = "fifth tuesday"\nat = "13.00"\n' + LAST,
            'line 5: every = "fifth tuesday" is unknown; write "day", "weekday", "week", "month",'
            ' "quarter", or a weekday of the month such as "first tuesday" or "last friday"',
            id="a tuesday that few months have",
        ),
        pytest.param(
            '[recurrence]\nevery = "day"\nat = "13.00"\nskip_months = [0]\n' + LAST,
            "line 7: skip_months must be a list of months from 1 to 12, e.g. skip_months = [7]",
            id="no month",
        ),
        pytest.param(
            '[recurrence]\nevery = "day"\nat = "13.00"\n'
            f"skip_months = {list(range(1, 13))}\n" + LAST,
            "line 7: skip_months leaves no month over; remove some",
            id="every month",
        ),
        pytest.param(
            "recurrence = true\n" + LAST,
            'line 4: write [recurrence] on a line of its own, and below it every = "…" and at ='
            ' "…"',
            id="a recurrence that is no table",
        ),
        pytest.param(
            scenario("anna") + scenario("anna") + LAST,
            'line 9: id = "anna" is used already; every [[scenario]] needs one of its own',
            id="two stories of one name",
        ),
        pytest.param(
            '[[contact]]\nid = "a"\ntitle = "T"\nwait = "24 h"\n' + LAST,
            "line 4: remind_after is 24 h, but the question waits only 24 h; write less than that,"
            " or a longer wait",
            id="a reminder too late",
        ),
        pytest.param(
            '[[contact]]\nid = "a"\ntitle = "T"\nquestions = []\n' + LAST,
            "line 7: questions has 0; write from 1 to 20",
            id="no questions",
        ),
        pytest.param(
            f'consent = "{"word " * 121}"\n' + LAST,
            "line 4: consent.sv has 121 words and may have 120, so that everybody reads it; write"
            " only who reads the answers, what for, for how long, that they may be a public record,"
            " and how to withdraw",
            id="a consent that nobody reads",
        ),
        pytest.param(
            "ask_consent = 1\n" + LAST,
            "line 4: ask_consent must be true or false, without quotes, not a number",
            id="asked for how much",
        ),
        pytest.param(
            '[[theme]]\nid = "a"\ntitle = "T"\nconsent = "C"\n' + LAST,
            'line 7: "consent" is not a key of [[theme]]; it belongs to the pack; write it above'
            " the first line with brackets",
            id="below the wrong brackets",
        ),
        pytest.param(
            LAST + '[[follow_up]]\nid = "a"\ntitle = "T"\nafter = "soon"\nat = "09.00"\n'
            '[[follow_up.step]]\nid = "b"\nkind = "background"\ntitle = "T"\ntext = "X"\n',
            'line 12: after = "soon" is not understood; write a number of days, weeks, months or'
            ' years in quotes, e.g. after = "6 months"',
            id="a follow-up at some time",
        ),
        pytest.param(
            LAST + '[[follow_up]]\nid = "a"\ntitle = "T"\nafter = "11 years"\nat = "09.00"\n'
            '[[follow_up.step]]\nid = "b"\nkind = "background"\ntitle = "T"\ntext = "X"\n',
            'line 12: after = "11 years" must be at least a day and at most 10 years',
            id="a follow-up that nobody lives to see",
        ),
        pytest.param(
            LAST + '[[follow_up]]\nid = "a"\ntitle = "T"\nafter = "1 day"\nat = "09.00"\n'
            '[[follow_up.step]]\nid = "z"\nkind = "background"\ntitle = "T"\ntext = "X"\n',
            'line 15: id = "z" is used already on line 5; every step needs one of its own',
            id="a step of the follow-up with an id of the pack",
        ),
        pytest.param(
            LAST + '[[follow_up]]\nid = "a"\ntitle = "T"\nafter = "1 day"\nat = "09.00"\n',
            "line 9: there is no step; write at least one [[follow_up.step]] with id, kind, title"
            " and text",
            id="an empty follow-up",
        ),
        pytest.param(
            '[recurrence]\nevery = "day"\nat = "13.00"\n' + LAST + '[[follow_up]]\nid = "a"\n'
            'title = "T"\nafter = "1 day"\nat = "09.00"\n[[follow_up.step]]\nid = "b"\n'
            'kind = "background"\ntitle = "T"\ntext = "X"\n',
            "line 4: a pack has either [recurrence] or [[follow_up]]: what comes again and again"
            " needs no follow-up; remove one of them",
            id="again and again, and after",
        ),
        pytest.param(
            'beside = ["sv"]\n' + LAST,
            'line 4: beside: "sv" is among languages already; remove it',
            id="a language beside itself",
        ),
    ],
)
def test_what_is_wrong(source: str, expected: str) -> None:
    found = problems(HEAD + source)

    assert [one.partition(" The known ones are")[0] for one in found] == [expected]


@pytest.mark.parametrize(
    "link",
    [
        *("http://example.org/a", "https://localhost/a", "https://127.0.0.1/a", "https://[::1]/"),
        *("https://2130706433/", "https://0x7f.1/", "https://example.org:8080/", "ftp://a.org"),
        *(
            "https://user@example.org/",
            "https://printer.local/",
            "https://intranet/",
            "example.org",
        ),
        *(
            "https://exa mple.org/",
            "javascript:alert(1)",
            "https://",
            "https://a.org/" + "x" * 1000,
        ),
    ],
)
def test_a_link_is_public_and_secret_to_nobody(link: str) -> None:
    (found,) = problems(HEAD + step(f'link = "{link}"', 'length = "1 min"', kind="film"))

    assert found.startswith("line 9: link = ")
    assert found.endswith(
        " is no public address that begins with https://; copy it from the address line of your"
        " browser"
    )


@pytest.mark.parametrize(
    "link", ["https://å.se/film", "https://play.example.org/v/1?t=2#s", "https://example.org:443/"]
)
def test_links_that_are_allowed(link: str) -> None:
    source = HEAD + step(f'link = "{link}"', 'length = "1 min"', kind="film")

    assert parse(source, name="test").steps[0].link == link


def test_lists_are_equally_long_in_all_languages() -> None:
    source = FULL.replace('options.en = ["Yes", "No"]', 'options.en = ["Yes", "No", "Perhaps"]')

    assert problems(
        source.replace('questions.en = ["One?", "Two?"]', 'questions.en = ["One?"]')
    ) == [
        "line 43: questions.en has 1 and questions.sv has 2; write as many in each language",
        "line 86: options.en has 3 and options.sv has 2; write as many in each language",
    ]


def test_a_problem_is_a_text_and_its_values() -> None:
    with pytest.raises(PackError) as caught:
        parse(HEAD + step("length = 4"), name="test")

    (problem,) = caught.value.problems
    assert problem.what == Said(
        '{key} has no unit; write {key} = "{number} min" for minutes, or "{number} s" for seconds',
        (("key", "length"), ("number", 4)),
    )


def test_answers_may_stay_private() -> None:
    private = pack_toml(
        step_toml("individual", "alone", "shown = false", length="4 min", scenario="quiet")
    )

    (step,) = parse(private, name="test").steps

    assert (step.shown, step.is_private, step.stays_private) == (False, True, True)


def test_what_is_sensitive_stays_private() -> None:
    sensitive = pack_toml(step_toml("individual", "alone", "sensitive = true", length="4 min"))

    (step,) = parse(sensitive, name="test").steps

    assert (step.sensitive, step.shown, step.stays_private) == (True, False, True)


@pytest.mark.parametrize("line", ["sealed = false", "shown = true"])
def test_what_is_sensitive_is_read_by_no_others(line: str) -> None:
    both = pack_toml(step_toml("individual", "alone", f"sensitive = true\n{line}", length="4 min"))

    with pytest.raises(PackError, match=f"{line} lets others read"):
        parse(both, name="test")


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        pytest.param("", PersonalData.MASK, id="unless it says otherwise"),
        pytest.param('personal_data = "mask"', PersonalData.MASK, id="masked"),
        pytest.param('personal_data = "hold"', PersonalData.HOLD, id="held back"),
    ],
)
def test_what_becomes_of_personal_data(line: str, meant: PersonalData) -> None:
    source = f"{line}\n" + pack_toml(step_toml("individual", "alone", length="4 min"))

    assert parse(source, name="test").personal_data is meant


def test_a_word_for_personal_data_that_is_meant_is_suggested() -> None:
    source = 'personal_data = "maska"\n' + pack_toml(
        step_toml("individual", "alone", length="4 min")
    )

    with pytest.raises(PackError, match='"mask"'):
        parse(source, name="test")


def test_open_answers_cannot_stay_private() -> None:
    both = pack_toml(
        step_toml("individual", "alone", "shown = false\nsealed = false", length="4 min")
    )

    with pytest.raises(PackError, match="sealed = false lets everybody read"):
        parse(both, name="test")
