"""`dockswitch recover`: undo what a killed switch left behind."""

from typing import Annotated

import typer

from dockswitch.cli.privilege import as_root
from dockswitch.cli.session import Session

EXAMPLES = """\
Examples:
  dockswitch recover             whatever changes something does this first
  dockswitch recover --accept    where the old engine can never run again

A switch that was to be confirmed (use --revert-after) and was not is undone
too.
"""


def command(
    ctx: typer.Context,
    accept: Annotated[
        bool, typer.Option("--accept", help="Undo nothing: take the machine as it stands.")
    ] = False,
    unconfirmed: Annotated[
        bool,
        typer.Option(
            "--unconfirmed", help="Wait until a switch has to be confirmed, and undo it then."
        ),
    ] = False,
    boot: Annotated[
        bool,
        typer.Option("--boot", help="Leave the engine to systemd, which starts it afterwards."),
    ] = False,
) -> None:
    """Undo what a killed switch left behind."""
    from dockswitch.switching import history, recover, revert, trial_sweep

    session = Session(ctx)
    as_root(session)
    progress, found, back = session.report.progress, None, None
    trials: tuple[str, ...] = ()
    if unconfirmed:
        back = revert.see_through(session.system, progress)
    else:
        with session.system.locked():
            trials = trial_sweep.abandoned(session.system)
            if accept:
                found = recover.accept(session.system)
            else:
                undo = recover.at_boot if boot else recover.undone
                found = undo(session.system, progress)
                if not boot:
                    back = revert.overdue(session.system, progress, by_itself=False)
    now = history.newest(session.system)
    is_back = f"{now.channel} {now.version} is back" if now.version else "no engine, as before"
    end = "given up: `dockswitch status` says how the machine stands" if accept else is_back
    verb = "is" if accept else "is undone:"
    lines = [f"the switch to {found.wish} {verb} {end}"] if found else []
    lines += [f"generation {back.unconfirmed} was not confirmed: {is_back}"] if back else []
    lines += [f"the trial {name} is ended, whose owner was gone" for name in trials]
    session.report.answer(
        {
            "changed": bool(lines),
            "undone": found.wish if found and not accept else None,
            "accepted": found.wish if found and accept else None,
            "unconfirmed": back.unconfirmed if back else None,
            "trials": list(trials),
            "version": str(now.version) if now.version else None,
        },
        lines or ["nothing to undo"],
    )
