"""Have Ansible provision hosts: the collection dockswitch.engine."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from dockswitch.cli.session import Session

EXAMPLES = """\
Examples:
  dockswitch ansible collection ~/.ansible/collections
  dockswitch ansible collection . --program dockswitch.pyz

What dockswitch.pyz unpacks brings itself to the hosts, which need Python
3.10. The collection has the modules docker_engine and docker_engine_facts, the
lookup release, the role engine, and the playbook rolling.
"""


def collection(
    ctx: typer.Context,
    into: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder of collections, which Ansible looks in.")
    ],
    program: Annotated[
        Path | None,
        typer.Option("--program", metavar="FILE", help="The dockswitch.pyz that hosts are to get."),
    ] = None,
) -> None:
    """Unpack the collection dockswitch.engine."""
    from dockswitch import ansible

    session = Session(ctx)
    brought = program or _itself()
    place = ansible.unpack(into.expanduser(), brought)
    session.report.answer(
        {"collection": str(place), "program": str(brought) if brought else None},
        [f"dockswitch.engine is in {place}"],
    )
    if brought is None:
        session.report.note(
            "it brings no program to the hosts: unpack it with --program dockswitch.pyz, or set "
            "the variable dockswitch_program"
        )


def _itself() -> Path | None:
    """The single file that is running, where it is one."""
    running = Path(sys.argv[0])
    return running if running.suffix == ".pyz" and running.is_file() else None


FAMILY = {"collection": collection}
