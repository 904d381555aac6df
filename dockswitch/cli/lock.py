"""`dockswitch lock`: write down the very files that hosts are to have."""

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from dockswitch.cli import locks, spec
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
    asked = _asked(session, words or [], hosts, backend, as_of, before if anew else None)
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
    here = os.path.join(os.getcwd(), locks.NAME)
    return (locks.nearest() if anew else None) or here


def _show(session: Session, lock: Lock) -> None:
    session.report.answer(telling.plain(lock, ()), telling.shown(lock))


def _asked(
    session: Session,
    words: Sequence[str],
    hosts: Sequence[str] | None,
    backends: Sequence[str] | None,
    as_of: str | None,
    before: Lock | None,
) -> Asked:
    """What is given, and of what is not what `before` was asked."""
    requests = wish.several(words, tuple(session.catalog.channels)) if words else ()
    for each in requests:
        if isinstance(each.wish, wish.Previous | wish.SystemsOwn):
            raise UsageError(
                f"no lock can say what {each.words!r} is", hint="it differs from host to host"
            )
    was = before.asked if before else Asked((), ())
    return Asked(
        specs=tuple(dict.fromkeys(each.words for each in requests)) or was.specs,
        hosts=_hosts(session, hosts) if hosts or not before else was.hosts,
        backends=_sources(backends) or was.backends,
        as_of=str(day(as_of)) if as_of else ("" if words else was.as_of),
    )


def _hosts(session: Session, named: Sequence[str] | None) -> tuple[str, ...]:
    """As the lock names them; this one as those who publish packages know it."""
    from dockswitch.switching import lock_hosts
    from dockswitch.system import hosts

    if named:
        return tuple(dict.fromkeys(str(hosts.named(each)) for each in named))
    this = hosts.with_distribution()
    name = lock_hosts.name_of("apt", this, session.catalog)
    try:
        return (str(hosts.named(name)),)
    except UsageError:  # a distribution that `--for` does not know
        return (f"{this.os}/{this.arch}",)


def _sources(backends: Sequence[str] | None) -> tuple[str, ...]:
    """Whose sources these backends take; raises NoSuchBackend."""
    from dockswitch.backends import find
    from dockswitch.switching import locked

    taken = (source for each in backends or () for source in locked.sources_of(find(each)))
    return tuple(dict.fromkeys(taken))


def _made(
    session: Session,
    asked: Asked,
    before: Lock | None,
    check: bool,
    fetch: bool | None,
    verify: str | None,
    accept_digest: list[str] | None,
) -> "Made":
    from dockswitch.switching import locking
    from dockswitch.system import hosts

    channels = tuple(session.catalog.channels)
    until = day(asked.as_of) if asked.as_of else None
    requests = (wish.parse(each.split(), channels) for each in asked.specs)
    fetching: locking.Fetching = "fetch"
    if not (fetch if fetch is not None else not check):
        fetching = "trust" if check else "refuse"
    wanted = locking.Wanted(
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
