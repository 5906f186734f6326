"""Which pack an operator means by a name."""

from __future__ import annotations

from collections.abc import Iterable

from bot.cli.terminal import Terminal
from bot.nearest import nearest
from bot.packs.known import PackFile


def pack_named(name: str, packs: Iterable[PackFile], terminal: Terminal) -> PackFile | None:
    """The pack of that name; if there is none, says which is near, or which there are."""
    known = {file.name: file for file in packs}
    wanted = name.removesuffix(".toml")
    if wanted in known:
        return known[wanted]
    words = terminal.words
    guess = nearest(wanted, list(known))
    if guess is not None:
        problem = words.say(
            "There is no pack {name}; did you mean {guess}?", name=name, guess=guess
        )
    else:
        names = ", ".join(known)
        problem = words.say("There is no pack {name}; there are {names}.", name=name, names=names)
    terminal.complain(problem)
    return None
