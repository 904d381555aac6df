"""Somebody whom a program runs as."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Their numbers, login name, home and shell; `mask` is what their new files lack of permissions
    (umask), None for ours.
    """

    uid: int
    gid: int
    name: str
    home: str
    shell: str
    mask: int | None = None
