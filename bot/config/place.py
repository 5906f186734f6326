"""Where the configuration lies, and the secrets in files beside it."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.wording import Wording


@dataclass(frozen=True, slots=True)
class Place:
    """Where the file lies and in which language its problems are told."""

    folder: Path
    environ: Mapping[str, str]
    words: Wording
    takes_open_secrets: bool = False
    """Whether a secret is taken that others on the machine may read."""

    def secret(self, written: str) -> str:
        """The secret in a file that the configuration names.

        Raises:
            ValueError: it cannot be used; the text goes on where "the option" ended.
        """
        path = self.path(written)
        secret = read_secret(path, self.words)
        if not self.takes_open_secrets and may_be_read_by_others(path.stat()):
            problem = self.words.say(
                "names {path}, which others on this machine may read", path=path
            )
            raise OpenSecret(problem, self.words.say("run: chmod 600 {path}", path=path))
        return secret

    def path(self, written: str) -> Path:
        """A path of the file, absolute."""
        return (self.folder / Path(written).expanduser()).absolute()


class OpenSecret(ValueError):
    """A secret that others may read; `remedy` is a command to run, nothing to write."""

    def __init__(self, problem: str, remedy: str) -> None:
        self.remedy = remedy
        super().__init__(problem)


def may_be_read_by_others(found: os.stat_result) -> bool:
    """Whether a file or folder is for others than its owner.

    What root owns may be given to the bot's group alone: so Debian's packages and systemd do it.
    """
    if found.st_uid == 0 and os.geteuid() != 0:
        return bool(found.st_mode & (stat.S_IRWXO | stat.S_IWGRP))
    return bool(found.st_mode & (stat.S_IRWXO | stat.S_IRWXG))


def read_secret(path: Path, words: Wording) -> str:
    """The one word in a file.

    Raises:
        ValueError: the file cannot be read, or holds something else.
    """
    try:
        secret = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "UTF-8"
        problem = words.say(
            "names {path}, which cannot be read ({reason})", path=path, reason=reason
        )
        raise ValueError(problem) from error
    if not secret or len(secret.split()) != 1:
        raise ValueError(words.say("names {path}, which does not hold one word", path=path))
    return secret
