"""What `runda check` looks at over the network: the homeserver, the account, the room."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from bot.adapters.matrix.account import MatrixAccount
from bot.adapters.matrix.examination import (
    RoomStanding,
    look_at_account,
    look_at_room,
    look_at_server,
)
from bot.cli.findings import Finding, bad, good
from bot.config.values import Config
from bot.errors import ChatLoggedOut, ChatRefused, ChatUnavailable, ConfigError
from bot.wording import Wording
from flows.ids import RoomId

CLOCK_TOLERANCE_S = 5.0


async def look_at_matrix(config: Config, room_id: RoomId, words: Wording) -> Sequence[Finding]:
    """Everything over there; what rests on something that failed is left out.

    Args:
        room_id: the organizers' room as it is now.
    """
    return [finding async for finding in _findings(config, room_id, words)]


async def _findings(config: Config, room_id: RoomId, words: Wording) -> AsyncIterator[Finding]:
    what = words.say("homeserver {address}", address=config.matrix.homeserver)
    try:
        facts = await look_at_server(config.matrix.homeserver)
    except ChatUnavailable as error:
        yield bad(
            what,
            words.say(
                "does not answer ({reason}); check matrix.homeserver, the network, and that "
                "the homeserver runs",
                reason=error,
            ),
        )
        return
    newest = facts.versions[-1] if facts.versions else "?"
    yield good(words.say("{what} answers (Matrix {newest})", what=what, newest=newest))
    yield _clock(facts.clock_ahead_s, words)
    account = MatrixAccount(
        homeserver=config.matrix.homeserver,
        user_id=config.matrix.user_id,
        device_id=config.matrix.device_id,
        access_token=config.matrix.access_token,
    )
    token = await _token(account, words)
    yield token
    if token.is_good:
        yield await _room(account, room_id, words)


def _clock(ahead_s: float | None, words: Wording) -> Finding:
    if ahead_s is None:
        return good(words.say("clock: the homeserver does not tell its time"))
    if abs(ahead_s) <= CLOCK_TOLERANCE_S:
        return good(words.say("clock: agrees with the homeserver's"))
    seconds = round(abs(ahead_s))
    what = words.say("clock")
    if ahead_s > 0:
        differs = words.say_n(
            "is {number} second ahead of the homeserver's",
            "is {number} seconds ahead of the homeserver's",
            seconds,
        )
    else:
        differs = words.say_n(
            "is {number} second behind the homeserver's",
            "is {number} seconds behind the homeserver's",
            seconds,
        )
    return bad(
        what,
        words.say("{differs}; set both by the network (timedatectl set-ntp true)", differs=differs),
    )


async def _token(account: MatrixAccount, words: Wording) -> Finding:
    what = words.say(
        "access token of {user}, device {device}", user=account.user_id, device=account.device_id
    )
    try:
        await look_at_account(account)
    except ChatLoggedOut:
        return bad(
            what,
            words.say(
                "is not valid any more; log in anew: runda init --force --room with the "
                "organizers' room of this configuration"
            ),
        )
    except ConfigError as error:
        return bad(what, "\n".join(error.problems))
    except (ChatRefused, ChatUnavailable) as error:
        return bad(what, words.say("could not be checked ({reason}); try again", reason=error))
    return good(words.say("{what}: valid", what=what))


async def _room(account: MatrixAccount, room_id: RoomId, words: Wording) -> Finding:
    what = words.say("organizers' room {room}", room=room_id)
    try:
        standing = await look_at_room(account, room_id)
    except (ChatRefused, ChatUnavailable) as error:
        return bad(what, words.say("could not be checked ({reason}); try again", reason=error))
    if not standing.joined:
        return bad(
            what,
            words.say(
                "the bot is not in it; correct organizers.room, or invite {user} and start the bot",
                user=account.user_id,
            ),
        )
    if not standing.may_write:
        return bad(
            what,
            words.say(
                "the bot may not write there; give {user} a higher power level in the room",
                user=account.user_id,
            ),
        )
    return good(_described(what, standing, words))


def _described(what: str, standing: RoomStanding, words: Wording) -> str:
    kind = words.say("encrypted") if standing.encrypted else words.say("not encrypted")
    return words.say("{what} “{name}” ({kind})", what=what, name=standing.name, kind=kind)
