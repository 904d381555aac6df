"""`dockswitch hold`: keep upgrades of the system from changing the engine's packages."""

from typing import Annotated

import typer

from dockswitch.cli.privilege import as_root
from dockswitch.cli.session import Session
from dockswitch.report import held as telling

EXAMPLES = """\
Examples:
  dockswitch hold
  dockswitch hold --reason "the cluster wants exactly this one"

What is installed now stays: apt upgrade, unattended-upgrades and an install
that names no version leave it alone. A switch by dockswitch changes it all the
same, and what it installed is held in its place. `dockswitch status` shows who
holds what and why.
"""


def command(
    ctx: typer.Context,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="Why, for whoever asks.")
    ] = None,
) -> None:
    """Keep upgrades of the system from changing the engine's packages."""
    from dockswitch.apt.preferences import line
    from dockswitch.switching import hold
    from dockswitch.system.person import person

    session = Session(ctx)
    as_root(session)
    asked = line(reason) if reason is not None else None
    found = hold.hold(session.system, person(), asked, session.report.progress)
    if found.held.foreign:
        session.report.note(
            f"{', '.join(found.held.foreign)}: held by somebody else already, and left to them"
        )
    verb = "is held now" if found.changed else "is held already: nothing changed"
    lines = telling.held_lines(found.held)
    session.report.answer(
        {
            "changed": found.changed,
            "generation": found.generation,
            "held": telling.held_plain(found.held) or False,
        },
        [f"the engine {verb} (generation {found.generation})", *lines],
    )
