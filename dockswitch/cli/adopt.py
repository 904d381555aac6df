"""`dockswitch adopt`: take over the engine that is here already."""

from typing import TYPE_CHECKING, Annotated

import typer

from dockswitch.cli import spec, vm
from dockswitch.cli.session import Session
from dockswitch.model.errors import UsageError
from dockswitch.model.vm import keeper_of
from dockswitch.report import outcome as telling

if TYPE_CHECKING:  # imported by the function that runs, so that --help does without it
    from dockswitch.switching.adopt import Adopted

EXAMPLES = """\
Examples:
  dockswitch adopt --dry-run    what is here, and what a switch would leave
  dockswitch adopt              write it down; nothing is stopped
  dockswitch use 28             stop it, and run 28 with the same containers
  dockswitch use system         go back to it, as it was
  dockswitch adopt --backend machine --machine dev
  dockswitch use 19.03.12 --backend machine --machine dev --in-place

An engine from a package, a snap, or an unpacked archive becomes what `system`
and generation 0 mean. It stays installed: the first `use` stops it by its own
means, and keeps it from starting at boot.

A virtual machine of docker-machine's may then be started, stopped and switched,
and is never removed. Its image is kept, so that `rollback` brings it back.
"""


def command(
    ctx: typer.Context,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be adopted, and do nothing.")
    ] = False,
    backend: spec.Backend = None,
    machine: vm.Name = None,
) -> None:
    """Take over the engine that is here already, without stopping it."""
    from dockswitch.switching import adopt

    if backend is not None or machine is not None:
        _machine(ctx, backend, machine, dry_run=dry_run)
        return
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


def _machine(ctx: typer.Context, backend: str | None, name: str | None, *, dry_run: bool) -> None:
    """Takes over a virtual machine: no switch, unless nothing of dockswitch's is in use."""
    keeper = keeper_of(backend)
    if keeper != "machine" or name is None:
        raise OnlyNamed(backend)
    from dockswitch.switching import vm_adopt

    session = Session(ctx, keeper=keeper)
    if dry_run:
        taken = vm_adopt.preview(session.system, name)
    else:
        taken = vm_adopt.adopt(session.system, name, session.report.progress)
    verb = "would be" if dry_run else "is"
    become = f" {verb} in use (generation {taken.generation})," if taken.in_use else ""
    session.report.answer(
        {
            "changed": taken.changed,
            "generation": taken.generation,
            "version": str(taken.version),
            "machine": telling.machine_plain(taken.vm),
            "in_use": taken.in_use,
        },
        [
            f"{taken.vm} with {taken.version}{become} and {verb} dockswitch's to start, stop and "
            "switch, never to remove"
            if taken.changed
            else f"{taken.vm} is adopted already: nothing changed",
            (
                f"`dockswitch use SPEC --backend machine --machine {name} --in-place` replaces its "
                f"engine; `dockswitch use {taken.version} --backend machine --machine {name} "
                "--in-place` puts this one back"
            ),
        ],
    )


class OnlyNamed(UsageError):
    """Which engine an instance of Lima's has, and how it came there, is written down nowhere."""

    def __init__(self, backend: str | None) -> None:
        super().__init__(
            "only a virtual machine of docker-machine's is adopted, by its name",
            details=f"the backend is {backend}" if backend else "",
            hint="such as --backend machine --machine dev",
        )
