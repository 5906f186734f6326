"""Every error of the running program, sorted by who can mend it.

RundaError
├── ConfigError         the operator: config.toml cannot be used
├── CommandError        the person typing: the message says what to write instead
├── ChatUnavailable     time: the same call may go through later
├── ChatRefused         nobody: the chat said no for good (the room is gone, no right to write)
├── ChatLoggedOut       the operator: the access token is not valid any more
├── KeysUnusable        the operator: the key store cannot be written, or is damaged
└── BackupUnusable      the operator: a backup cannot be made or used
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class RundaError(Exception):
    """Anything this program raises on purpose; its text is meant for a person."""


class ConfigError(RundaError):
    """The configuration cannot be used; lists every problem at once.

    Attributes:
        problems: one sentence each, with what to write instead.
    """

    def __init__(self, source: str, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        lines = "".join(f"\n  - {problem}" for problem in problems)
        super().__init__(f"{source}: {len(problems)} problem(s){lines}")


class KeysUnusable(RundaError):
    """The store of encryption keys cannot be used; going on would lose keys."""


class BackupUnusable(RundaError):
    """A backup cannot be made or used.

    Attributes:
        place: which file or folder it is about.
        reason: what is wrong with it.
    """

    def __init__(self, place: Path, reason: str) -> None:
        self.place = place
        self.reason = reason
        super().__init__(f"{place}: {reason}")


class CommandError(RundaError):
    """A command cannot be carried out as written; the text is the answer in the room."""


class ChatUnavailable(RundaError):
    """The chat did not take the call now.

    Attributes:
        retry_after_s: seconds the server asked us to wait, or None if it did not say.
    """

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(message)


class ChatRefused(RundaError):
    """The chat refused the call for good; trying again changes nothing.

    Attributes:
        code: the network's own word for it (Matrix: ``M_FORBIDDEN`` …).
    """

    def __init__(self, message: str, *, code: str = "") -> None:
        self.code = code
        super().__init__(message)


class ChatLoggedOut(RundaError):
    """The access token is not accepted any more; a new one is needed before going on."""


def first_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error that ended a group of tasks: callers expect it bare, as of one call."""
    error = group.exceptions[0]
    return first_of(error) if isinstance(error, BaseExceptionGroup) else error
