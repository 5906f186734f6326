"""The command that shows and changes settings of the installation."""

from __future__ import annotations

from bot.commands.registry import Answer, Call, Command
from bot.errors import CommandError
from bot.settings import BOARD, LANGUAGE, QUIET, REMINDERS, Settings
from flows.audit import Act
from flows.quiet import parse_quiet_hours

_LANGUAGES = {
    **dict.fromkeys(("sv", "svenska", "swedish"), "sv"),
    **dict.fromkeys(("en", "engelska", "english"), "en"),
}
_SWITCH = {
    **dict.fromkeys(("på", "pa", "on", "ja", "yes"), "on"),
    **dict.fromkeys(("av", "off", "nej", "no"), "off"),
}
_NAMES = {
    **dict.fromkeys(("språk", "sprak", "language"), LANGUAGE),
    **dict.fromkeys(("påminnelser", "paminnelser", "påminnelse", "reminders"), REMINDERS),
    **dict.fromkeys(("tyst", "tysta", "quiet"), QUIET),
    **dict.fromkeys(("tavla", "tavlan", "board"), BOARD),
}
_SHORTEST_S, _LONGEST_S = 2, 3600


def _settings(call: Call) -> Answer:
    if not call.argument:
        return Answer(markdown=_shown(call, call.tools.world.settings))
    name, _, value = call.argument.partition(" ")
    setting = _NAMES.get(name.casefold())
    if setting is None:
        text = call.words.say("I know no such setting. These are the ones there are:")
        raise CommandError(f"{text}\n\n{_shown(call, call.tools.world.settings)}")
    _set(call, setting, value.strip().casefold())
    call.tools.world.see_settings(call.tx)
    return Answer(markdown=_shown(call, call.tools.world.settings))


def _set(call: Call, setting: str, value: str) -> None:
    if setting == LANGUAGE:
        stored = _LANGUAGES.get(value)
    elif setting == REMINDERS:
        stored = _SWITCH.get(value)
    elif setting == QUIET:
        hours = parse_quiet_hours(value.removeprefix("tid").removeprefix("hours").strip())
        stored = "off" if _SWITCH.get(value) == "off" else None if hours is None else str(hours)
    else:
        seconds = value.removesuffix("sekunder").removesuffix("seconds").removesuffix("s").strip()
        whole = int(seconds) if seconds.isdecimal() and len(seconds) < len("10000") else 0
        stored = str(whole) if _SHORTEST_S <= whole <= _LONGEST_S else None
    if stored is None:
        text = call.words.say("I do not understand that value. This is how it is written:")
        raise CommandError(f"{text}\n\n{_shown(call, call.tools.world.settings)}")
    call.tx.settings.put(setting, stored)
    call.note(Act.SETTING, subject=f"{setting} = {stored}")


def _shown(call: Call, now: Settings) -> str:
    words = call.words
    language = words.say("Swedish") if now.language == "sv" else words.say("English")
    reminders = words.say("on") if now.reminders else words.say("off")
    quiet = words.say("none") if now.quiet_hours is None else str(now.quiet_hours)
    command = f"!{SETTINGS.name(words)}"
    lines = [
        words.say(
            "- Language of new dialogues: **{value}** – `{command} language english` or `swedish`",
            value=language,
            command=command,
        ),
        words.say(
            "- Reminders: **{value}** – `{command} reminders off` or `on`",
            value=reminders,
            command=command,
        ),
        words.say(
            "- Quiet hours, when nobody is reminded: **{value}** – `{command} quiet 21.00-07.00`, "
            "`{command} quiet off`",
            value=quiet,
            command=command,
        ),
        words.say(
            "- Board: at most every **{value} s** – `{command} board 30`",
            value=f"{now.board_interval_s:g}",
            command=command,
        ),
    ]
    return "\n".join([words.say("**Settings**"), "", *lines])


SETTINGS = Command(
    swedish="inställningar",
    english="settings",
    usage=lambda words: words.say("– language, reminders, quiet hours, the board"),
    run=_settings,
    also_swedish=("inställning",),
    also_english=("setting",),
)
