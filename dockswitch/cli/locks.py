"""Locks as commands find them: the nearest dockswitch.lock upwards, and when it is believed."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dockswitch.cli import pins
from dockswitch.cli.session import Session
from dockswitch.model.errors import DockswitchError, UsageError
from dockswitch.system import files

if TYPE_CHECKING:  # each command that looks for a lock has none most often
    from dockswitch.model.lock import Lock
    from dockswitch.model.outcome import Found
    from dockswitch.model.wish import Request

NAME = "dockswitch.lock"


def nearest(folder: str | None = None) -> str | None:
    """The lock of that folder (the working one) or of the nearest above it."""
    at = os.path.abspath(folder or os.getcwd())
    while True:
        path = os.path.join(at, NAME)
        if files.kind(path) in ("file", "link"):
            return path
        above = os.path.dirname(at)
        if above == at:
            return None
        at = above


def here() -> str:
    """The lock of the working folder, whether or not it is there."""
    return os.path.join(os.getcwd(), NAME)


def read(path: str) -> "Lock":
    """What the file says; raises NoLock, BadLock, NewerLock."""
    from dockswitch.model import lock_file

    content = None if os.path.isdir(path) else files.read(path)
    if content is None:
        raise NoLock(path)
    return lock_file.parsed(path, content.decode(errors="replace"))


def wanted(
    session: Session,
    words: Sequence[str] | None,
    as_of: str | None,
    *,
    locked: bool,
    from_file: bool,
) -> "tuple[Lock | None, Request | None]":
    """The lock that decides, and what is asked of it, where these words leave that to it.

    `locked` and `from_file` are a person's word for it; without one, a lock does not decide for a
    machine, and a pin file goes before it.
    """
    path = nearest()
    if not locked and (path is None or pins.nearest() is not None):
        return None, None
    from dockswitch.switching.locked import WHATEVER

    if not locked:
        assert path is not None
        question = f"{path} has an engine for this host; switch this machine to it?"
        if not (from_file or session.layout.scope == "user" or session.asks(question)):
            raise UsageError(
                f"{path} has an engine, and a file does not decide for a machine",
                hint="`dockswitch use --locked` says that it may",
            )
        return read(path), WHATEVER
    lock = read(path or here())
    if words or from_file:
        return lock, None
    if as_of is not None:
        raise UsageError("a lock is of its own day", hint="leave out --as-of")
    return lock, WHATEVER


def found(session: Session, words: Sequence[str] | None, as_of: str | None, source: str) -> "Found":
    """What the lock has for the session's host in sources of that kind."""
    from dockswitch.switching import locked

    lock, whatever = wanted(session, words, as_of, locked=True, from_file=False)
    assert lock is not None
    request = whatever or session.request(words or [], as_of)
    return locked.find(session.system, session.catalog, lock, request, (source,))


def told(by: str) -> tuple[str | None, str | None]:
    """What the nearest lock has for this machine by that backend, and that as a person reads it;
    None and None where there is no lock.
    """
    path = nearest()
    if path is None:
        return None, None
    from dockswitch import backends
    from dockswitch.model.catalog import Catalog
    from dockswitch.switching import locked
    from dockswitch.system import hosts

    try:
        lock = read(path)
    except DockswitchError as error:
        return None, error.message
    sources = locked.sources_of(backends.find(by))
    host = hosts.with_distribution() if {"apt"} & {*sources} & {*lock.backends} else hosts.this()
    catalog = Catalog.shipped()
    entries = (each for source in sources for each in locked.serving(host, catalog, lock, source))
    versions = ", ".join(dict.fromkeys(str(each.version) for each in entries))
    return versions or None, f"{versions or 'nothing for this host'} ({path})"


class NoLock(UsageError):
    def __init__(self, path: str) -> None:
        super().__init__(
            f"there is no lock {path}, nor above it"
            if path.endswith(f"/{NAME}")
            else f"there is no lock {path}",
            hint="`dockswitch lock SPEC` writes one",
        )
