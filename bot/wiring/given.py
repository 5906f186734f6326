"""What is there before any part is, and what parts of every subject are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.chat import Chat, Links
    from bot.config.values import Config
    from bot.service.vitals import Vitals
    from bot.world import World
    from flows.ids import DialogueId
    from storage.database import Database
    from storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The surroundings of the parts, and how they reach what is only made after them.

    Args:
        posted: something may have been put into the outbox.
        changed: these dialogues have moved, and something may have been put into the outbox.
        catch_up: looks at what has not been looked at yet, before it is shown.
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
    catch_up: Callable[[Transaction], None]
