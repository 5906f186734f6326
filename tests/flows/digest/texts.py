"""Answers of a small workshop in Swedish, by what they are about. Written for the tests."""

from __future__ import annotations

QUEUES = (
    "Kön till skolpsykologen är alldeles för lång.",
    "Man får vänta i månader på att träffa skolpsykologen.",
    "Väntetiden till skolpsykologen måste bli kortare.",
    "Vår elev väntade ett halvår på skolpsykologen.",
    "Skolpsykologen har ingen tid förrän efter jul.",
    "Köerna till psykologen i skolan växer hela tiden.",
    "Fler skolpsykologer skulle korta väntetiden.",
    "Psykologens väntelista på skolan är lång.",
)
BUSES = (
    "Sista bussen hem går redan klockan sex.",
    "Det går ingen buss på kvällen härifrån.",
    "Bussarna slutar gå innan fritidsgården öppnar.",
    "Utan buss på kvällen kommer ingen till träningen.",
    "Kvällsbussen drogs in förra året.",
    "Vi vill ha en buss till på kvällen.",
    "Bussen går för sällan på helgerna.",
    "Busskortet gäller inte på kvällar och helger.",
)
YARD = (
    "Skolgården är tråkig och bara asfalt.",
    "Det finns inget att göra på skolgården.",
    "Plantera träd på skolgården.",
    "Skolgården behöver fler bänkar och träd.",
    "På skolgården finns bara en trasig gunga.",
    "Vi saknar skugga på skolgården på sommaren.",
    "En fotbollsplan på skolgården vore roligt.",
    "Skolgårdens gungor har varit trasiga länge.",
)
ALL = (*QUEUES, *BUSES, *YARD)
ABOUT = [0] * len(QUEUES) + [1] * len(BUSES) + [2] * len(YARD)
