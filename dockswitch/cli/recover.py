"""`dockswitch recover`: undo what a killed switch left behind."""

import typer

from dockswitch.cli.session import Session

EXAMPLES = """\
Examples:
  dockswitch recover    whatever changes something does this first
"""


def command(ctx: typer.Context) -> None:
    """Undo what a killed switch left behind."""
    from dockswitch.switching import history, recover

    session = Session(ctx)
    with session.system.locked():
        recovered = recover.recover(session.system, session.report.progress)
    now = history.newest(session.system)
    back = (
        f"{now.channel} {now.version} is back" if now.version else "there is no engine, as before"
    )
    line = f"the switch to {recovered.wish} is undone: {back}" if recovered else "nothing to undo"
    session.report.answer(
        {
            "changed": recovered is not None,
            "undone": recovered.wish if recovered else None,
            "version": str(now.version) if now.version else None,
        },
        [line],
    )
