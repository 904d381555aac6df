"""`dockswitch uninstall`: remove a version that is not in use."""

from typing import Annotated

import typer

from dockswitch.cli import spec
from dockswitch.cli.privilege import as_root
from dockswitch.cli.session import Session

EXAMPLES = """\
Examples:
  dockswitch uninstall 17.06.0-ce-rc2
"""


def command(
    ctx: typer.Context,
    version: Annotated[
        str,
        typer.Argument(
            metavar="VERSION", help="As `list` shows it.", autocompletion=spec.complete_kept
        ),
    ],
) -> None:
    """Remove a version that is not in use."""
    from dockswitch.switching import data_places, removal

    session = Session(ctx)
    as_root(session)
    removed = removal.uninstall(session.system, version, session.report.progress)
    # one may be kept unpacked and as packages
    versions = list(dict.fromkeys(str(bundle.version) for bundle in removed))
    kept = data_places.kept(session.system, versions)
    for place in kept:
        session.report.note(f"its data-root {place} stays, with all that lies in it")
    session.report.answer(
        {"changed": True, "removed": versions, "data_roots": kept},
        [f"{version} is removed" for version in versions],
    )
