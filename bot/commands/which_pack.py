"""Which pack a command means, and whether it can be used."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.commands.registry import Call
from bot.errors import CommandError
from bot.nearest import nearest
from bot.rendering.markdown import escape
from bot.rendering.problems import problem_sentence
from flows.errors import PackError

if TYPE_CHECKING:
    from bot.packs.known import PackFile
    from flows.packs.pack import Pack


def pack_file(call: Call, name: str, *, unnamed: Callable[[str], str]) -> PackFile:
    """The pack that somebody means by a name.

    Args:
        unnamed: what is said where there is no name at all, given which packs there are.

    Raises:
        CommandError: there is no such pack; it says which there are, and which is near.
    """
    packs = {file.name: file for file in call.tools.packs()}
    wanted = name.casefold().removesuffix(".toml")
    if wanted in packs:
        return packs[wanted]
    known = ", ".join(f"`{pack}`" for pack in packs)
    if not wanted:
        raise CommandError(unnamed(known))
    guess = nearest(wanted, list(packs))
    if guess is None:
        message = call.words.say("There is no pack of that name. There are: {known}.", known=known)
    else:
        message = call.words.say(
            "There is no pack of that name. Did you mean `{guess}`? There are: {known}.",
            guess=guess,
            known=known,
        )
    raise CommandError(message)


def sound_pack(call: Call, file: PackFile) -> Pack:
    """What a pack says.

    Raises:
        CommandError: it cannot be used; it says all that is wrong.
    """
    try:
        return file.load()
    except PackError as error:
        raise unsound(call, error) from error


def unsound(call: Call, error: PackError) -> CommandError:
    """All that is wrong with a pack, for who wants to use it."""
    head = call.words.say("The pack `{name}` cannot be started:", name=error.name)
    lines = [f"- {escape(problem_sentence(one, call.words))}" for one in error.problems]
    return CommandError("\n".join([head, "", *lines]))
