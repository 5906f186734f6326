"""Naming who is asked from afar."""

from __future__ import annotations

import re

import structlog

from bot.commands.registry import Answer, Call, Command
from bot.errors import CommandError
from bot.rendering.markdown import escape
from flows.audit import Act
from flows.errors import PackError
from flows.ids import UserId
from flows.packs.pack import Contact
from storage.told import SpeaksOf

log = structlog.get_logger()

_PERSON = re.compile(r"@[^\s:@]{1,200}:[^\s@]{1,200}")


def _contact(call: Call) -> Answer:
    roles = _roles(call)
    if not roles:
        raise CommandError(
            call.words.say("No pack names a contact. A pack does so with `[[contact]]`.")
        )
    if not call.argument:
        named = (call.tx.contacts.named(role.id) for role in roles.values())
        people = frozenset(one.user_id for one in named if one is not None)
        return Answer(markdown=_list(call, roles), speaks_of=SpeaksOf(people=people))
    role_id, _, person = call.argument.partition(" ")
    role = roles.get(role_id.casefold())
    person = person.strip()
    if role is None or not _PERSON.fullmatch(person) or person == call.tools.world.own_id:
        raise CommandError(
            call.words.say(
                "Write the role and the person, as in `{example}`. The roles are {roles}.",
                example=f"!{CONTACT.name(call.words)} {next(iter(roles))} @name:server",
                roles=", ".join(f"`{escape(one)}`" for one in roles),
            )
        )
    call.tools.contacts.name(call.tx, role, UserId(person), now=call.now)
    call.note(Act.CONTACT, subject=role.id)
    return Answer(
        markdown=call.words.say(
            "**{person}** is now {role}. I invite her or him to a private room; questions go "
            "there.",
            person=escape(person),
            role=escape(role.title.get(call.words.language)),
        ),
        speaks_of=SpeaksOf(people=frozenset({UserId(person)})),
    )


def _roles(call: Call) -> dict[str, Contact]:
    """Every role there is: of dialogues that run, else of the packs."""
    packs = [dialogue.pack for dialogue in call.tools.world.live.values()]
    for file in call.tools.packs():
        try:
            packs.append(file.load())
        except PackError as error:
            # `!packs` says what is wrong with it; here it names nobody.
            log.info("pack.unusable", name=file.name, problems=len(error.problems))
    return {role.id.casefold(): role for pack in reversed(packs) for role in pack.contacts}


def _list(call: Call, roles: dict[str, Contact]) -> str:
    lines = []
    for role in roles.values():
        named = call.tx.contacts.named(role.id)
        if named is None:
            state = call.words.say(
                "nobody is named – `!contact {role} @person:server`", role=role.id
            )
        elif call.tools.contacts.is_here(call.tx, named):
            state = call.words.say("{person}, connected", person=escape(named.user_id))
        else:
            state = call.words.say("{person}, not connected yet", person=escape(named.user_id))
        title = escape(role.title.get(call.words.language))
        lines.append(f"- `{role.id}` {title}: {state}")
    return "\n".join([call.words.say("**Who is asked via link**"), "", *lines])


CONTACT = Command(
    swedish="kontakt",
    english="contact",
    usage=lambda words: words.say(
        "`strategist @ann:server.se` – who is asked via link; alone, who is now"
    ),
    run=_contact,
)
