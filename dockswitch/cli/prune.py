"""`dockswitch prune`: remove every version that nothing needs."""

from typing import Annotated

import typer

from dockswitch.cli.privilege import as_root
from dockswitch.cli.session import Session

EXAMPLES = """\
Examples:
  dockswitch prune --dry-run    what would go
  dockswitch prune              not what is in use, was before, or still runs
"""


def command(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
) -> None:
    """Remove every version that nothing needs."""
    from dockswitch.switching import data_places, removal

    session = Session(ctx)
    if dry_run:
        gone = removal.unneeded(session.system)
    else:
        as_root(session)
        gone = removal.prune(session.system, session.report.progress)
    # one may be kept unpacked and as packages
    versions = list(dict.fromkeys(str(bundle.version) for bundle in gone))
    kept = data_places.kept(session.system, versions)
    for place in kept:
        session.report.note(f"the data-root {place} stays, with all that lies in it")
    verb = "would be removed" if dry_run else "is removed"
    session.report.answer(
        {
            "changed": bool(gone) and not dry_run,
            "removed": versions,
            "data_roots": kept,
            "bytes": sum(bundle.size for bundle in gone),
        },
        [f"{version} {verb}" for version in versions] or ["nothing to remove"],
    )
