"""`dockswitch rollback`: go back to an earlier generation."""

import time
from typing import Annotated

import typer

from dockswitch.cli.privilege import as_root
from dockswitch.cli.session import Session
from dockswitch.cli.use import tell

EXAMPLES = """\
Examples:
  dockswitch rollback      the engine before; once more, and you are here again
  dockswitch rollback 3    generation 3, as `dockswitch history` numbers them
  dockswitch rollback 0    what was there before dockswitch
"""


def command(
    ctx: typer.Context,
    generation: Annotated[
        int | None,
        typer.Argument(
            metavar="GENERATION", help="Its number; without one, the newest that differs."
        ),
    ] = None,
) -> None:
    """Go back to an earlier generation."""
    from dockswitch.switching import rollback
    from dockswitch.switching.options import Options

    began = time.monotonic()
    session = Session(ctx)
    as_root(session)
    outcome = rollback.rollback(session.system, generation, session.report.progress, Options())
    tell(session, outcome, began)
