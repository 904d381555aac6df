"""`dockswitch install`: fetch and verify a release without switching to it."""

import typer

from dockswitch.cli import spec
from dockswitch.cli.privilege import as_root
from dockswitch.cli.session import Session
from dockswitch.report import outcome as telling

EXAMPLES = """\
Examples:
  dockswitch install 28.5.2    fetch it now, switch later without a network
  dockswitch install test latest-pre
  dockswitch install 28.5.2 --from deb --suite debian/bookworm
"""


def command(
    ctx: typer.Context,
    words: spec.Words = None,
    backend: spec.Backend = None,
    source: spec.From = None,
    suite: spec.Suite = None,
    as_of: spec.AsOf = None,
    host: spec.For = None,
    verify: spec.Verify = None,
    accept_digest: spec.AcceptDigest = None,
) -> None:
    """Fetch and verify a release without switching to it."""
    from dockswitch.switching import install

    taken = spec.source(source)
    spec.suited(suite, taken, backend)
    session = Session(ctx, host=host, backend=taken or backend, suite=suite, unpacks=bool(taken))
    request = session.request(words or [], as_of)
    accepted = spec.accepted(verify, accept_digest)
    best = session.backend(backend, taken).takes[0]
    as_root(session)
    installed = install.install(
        session.system,
        lambda: session.catalog,
        request,
        best,
        accepted,
        session.report.progress,
        # so that an engine of a user's own can be switched to without a network later
        rootless="offered" if session.layout.scope == "user" else "no",
        source=taken,
    )
    bundle = installed.bundle
    verb = "is installed now" if installed.changed else "is installed already"
    session.report.answer(
        {"changed": installed.changed, **telling.bundle_plain(bundle, ())},
        [
            telling.headline(session.layout, "static", bundle.trust),
            f"{bundle.version} {verb} in {session.layout.real(bundle.folder)}",
        ],
    )
