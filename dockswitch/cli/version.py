"""`dockswitch version`: show which dockswitch this is (the fast lane answers `--version`)."""

import typer

from dockswitch import __version__
from dockswitch.cli.session import Session

EXAMPLES = """\
Examples:
  dockswitch --version
  dockswitch version --json
"""


def command(ctx: typer.Context) -> None:
    """Show which dockswitch this is, as `dockswitch --version` does."""
    Session(ctx).report.answer({"version": __version__}, [f"dockswitch {__version__}"])
