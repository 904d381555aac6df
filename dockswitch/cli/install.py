"""`dockswitch install`: fetch and verify a release without switching to it."""

from typing import Annotated

import typer

from dockswitch.cli import sessions, spec
from dockswitch.cli.privilege import as_root
from dockswitch.cli.session import Session
from dockswitch.model.vm import keeper_of
from dockswitch.report import outcome as telling

EXAMPLES = """\
Examples:
  dockswitch install 28.5.2    fetch it now, switch later without a network
  dockswitch install test latest-pre
  dockswitch install 28.5.2 --from deb --suite debian/bookworm
  dockswitch install 17.06.0-ce-rc2 --backend machine   a VM's image
  dockswitch install --locked  what dockswitch.lock has for this host
  dockswitch install 28 --check   10 where something would be fetched
"""
PENDING = 10


def command(
    ctx: typer.Context,
    words: spec.Words = None,
    backend: spec.Backend = None,
    source: spec.From = None,
    suite: spec.Suite = None,
    as_of: spec.AsOf = None,
    host: spec.For = None,
    locked: spec.Locked = False,
    verify: spec.Verify = None,
    accept_digest: spec.AcceptDigest = None,
    check: Annotated[
        bool, typer.Option("--check", help="Fetch nothing; exit code 10 where something would be.")
    ] = False,
) -> None:
    """Fetch and verify a release without switching to it."""
    from dockswitch.model.vm import keeper_of
    from dockswitch.switching import install
    from dockswitch.switching.options import Options

    taken = spec.source(source)
    spec.suited(suite, taken, backend)
    session, by = _session(ctx, host, backend, taken, suite)
    lock, request = spec.NOTHING_LOCKED
    if locked:
        from dockswitch.cli import locks

        lock, request = locks.wanted(session, words, as_of, locked=True, from_file=False)
    if request is None:
        request = session.request(words or [], as_of)
    options = Options(accepted=spec.accepted(verify, accept_digest), source=taken, lock=lock)
    if not check:
        as_root(session)
    chosen = sessions.one(session, request, by, options)
    keeper = keeper_of(chosen.name)
    asked = (session.system, lambda: session.catalog, request)
    if lock is not None:
        installed = install.locked(*asked, chosen, options, session.report.progress, looks=check)
    elif chosen.name == "apt":
        installed = install.packages(*asked, options.accepted, session.report.progress, looks=check)
    else:
        installed = install.install(
            *asked,
            chosen.takes[0],
            options.accepted,
            session.report.progress,
            # so that an engine of a user's own can be switched to without a network later
            rootless="offered" if session.layout.scope == "user" and keeper is None else "no",
            source=taken,
            keeper=keeper,
            looks=check,
        )
    bundle = installed.bundle
    verb = "is installed already"
    if installed.changed:
        verb = "would be installed" if check else "is installed now"
    plain = telling.bundle_plain(bundle, ())
    if check and installed.changed:  # who has not fetched it cannot say
        plain.update(sha256=None, bytes=None)
    session.report.answer(
        {"changed": installed.changed, **plain},
        [
            telling.headline(session.layout, chosen.name, bundle.trust),
            f"{bundle.version} {verb} in {session.layout.real(bundle.folder)}",
        ],
    )
    raise typer.Exit(PENDING if check and installed.changed else 0)


def _session(
    ctx: typer.Context, host: str | None, backend: str | None, source: str, suite: str | None
) -> tuple[Session, tuple[str, ...]]:
    """As of `sessions.of`; for another host what is unpacked, whatever brought the engine here."""
    if not host:
        return sessions.of(ctx, backend=backend, source=source, suite=suite)
    if suite is not None and not source:
        raise sessions.SuiteOfPackages
    keeper = keeper_of(backend)
    session = Session(
        ctx, host=host, backend=source or None, suite=suite, unpacks=bool(source), keeper=keeper
    )
    return session, (session.backend(backend, source).name,)
