"""`dockswitch lock`: write down the very files that hosts are to have."""

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from dockswitch.cli import lock_asked, locks, spec
from dockswitch.cli.session import Session, day
from dockswitch.model import lock_changes, lock_file, wish
from dockswitch.model.errors import UsageError
from dockswitch.model.lock import Asked, Lock
from dockswitch.model.trust import Trust
from dockswitch.report import lock as telling
from dockswitch.system import files

if TYPE_CHECKING:
    from dockswitch.switching.locking import Made

EXAMPLES = """\
Examples:
  dockswitch lock stable               writes dockswitch.lock, for this host
  dockswitch lock 28.5.2 --for debian:bookworm/amd64 --for ubuntu:noble/arm64
  dockswitch lock 28 test -o fleet.lock --backend apt --for ubuntu:jammy/amd64
  dockswitch lock                      shows the lock that counts here
  dockswitch lock --check              10 where --update would write another
  dockswitch lock --update             the same again, as it is published now
  dockswitch lock --update 29          another release, for the same hosts
  dockswitch use --locked              installs what it has for this host
"""
PENDING = 10


def command(
    ctx: typer.Context,
    words: spec.Words = None,
    hosts: spec.Hosts = None,
    backend: Annotated[
        list[str] | None,
        typer.Option(
            "--backend",
            metavar="B",
            help="For which backend: apt, static, machine; again for more. Without it apt and "
            "static, as far as each has the release.",
        ),
    ] = None,
    as_of: spec.AsOf = None,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Which file it is.")
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Say what changed where it is published; exit code 10 where it did."
        ),
    ] = False,
    update: Annotated[
        bool,
        typer.Option(
            "--update", help="Make it anew; what is given takes the place of what was asked."
        ),
    ] = False,
    fetch: Annotated[
        bool | None,
        typer.Option(
            "--fetch/--no-fetch",
            help="Whether files of which nobody published a digest are fetched for it. They are, "
            "but for --check, which goes by their sizes.",
        ),
    ] = None,
    verify: spec.Verify = None,
    accept_digest: spec.AcceptDigest = None,
) -> None:
    """Write down the very files that hosts are to have, with their digests."""
    session = Session(ctx)
    anew = check or update
    if check and update:
        raise UsageError("--check and --update exclude each other", hint="--check writes nothing")
    path = os.path.abspath(output) if output else _path(anew=anew or not words)
    if not words and not anew:
        _show(session, locks.read(path))
        return
    before = locks.read(path) if anew or os.path.lexists(path) else None
    asked = lock_asked.asked(session, words or [], hosts, backend, as_of, before if anew else None)
    made = _made(session, asked, before, check, fetch, verify, accept_digest)
    lock = replace(made.lock, path=path)
    changes = lock_changes.changes(before, lock) if before else ()
    # what is only asked for otherwise is another lock too
    differs = before is None or lock_file.written(before) != lock_file.written(lock)
    if differs and not check:
        _write(path, lock)
    for note in made.notes:
        session.report.note(note)
    session.report.answer(
        telling.plain(lock, changes, changed=differs),
        telling.lines(lock, changes, changed=differs, checked=check),
    )
    raise typer.Exit(PENDING if check and differs else 0)


def _path(*, anew: bool) -> str:
    """The lock that counts here where one is to be read, else the one of this folder."""
    return (locks.nearest() if anew else None) or locks.here()


def _show(session: Session, lock: Lock) -> None:
    session.report.answer(telling.plain(lock, ()), telling.shown(lock))


def _made(
    session: Session,
    asked: Asked,
    before: Lock | None,
    check: bool,
    fetch: bool | None,
    verify: str | None,
    accept_digest: list[str] | None,
) -> "Made":
    from dockswitch.switching import lock_wish, locking
    from dockswitch.system import hosts

    channels = tuple(session.catalog.channels)
    until = day(asked.as_of) if asked.as_of else None
    requests = (wish.parse(each.split(), channels) for each in asked.specs)
    fetching: lock_wish.Fetching = "fetch"
    if not (fetch if fetch is not None else not check):
        fetching = "trust" if check else "refuse"
    wanted = lock_wish.Wanted(
        asked=asked,
        requests=tuple(replace(each, as_of=until) for each in requests),
        readers=session.system.on_behalf_of(*(hosts.named(each) for each in asked.hosts)),
        verify=spec.least(verify, Trust.SIGNED),
        accepted=spec.accepted(verify, accept_digest),
        fetching=fetching,
        before=before,
    )
    return locking.make(session.catalog, wanted, session.report.progress)


def _write(path: str, lock: Lock) -> None:
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        raise UsageError(f"there is no folder {folder}", hint="make it first")
    files.write(path, lock_file.written(lock).encode())
