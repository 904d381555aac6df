"""`dockswitch upgrade`: switch to the newest release of the channel in use."""

import time

import typer

from dockswitch.cli import sessions, spec, vm
from dockswitch.cli.consent import consent
from dockswitch.cli.privilege import as_root
from dockswitch.cli.use import tell

EXAMPLES = """\
Examples:
  dockswitch upgrade    never to an older one; `rollback` takes it back
  dockswitch upgrade --revert-after 10m    unless `dockswitch confirm` comes
"""


def command(
    ctx: typer.Context,
    suite: spec.Suite = None,
    data: spec.Data = None,
    probe: spec.Probe = None,
    revert_after: spec.RevertAfter = None,
    verify: spec.Verify = None,
    accept_digest: spec.AcceptDigest = None,
) -> None:
    """Switch to the newest release of the channel in use."""
    from dockswitch.switching import use
    from dockswitch.switching.options import Options

    began = time.monotonic()
    session, now, source = sessions.in_force(ctx, suite)
    vm.refuse_unmeant(session.keeper, suite=suite, data=data, revert_after=revert_after)
    options = Options(
        start=now.running,
        accepted=spec.accepted(verify, accept_digest),
        source=source,
        data=data,
        probe=spec.probe(probe, starts=now.running),
        vm=vm.as_now(now),
        revert_after=spec.revert_after(revert_after),
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
    tell(session, outcome, began, options)
