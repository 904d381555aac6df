"""`dockswitch current`: show the version in use (the fast lane answers the plain form)."""

import typer

from dockswitch.cli.session import Session
from dockswitch.model.errors import DockswitchError
from dockswitch.report import outcome as telling

EXAMPLES = """\
Examples:
  dockswitch current
  dockswitch current --json
"""


def command(ctx: typer.Context) -> None:
    """Show the version in use."""
    from dockswitch.switching import history

    session = Session(ctx)
    now = history.newest(session.system)
    installed = session.backend(now.backend).installed(session.system)
    if installed.version is None:
        raise NothingInUse
    session.report.answer(
        {
            "version": str(installed.version),
            "channel": now.channel if now.folder == installed.folder else None,
            "backend": now.backend,
            "machine": telling.machine_plain(now.vm),
        },
        [str(installed.version)],
    )


class NothingInUse(DockswitchError):
    def __init__(self) -> None:
        super().__init__(
            "no version is in use here",
            hint="`dockswitch use stable` takes the newest that stable has",
        )
