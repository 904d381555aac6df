"""`dockswitch confirm`: keep a switch that would undo itself."""

import typer

from dockswitch.cli.privilege import as_root
from dockswitch.cli.session import Session

EXAMPLES = """\
Examples:
  dockswitch use 28 --revert-after 10m    the engine before is back in 10m
  dockswitch confirm                      unless this comes in time

Where nothing waits to be confirmed it says so, and nothing happens. It fails
where it comes too late: the switch was taken back.

Another switch ends the wait, for somebody is there; one with --revert-after of
its own goes back to what the first would have gone back to. `dockswitch status`
says what waits, and until when.
"""


def command(ctx: typer.Context) -> None:
    """Keep a switch that would undo itself (use --revert-after)."""
    from dockswitch.switching import unconfirmed

    session = Session(ctx)
    as_root(session)
    found = unconfirmed.confirm(session.system, session.report.progress)
    line = f"generation {found.generation} stays"
    session.report.answer(
        {"changed": found.changed, "generation": found.generation},
        [line if found.changed else f"nothing waits to be confirmed: {line}"],
    )
