"""`dockswitch uninstall`: remove a version that is not in use."""

from typing import TYPE_CHECKING, Annotated

import typer

from dockswitch.cli import spec
from dockswitch.cli.privilege import as_root
from dockswitch.cli.session import Session
from dockswitch.model.errors import DockswitchError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockswitch.model.vm import Vm
    from dockswitch.switching.removal import AgreeToLose

EXAMPLES = """\
Examples:
  dockswitch uninstall 17.06.0-ce-rc2
  dockswitch uninstall 17.06.0-ce-rc2 --user --yes     with its virtual machine

A virtual machine that dockswitch made for that version goes along, after a
question: its containers and images go with it. One that was adopted never goes.
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
    removed = removal.uninstall(session.system, version, session.report.progress, _agree(session))
    for note in removed.notes:
        session.report.warning(note)
    # one may be kept unpacked and as packages
    versions = list(dict.fromkeys(str(bundle.version) for bundle in removed.bundles))
    kept = data_places.kept(session.system, versions)
    for place in kept:
        session.report.note(f"its data-root {place} stays, with all that lies in it")
    session.report.answer(
        {
            "changed": True,
            "removed": versions,
            "data_roots": kept,
            "machines": [vm.name for vm in removed.machines],
        },
        [
            *(f"{vm} is removed" for vm in removed.machines),
            *(f"{version} is removed" for version in versions),
        ],
    )


def _agree(session: Session) -> "AgreeToLose":
    """Who is asked before virtual machines go; there is no way back from that."""

    def ask(machines: "Sequence[Vm]") -> None:
        names = " and ".join(map(str, machines))
        if not session.asks(f"remove {names}, with all containers and images in it?"):
            raise WouldLose(names, asked=session.on_terminal)

    return ask


class WouldLose(DockswitchError):
    def __init__(self, names: str, *, asked: bool) -> None:
        super().__init__(
            "nothing was removed",
            details="the question was not answered with yes"
            if asked
            else f"{names} would go, with all containers and images in it",
            hint="" if asked else "--yes says that it may",
        )
