"""Start, stop, restart or watch dockswitch's own engine."""

from typing import TYPE_CHECKING, Annotated

import typer

from dockswitch.cli.consent import consent
from dockswitch.cli.privilege import as_root
from dockswitch.cli.session import Session

if TYPE_CHECKING:
    from dockswitch.switching.daemon import State

EXAMPLES = """\
Examples:
  dockswitch daemon status
  dockswitch daemon restart
  dockswitch daemon logs --lines 100
  dockswitch daemon start --user      a virtual machine in use too

Where systemd runs the engine, as docker.service, it is back after a reboot, and
a switch that a power cut left unfinished is undone first. An engine under
dockswitch's own supervision does not come back by itself.
"""


def start(ctx: typer.Context) -> None:
    """Start the engine of the version in use."""
    session = Session(ctx)
    as_root(session)
    _tell(session, _started(session))


def stop(ctx: typer.Context) -> None:
    """Stop the engine; its containers stop too unless it has live-restore."""
    from dockswitch.switching import daemon

    session = Session(ctx)
    as_root(session)
    _tell(session, daemon.stop(session.system, session.report.progress, consent(session)))


def restart(ctx: typer.Context) -> None:
    """Stop the engine and start it again."""
    from dockswitch.switching import daemon

    session = Session(ctx)
    as_root(session)
    daemon.stop(session.system, session.report.progress, consent(session), comes_back=True)
    _tell(session, _started(session))


def status(ctx: typer.Context) -> None:
    """Show the engine's process and what it answers; exit code 1 where none runs."""
    from dockswitch.switching import daemon

    session = Session(ctx)
    state = daemon.state(session.system)
    _tell(session, state)
    raise typer.Exit(0 if state.runs else 1)


def logs(
    ctx: typer.Context,
    lines: Annotated[
        int, typer.Option("--lines", "-n", metavar="N", help="How many, from the end.")
    ] = 50,
) -> None:
    """Show the end of the engine's log."""
    from dockswitch.switching import daemon

    session = Session(ctx)
    said = daemon.logs(session.system, lines)
    session.report.answer({"lines": list(said)}, said)
    if not said:
        session.report.note("the engine has said nothing yet")


def _started(session: Session) -> "State":
    from dockswitch.switching import daemon

    return daemon.start(session.system, lambda: session.catalog, session.report.progress)


def _tell(session: Session, state: "State") -> None:
    answers = f"answers {state.version}" if state.version else "does not answer"
    where = f"in the machine {state.machine} runs" if state.machine else "runs"
    process = f" as process {state.pid}" if state.pid else ""
    runs = f"the engine {where}{process} and {answers}"
    what = f"the machine {state.machine}" if state.machine else "the engine"
    none = f"{what} does not run" if state.machine else "no engine runs"
    session.report.answer(
        {
            "changed": state.changed,
            "pid": state.pid,
            "version": state.version,
            "machine": state.machine,
        },
        [runs if state.runs else f"{what} is stopped" if state.changed else none],
    )


FAMILY = {"start": start, "stop": stop, "restart": restart, "status": status, "logs": logs}
