"""Answers that tell of one person, and those that only sound so."""

from __future__ import annotations

import pytest

from flows.care.cases import tells_of_a_case

_CASES = """\
En elev i 8B har adhd och hennes mamma dricker, alla vet vilka det är
En kille på 15 år på Kyrkskolan skär sig, han berättade det i måndags
Min granne på Storgatan misshandlas av sin man
En kvinna på 43 år på vår avdelning är sjukskriven för utbränd
Lisa i 7A har anorexi och ingen gör något
Johan, 16 år, tar droger bakom skolan
En flicka i nian blev våldtagen i somras
En tjej i åttan är gravid
Min kollega på ekonomi har fått cancer och kom tillbaka förra veckan
Pojken på Björkgården är omhändertagen enligt LVU och hans pappa sitter i fängelse
En ensamstående mamma från Syrien fick en orosanmälan i våras
En 17-åring på gymnasiet tog en överdos i höstas
Vi hade en patient, 82 år, med demens som gick hem i nattlinne i fredags
En familj på Skolvägen blev vräkt förra månaden efter missbruk
Jag tänker på en elev. Hon är 14 år. Hon har självskadat sig sedan i våras.
Eriks dotter har ätstörning
A girl in 8B has anorexia and nobody does anything
A 15-year-old boy at Church School cuts himself, his mother is an alcoholic
My neighbour was beaten by her husband last week
One patient from Umeå, 82 years old, has dementia and was found outside
Lisa, 16, is pregnant
My colleague came back from sick leave last month, burnt out
""".splitlines()

_NOT_CASES = """\
Elever med adhd behöver mer stöd
Unga som mår dåligt ska få hjälp samma dag
Om en elev skär sig ska skolsköterskan kontaktas
När en flicka i nian blir gravid behöver hon veta vart hon kan gå
En elev som är sjukskriven ska ha en kontaktperson
Vi behöver fler kuratorer i årskurs 7
I somras hade vi ingen jour
Missbruk bland unga har ökat i Nordmaling
En kurator på varje skola
Jag har själv varit utbränd och fick bra hjälp
Jag har adhd och vill ha tydligare scheman
Scenario: Kim, 16 år, skär sig. Vem gör vad?
Till exempel en kvinna på 43 år som är utbränd
Män söker vård för depression för sent
En person som ringer ska få svar
Ensamma äldre i byarna får depression
Familjer med försörjningsstöd har inte råd med bredband
Vi har en elevhälsa som har fungerat bra sedan i våras
En man ringde och frågade om öppettiderna i går
Min chef på Kommunhuset sa att vi ska spara
Vården i Umeå har långa köer till utredning
En granne hjälpte mig med veden i vintras
Remissen till BUP tar ett år
Samverkan mellan skolan och BUP i Lycksele är dålig, ingen vet vem som skriver remiss
Demens är vanligt hos dem som är över 80 år
Pupils with autism need more support
If a pupil cuts herself the nurse should be called
When a girl in grade 9 is pregnant she needs to know where to go
I was on sick leave last year and got good help
A counsellor at every school
Addiction among young people rose last year
Domestic abuse is hidden here
A man called yesterday about the opening hours
Suppose a 15-year-old boy is depressed, whom do you call?
""".splitlines()


@pytest.mark.parametrize("text", _CASES)
def test_a_person_who_could_be_recognised_is_a_case(text: str) -> None:
    assert tells_of_a_case(text)


@pytest.mark.parametrize("text", _NOT_CASES)
def test_the_subject_is_no_case(text: str) -> None:
    assert not tells_of_a_case(text)


def test_a_name_of_the_dialogue_makes_a_story_a_case() -> None:
    story = "Det var synd om Anna som blev deprimerad"

    assert tells_of_a_case(story, names_somebody=True)
    assert not tells_of_a_case(story)
