"""`dockswitch adopt`: take over the engine that is here already."""

from typing import TYPE_CHECKING, Annotated

import typer

from dockswitch.cli.session import Session
from dockswitch.report import outcome as telling

if TYPE_CHECKING:  # imported by the function that runs, so that --help does without it
    from dockswitch.switching.adopt import Adopted

EXAMPLES = """\
Examples:
  dockswitch adopt --dry-run    what is here, and what a switch would leave
  dockswitch adopt              write it down; nothing is stopped
  dockswitch use 28             stop it, and run 28 with the same containers
  dockswitch use system         go back to it, as it was

An engine from a package, a snap, or an unpacked archive becomes what `system`
and generation 0 mean. It stays installed: the first `use` stops it by its own
means, and keeps it from starting at boot.
"""


def command(
    ctx: typer.Context,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be adopted, and do nothing.")
    ] = False,
) -> None:
    """Take over the engine that is here already, without stopping it."""
    from dockswitch.switching import adopt

    session = Session(ctx)
    if dry_run:
        adopted = adopt.preview(session.system)
    else:
        adopted = adopt.adopt(session.system, session.report.progress)
    for note in adopted.notes:
        session.report.warning(note)
    session.report.answer(
        {
            "changed": adopted.changed,
            "generation": adopted.generation,
            "neighbour": telling.neighbour_plain(adopted.neighbour),
            "notes": list(adopted.notes),
        },
        _lines(adopted, dry_run=dry_run),
    )


def _lines(adopted: "Adopted", *, dry_run: bool) -> list[str]:
    found = adopted.neighbour
    kept = f"unit {found.unit}" if found.unit else "started by hand"
    process = f"{kept}, process {found.pid}" if found.pid else "which does not run now"
    if not adopted.changed:
        return [f"{found} is adopted already: nothing changed (generation {adopted.generation})"]
    verb = "would be" if dry_run else "is"
    return [
        f"{found}, {process}, {verb} generation {adopted.generation}",
        "nothing is stopped before the first `dockswitch use`; `dockswitch use system` goes back",
    ]
