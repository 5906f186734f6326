"""`python -m tests.chaos.doomed run …`: the command `runda`, to be killed where it is told.

Its syncs bring few messages, so that holes in them are common.
"""

from __future__ import annotations

import os
import sys

from bot.adapters.matrix import sync
from bot.cli import main
from tests.chaos.points import VARIABLE, Doom, set_up

_FEW = 2

if __name__ == "__main__":
    sync._NEXT = f"/_matrix/client/v3/sync?set_presence=offline&filter={sync._filter(_FEW)}"
    if doom := os.environ.get(VARIABLE):
        set_up(Doom.parse(doom))
    sys.exit(main())
