"""What can go wrong: each error takes facts and writes its own message, details and hint.

The codes and exit codes are part of the outside: scripts rely on them.
"""

from collections.abc import Sequence
from typing import ClassVar


class DockswitchError(Exception):
    """An error for a person: one line of message, details, and a hint that names the way out."""

    code: ClassVar[str] = "error"
    exit: ClassVar[int] = 1

    def __init__(self, message: str, *, details: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.details = details
        self.hint = hint


class UsageError(DockswitchError):
    code, exit = "usage", 2


class NotPublished(DockswitchError):
    code, exit = "not-published", 11


class NotAuthentic(DockswitchError):
    code, exit = "not-authentic", 12


class DataRootRefused(DockswitchError):
    code, exit = "data-root", 13


class Busy(DockswitchError):
    code, exit = "busy", 14


class SwitchUndone(DockswitchError):
    code, exit = "undone", 15


class HandsNeeded(DockswitchError):
    code, exit = "hands-needed", 16


class Unreachable(DockswitchError):
    code, exit = "unreachable", 17


class NotForThisHost(DockswitchError):
    code, exit = "not-for-host", 18


class Interrupted(DockswitchError):
    code, exit = "interrupted", 130

    def __init__(self, details: str = "nothing was changed") -> None:
        super().__init__("interrupted", details=details)


class CorruptState(DockswitchError):
    def __init__(self, path: str, what: str) -> None:
        super().__init__(
            f"{path} cannot be read",
            details=what,
            hint="restore it from a copy, or move it aside to begin anew",
        )


class NoNamespaces(DockswitchError):
    def __init__(self, why: str) -> None:
        super().__init__(
            "nothing can be started apart from this machine",
            details=why,
            hint="root needs namespaces of its own for that, as containers do",
        )


class NoSuchBackend(UsageError):
    """`group` is the entry-point group in which a package may bring another."""

    def __init__(self, name: str, known: Sequence[str], group: str) -> None:
        super().__init__(
            f"there is no backend {name!r}",
            details=f"backends: {', '.join(known)}",
            hint=f"take one of those, or install a package that brings it ({group})",
        )
