"""What shows answers: digests, showings of sealed ones, files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.dialogues.showing import Showing
from bot.digest.analyst import Analyst
from bot.digest.digests import Digests
from bot.digest.llm import ChatWords
from bot.digest.making import DigestMaker
from bot.digest.meaning import MeaningReader
from bot.exports.exporting import Exporting

if TYPE_CHECKING:
    from bot.wiring.given import Given


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestParts:
    """`orders` orders digests inside a transaction, `maker` makes what is ordered."""

    orders: Digests
    showing: Showing
    analyst: Analyst
    meaning: MeaningReader
    maker: DigestMaker
    exporting: Exporting


def wire_digests(given: Given) -> DigestParts:
    """Make them; one child process looks at answers for all."""
    config, analyst = given.config, Analyst()
    orders = Digests(given.world, given.links, given.catch_up)
    return DigestParts(
        orders=orders,
        showing=Showing(given.catch_up),
        analyst=analyst,
        meaning=MeaningReader(
            database=given.database,
            analyst=analyst,
            rest_s=config.meaning_rest_s,
            catch_up=given.catch_up,
        ),
        maker=DigestMaker(
            orders,
            database=given.database,
            analyst=analyst,
            now=given.now,
            posted=given.posted,
            words=None if config.llm is None else ChatWords(config.llm),
        ),
        exporting=Exporting(
            database=given.database,
            world=given.world,
            links=given.links,
            analyst=analyst,
            now=given.now,
            posted=given.posted,
            catch_up=given.catch_up,
            llm=config.llm,
        ),
    )
