"""``runda pack new``: a sound pack to begin with, with notes that say what to change."""

from __future__ import annotations

from pathlib import Path

from bot.cli.terminal import OK, PROBLEM, Terminal
from bot.wording import Wording
from flows.packs.table import as_name, is_name


def write_starter(written: str, terminal: Terminal) -> int:
    """Write ``NAME.toml``; a file that is there already stays as it is."""
    words = terminal.words
    path = Path(written if written.endswith(".toml") else f"{written}.toml")
    if not is_name(path.stem):
        better = as_name(path.stem, otherwise="my-pack")
        terminal.complain(
            words.say(
                "{name}: a pack's name may have only a-z, 0-9 and hyphens; write e.g. "
                "`runda pack new {better}`",
                name=path.stem,
                better=better,
            )
        )
        return PROBLEM
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(starter(words))
    except FileExistsError:
        terminal.complain(words.say("{path} is there already; take another name", path=path))
        return PROBLEM
    except OSError as error:
        why = error.strerror or error
        terminal.complain(words.say("{path} cannot be written ({why})", path=path, why=why))
        return PROBLEM
    terminal.show(
        words.say(
            "{path} is written. Open it in a text editor, change what you like, then look at it: "
            "`runda pack preview {path}`",
            path=path,
        )
    )
    return OK


def starter(words: Wording) -> str:
    """The text of the file; its notes are in the reader's language."""

    def note(text: str) -> str:
        return "\n".join(f"# {line}" for line in text.splitlines())

    return _STARTER.format(
        about=note(words.say("A pack: what people are asked, in which order, for how long.")),
        hash=note(
            words.say('Lines that begin with # are notes. Text stands in quotes, "like this".')
        ),
        languages=note(
            words.say("Every text has to be here in each of these languages. One is enough.")
        ),
        step=note(
            words.say(
                "A step begins with [[step]]. Kinds: film, picture, background, exercise, "
                "individual, group, plenary, poll, break, check-in."
            )
        ),
        alone=note(
            words.say(
                "Everybody answers in private. What is written opens to the group, without names, "
                "when the group step of the same scenario begins."
            )
        ),
        length=note(words.say("How long it lasts, and how long before the end to remind.")),
        group=note(words.say("The group agrees on one answer.")),
        poll=note(words.say("A scale from 1 to 5. Other polls have options in place of these.")),
        next=note(words.say("The step after this one begins when an organizer says so.")),
    )


_STARTER = """\
{about}
{hash}

{languages}
languages = ["sv", "en"]
title.sv = "Vårt samtal"
title.en = "Our dialogue"
purpose.sv = "Vi kommer överens om ett nästa steg."
purpose.en = "We agree on a next step."

{step}
[[step]]
id = "welcome"
kind = "background"
title.sv = "Välkommen"
title.en = "Welcome"
text.sv = \"\"\"
Först svarar var och en för sig. Sedan enas gruppen om ett svar.
\"\"\"
text.en = \"\"\"
First, each of you answers alone. Then the group agrees on one answer.
\"\"\"

{alone}
[[step]]
id = "alone"
kind = "individual"
scenario = "question"
{length}
length = "4 min"
remind_before = "1 min"
title.sv = "Tänk själv"
title.en = "Think for yourself"
text.sv = "Vad fungerar bra i dag, och vad skaver?"
text.en = "What works well today, and what does not?"

{group}
[[step]]
id = "together"
kind = "group"
scenario = "question"
length = "12 min"
remind_before = "3 min"
title.sv = "Enas om ett svar"
title.en = "Agree on one answer"
text.sv = "Vilket är ert nästa steg? Vem gör vad, och när?"
text.en = "What is your next step? Who does what, and when?"

{poll}
[[step]]
id = "hope"
kind = "poll"
choose = "scale"
scale = 5
low.sv = "inte alls"
low.en = "not at all"
high.sv = "helt och hållet"
high.en = "completely"
length = "2 min"
title.sv = "Tror du på det?"
title.en = "Do you believe in it?"
text.sv = "Hur säker är du på att nästa steg blir av?"
text.en = "How sure are you that the next step will be taken?"

{next}
[[step]]
id = "closing"
kind = "plenary"
next = "organizer"
title.sv = "Avslutning"
title.en = "Closing"
text.sv = "Varje grupp berättar om sitt nästa steg. Tack för i dag!"
text.en = "Each group tells of its next step. Thank you for today!"
"""
