"""What a mirror is asked to have: releases that words name, or all that a lock has."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dockswitch.cli.session import Session
from dockswitch.model.errors import NoSuchBackend, UsageError

if TYPE_CHECKING:  # imported by the functions that run, so that --help does without it
    from dockswitch.switching.mirroring import Needs


def published(
    session: Session, words: Sequence[str], named: Sequence[str], backends: Sequence[str]
) -> "Needs":
    """What the releases need that these words name; what a host has not is told."""
    from dockswitch.switching import mirroring
    from dockswitch.system import hosts

    if not words:
        raise UsageError(
            "which releases?",
            hint="`dockswitch mirror DIR stable` mirrors what stable has; --locked what "
            "dockswitch.lock has",
        )
    requests = [session.request([word]) for word in words]
    kinds = _kinds(backends)
    asked_for = [hosts.named(each) for each in named] or [hosts.with_distribution()]
    readers = session.system.on_behalf_of(*asked_for)
    asked, notes = mirroring.found(readers, session.catalog, requests, kinds)
    for note in notes:
        session.report.note(note)
    return mirroring.needed(session.catalog, asked)


def locked(
    session: Session, words: Sequence[str], named: Sequence[str], backends: Sequence[str]
) -> "Needs":
    """What the nearest lock has, which leaves nothing to be said; raises NoLock, NotTheRecorded."""
    from dockswitch.cli import locks
    from dockswitch.model.lock import ANY
    from dockswitch.switching import mirror_locked, mirroring
    from dockswitch.system import hosts

    _refuse_beside_lock(words, named, backends)
    lock = locks.read(locks.nearest() or locks.here())
    names = mirror_locked.hosts(lock)
    there = [hosts.this() if name == ANY else hosts.named(name) for name in names]
    readers = dict(zip(names, session.system.on_behalf_of(*there), strict=True))
    catalog = mirror_locked.catalog_of(lock, session.catalog)
    return mirroring.needed(catalog, mirror_locked.asked(readers, catalog, lock))


def _refuse_beside_lock(
    words: Sequence[str], named: Sequence[str], backends: Sequence[str]
) -> None:
    said = {"a SPEC": words, "--for": named, "--backend": backends}
    for what, value in said.items():
        if value:
            raise UsageError(
                f"{what} and --locked exclude each other",
                details="a lock says which releases it has, for which hosts, by which backends",
                hint="leave one of them out",
            )


def _kinds(words: Sequence[str]) -> tuple[str, ...]:
    """The kinds of source that are asked for; raises NoSuchBackend."""
    from dockswitch.sources import resolver

    for word in words:
        if word not in resolver.BACKENDS:
            raise NoSuchBackend(word, resolver.BACKENDS, resolver.GROUP)
    return tuple(dict.fromkeys(words))
