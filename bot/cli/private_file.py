"""Writing a file of what people said or did."""

from __future__ import annotations

import os
from pathlib import Path

from bot.cli.new_config import PRIVATE_FILE
from bot.cli.terminal import OK, PROBLEM, Terminal


def write_file(output: Path, content: bytes, terminal: Terminal) -> int:
    """Write a file that only its owner may read, whole or not at all; says what is in the way."""
    words = terminal.words
    waiting = output.with_name(f".{output.name}.part")
    try:
        # What people wrote: for whoever exported it, and nobody else on the machine.
        number = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
        with os.fdopen(number, "wb") as file:
            os.fchmod(number, PRIVATE_FILE)
            file.write(content)
        waiting.replace(output)
    except OSError as error:
        waiting.unlink(missing_ok=True)
        reason = error.strerror or error
        problem = words.say("{path} cannot be written ({reason})", path=output, reason=reason)
        terminal.complain(problem)
        return PROBLEM
    return OK
