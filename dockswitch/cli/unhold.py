"""`dockswitch unhold`: let upgrades of the system change the engine's packages again."""

import typer

from dockswitch.cli.privilege import as_root
from dockswitch.cli.session import Session
from dockswitch.report import held as telling

EXAMPLES = """\
Examples:
  dockswitch unhold

What somebody else holds (`apt-mark hold`, or a tool of yours) stays held.
"""


def command(ctx: typer.Context) -> None:
    """Let upgrades of the system change the engine's packages again."""
    from dockswitch.switching import hold

    session = Session(ctx)
    as_root(session)
    found = hold.unhold(session.system, session.report.progress)
    theirs = found.held.foreign
    if theirs:
        session.report.note(
            f"{', '.join(theirs)}: held by somebody else, as before; `apt-mark unhold "
            f"{' '.join(theirs)}` lets go of that"
        )
    said = "is held no longer" if found.changed else "was not held by dockswitch: nothing changed"
    session.report.answer(
        {
            "changed": found.changed,
            "generation": found.generation,
            "held": telling.held_plain(found.held) or False,
        },
        [f"the engine {said} (generation {found.generation})"],
    )
