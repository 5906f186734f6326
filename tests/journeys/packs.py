"""A pack for journeys: short steps, one scenario, in Swedish."""

SHORT = """
languages = ["sv"]
ask_consent = false
title.sv = "Kort dialog"
purpose.sv = "Att prova."

[[step]]
id = "bakgrund"
kind = "background"
title.sv = "Bakgrund"
text.sv = "Så här ser det ut."

[[step]]
id = "enskilt"
kind = "individual"
scenario = "a"
title.sv = "Var för sig"
length = "{individual} s"
{remind}
text.sv = "Vad tänker du?"

[[step]]
id = "grupp"
kind = "group"
scenario = "a"
title.sv = "Tillsammans"
length = "{group} s"
grace = "{grace} s"
text.sv = "Vad säger ni?"
"""


def short(*, individual: int, group: int, grace: int = 2, remind: int | None = None) -> str:
    """The pack with steps of so many seconds, and a reminder so long before the close."""
    reminder = "" if remind is None else f'remind_before = "{remind} s"'
    return SHORT.format(individual=individual, group=group, grace=grace, remind=reminder)
