"""What is there before any part is, and what parts of every subject are made of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.chat import Chat, Links
    from bot.config.values import Config
    from bot.hearing.taking_in import Fetched
    from bot.rehearsal.play import MakeBot
    from bot.service.vitals import Vitals
    from bot.world import World
    from flows.ids import DialogueId, EffectKey, EventId
    from storage.database import Database
    from storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The surroundings of the parts, and how they reach what is only made after them.

    Args:
        posted: something may have been put into the outbox.
        changed: these dialogues have moved, and something may have been put into the outbox.
        heard: a batch was taken, which has moved these dialogues.
        catch_up: looks at what has not been looked at yet, before it is shown.
        take_in: takes what was left aside and has been fetched.
        sent: an effect was carried out; called in the transaction that notes it.
        make_bot: makes a second bot, for a dry run.
    """

    config: Config
    database: Database
    chat: Chat
    links: Links
    world: World
    vitals: Vitals
    now: Callable[[], datetime]
    ticks: Callable[[], float]
    clock_ahead_s: Callable[[], float]
    posted: Callable[[], None]
    changed: Callable[[set[DialogueId]], None]
    heard: Callable[[set[DialogueId]], None]
    catch_up: Callable[[Transaction], None]
    take_in: Callable[[Sequence[Fetched]], Awaitable[None]]
    sent: Callable[[Transaction, EffectKey, EventId | None], None]
    make_bot: MakeBot
