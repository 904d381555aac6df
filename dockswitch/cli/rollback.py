"""`dockswitch rollback`: go back to an earlier generation."""

import time
from typing import Annotated

import typer

from dockswitch.cli import spec, vm
from dockswitch.cli.consent import consent
from dockswitch.cli.privilege import as_root
from dockswitch.cli.session import Session
from dockswitch.cli.use import tell, tell_preview

EXAMPLES = """\
Examples:
  dockswitch rollback      the engine before; once more, and you are here again
  dockswitch rollback 3    generation 3, as `dockswitch history` numbers them
  dockswitch rollback 0    what was there before dockswitch
  dockswitch rollback --revert-after 10m    here again, unless it is confirmed
  dockswitch rollback --dry-run    whether it will work, and what would be done
"""


def command(
    ctx: typer.Context,
    generation: Annotated[
        int | None,
        typer.Argument(
            metavar="GENERATION", help="Its number; without one, the newest that differs."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    data: spec.Data = None,
    probe: spec.Probe = None,
    revert_after: spec.RevertAfter = None,
) -> None:
    """Go back to an earlier generation."""
    from dockswitch.switching import history, rollback
    from dockswitch.switching.options import Options

    began = time.monotonic()
    session = Session(ctx)
    seconds = spec.revert_after(revert_after)
    options = Options(data=data, probe=spec.probe(probe), revert_after=seconds)
    wanted = history.earlier(session.system, generation)
    keeper = wanted.vm.keeper if wanted.vm else None
    vm.refuse_unmeant(keeper, data=data, revert_after=revert_after)
    if dry_run:
        from dockswitch.switching import preview

        plan, earlier = preview.preview_back(session.system, generation, options)
        tell_preview(session, plan, earlier.channel, earlier.backend, began, options)
        return
    as_root(session)
    outcome = rollback.rollback(
        session.system, generation, session.report.progress, options, consent(session)
    )
    tell(session, outcome, began, options)
