"""In which order a digest, and everything else that lists replies, names things."""

from __future__ import annotations

import hashlib
import re

from flows.digest.snapshot import ReplyRecord
from flows.ids import GroupId

_RUNS = re.compile(r"\d+|\D+")


def group_order(group_id: GroupId) -> tuple[tuple[tuple[int, int, str], ...], str]:
    """Sorts groups as people count them: 1, 2, 10."""
    runs = tuple(
        (0, int(run), "") if run.isdecimal() else (1, 0, run) for run in _RUNS.findall(group_id)
    )
    return runs, group_id


def reading_order(reply: ReplyRecord) -> tuple[bool, int, str, str, int]:
    """Sorts replies as they were said, and after them those written in private.

    The order of the private ones tells nothing about who wrote them: it rests on the words
    alone. A number or an instant must have no part in it. Somebody who knows how it is made
    could try which order of writing gives the list that is shown; and with a number of the
    person one would stand in the same place in every scenario.
    """
    if reply.source is not None and reply.source.event_id is not None:
        return False, reply.sent_ms, "", "", reply.reply_no
    words = hashlib.sha256(reply.text.encode(errors="surrogatepass"))
    return True, 0, words.hexdigest(), reply.media or "", reply.reply_no
