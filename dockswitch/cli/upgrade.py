"""`dockswitch upgrade`: switch to the newest release of the channel in use."""

import time

import typer

from dockswitch.cli import spec
from dockswitch.cli.consent import consent
from dockswitch.cli.current import NothingInUse
from dockswitch.cli.privilege import as_root
from dockswitch.cli.session import Session
from dockswitch.cli.use import tell

EXAMPLES = """\
Examples:
  dockswitch upgrade    never to an older one; `rollback` takes it back
"""


def command(
    ctx: typer.Context,
    suite: spec.Suite = None,
    data: spec.Data = None,
    probe: spec.Probe = None,
    verify: spec.Verify = None,
    accept_digest: spec.AcceptDigest = None,
) -> None:
    """Switch to the newest release of the channel in use."""
    from dockswitch.backends import bundles
    from dockswitch.switching import history, use
    from dockswitch.switching.options import Options

    began = time.monotonic()
    session = Session(ctx)
    now = history.newest(session.system)
    if now.version is None:
        raise NothingInUse
    source = bundles.source_of(session.system, now.folder)
    if source == "apt":  # packages are published for a distribution, which is asked for then only
        session = Session(ctx, backend=source, suite=suite, unpacks=now.backend != "apt")
    options = Options(
        start=now.running,
        accepted=spec.accepted(verify, accept_digest),
        source=source,
        data=data,
        probe=spec.probe(probe, starts=now.running),
    )
    as_root(session)
    outcome = use.upgrade(
        session.system,
        lambda: session.catalog,
        now,
        session.backend(now.backend),
        options,
        session.report.progress,
        consent(session),
    )
    tell(session, outcome, began)
