"""`dockswitch recover`: undo what a killed switch left behind."""

from typing import Annotated

import typer

from dockswitch.cli.privilege import as_root
from dockswitch.cli.session import Session

EXAMPLES = """\
Examples:
  dockswitch recover             whatever changes something does this first
  dockswitch recover --accept    where the old engine can never run again
"""


def command(
    ctx: typer.Context,
    accept: Annotated[
        bool, typer.Option("--accept", help="Undo nothing: take the machine as it stands.")
    ] = False,
    boot: Annotated[
        bool,
        typer.Option("--boot", help="Leave the engine to systemd, which starts it afterwards."),
    ] = False,
) -> None:
    """Undo what a killed switch left behind."""
    from dockswitch.switching import history, recover

    session = Session(ctx)
    as_root(session)
    with session.system.locked():
        if accept:
            found = recover.accept(session.system)
        else:
            undo = recover.at_boot if boot else recover.recover
            found = undo(session.system, session.report.progress)
    now = history.newest(session.system)
    is_back = f"{now.channel} {now.version} is back" if now.version else "no engine, as before"
    end = "given up: `dockswitch status` says how the machine stands" if accept else is_back
    verb = "is" if accept else "is undone:"
    line = f"the switch to {found.wish} {verb} {end}" if found else "nothing to undo"
    session.report.answer(
        {
            "changed": found is not None,
            "undone": found.wish if found and not accept else None,
            "accepted": found.wish if found and accept else None,
            "version": str(now.version) if now.version else None,
        },
        [line],
    )
