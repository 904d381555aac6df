"""`dockswitch status`: show what is installed, what runs, and whether they agree."""

from typing import TYPE_CHECKING, Annotated

import typer

from dockswitch.cli import locks, pins
from dockswitch.cli.session import Session
from dockswitch.report import held as holding
from dockswitch.report import outcome as telling
from dockswitch.report import unconfirmed

if TYPE_CHECKING:
    from dockswitch.switching.vm_in_use import InUse

EXAMPLES = """\
Examples:
  dockswitch status
  dockswitch status --exit-code      10 where something drifted
  dockswitch status --user           your own, also in a virtual machine
"""
PENDING = 10


def command(
    ctx: typer.Context,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 10 where something drifted.")
    ] = False,
) -> None:
    """Show what is installed, what runs, and whether they agree."""
    from dockswitch.switching import drift, history, hold, unconfirmed_record

    session = Session(ctx)
    now = history.newest(session.system)
    # what apt brought back for `use system` is none of ours
    by = now.backend if now.version is not None or now.backend != "apt" else "static"
    installed = session.backend(by).installed(session.system)
    in_vm = _in_vm(session)
    drifted = drift.drift(session.system, now, installed, in_vm)
    running = in_vm.answers if in_vm else drift.answering(session.system)
    held = hold.observed(session.system)
    waits = unconfirmed_record.read(session.system)
    overdue = waits is not None and unconfirmed_record.left(session.system, waits) <= 0
    pin = pins.nearest()
    locked, of_lock = locks.told(by)
    version = str(installed.version) if installed.version else None
    before = now.neighbour or "nothing"
    data = session.layout.real(now.data) if now.data else None
    session.report.answer(
        {
            "installed": version,
            "channel": now.channel or None,
            "backend": now.backend,
            "generation": now.number,
            "running": running,
            "data_root": data,
            "pinned": pin.spec if pin else None,
            "locked": locked,
            "held": holding.held_plain(held) or False,
            "unconfirmed": unconfirmed.plain(waits, overdue=overdue),
            "drift": list(drifted),
            "neighbour": telling.neighbour_plain(now.neighbour),
            "machine": telling.machine_plain(in_vm.vm, in_vm.host) if in_vm else None,
        },
        [
            f"installed  {now.channel} {version}" if version else f"installed  {before}",
            f"running    {running or 'no engine of dockswitch answers'}",
            *([f"machine    {_machine(in_vm)}"] if in_vm else []),
            *([f"system     {now.neighbour}"] if version and now.neighbour else []),
            *([f"data-root  {data}, of its own"] if data else []),
            *([f"pinned     {pin.spec} ({pin.path})"] if pin else []),
            *([f"locked     {of_lock}"] if of_lock else []),
            *(f"held       {line}" for line in holding.held_lines(held)),
            *(f"confirm    {line}" for line in unconfirmed.lines(waits, overdue=overdue)),
            *(f"drift      {line}" for line in drifted),
        ],
    )
    raise typer.Exit(PENDING if exit_code and drifted else 0)


def _in_vm(session: Session) -> "InUse | None":
    if session.system.link(session.layout.vm) is None:
        return None
    from dockswitch.switching import vm_in_use  # only where a virtual machine is in use

    return vm_in_use.seen(session.system)


def _machine(found: "InUse") -> str:
    """`dev (machine, virtualbox), running at tcp://192.168.99.100:2376`."""
    vm = found.vm
    by = f"{vm.keeper}, {vm.driver}" if vm.driver else vm.keeper
    stands = "unknown" if found.trouble else found.state
    return f"{vm.name} ({by}), {stands}" + (f" at {found.host}" if found.host else "")
