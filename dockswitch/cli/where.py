"""`dockswitch where`: show where a version was published."""

from typing import Annotated

import typer

from dockswitch.cli.session import Session

EXAMPLES = """\
Examples:
  dockswitch where 17.05.0-ce
  dockswitch where 19.03.12 --json
"""


def command(
    ctx: typer.Context, version: Annotated[str, typer.Argument(help="One exact version.")]
) -> None:
    """Show where a version was published."""
    from dockswitch.model import record
    from dockswitch.model.version import Version

    session = Session(ctx)
    places = record.where(Version.parse(version))
    session.report.answer(places.plain(), places.lines())
