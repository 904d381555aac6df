"""`dockswitch compat`: show which clients and engines speak with each other."""

from typing import TYPE_CHECKING, Annotated

import typer

from dockswitch.cli import spec
from dockswitch.cli.session import Session

if TYPE_CHECKING:
    from dockswitch.model.compat import Compat

EXAMPLES = """\
Examples:
  dockswitch compat                    the client and the engine of this machine
  dockswitch compat --client 1.24      what asks for that API, and nothing else
  dockswitch compat --engine 29 --json
  dockswitch compat --client 17.06 --engine 28.5.2

With both, exit code 18 says that they do not speak with each other.
"""
DO_NOT = 18  # as what is not for this host


def command(
    ctx: typer.Context,
    client: Annotated[
        str | None,
        typer.Option(
            "--client",
            metavar="VERSION",
            help="The docker client of that version, or any that asks for an API (1.24).",
            autocompletion=spec.complete_recorded,
        ),
    ] = None,
    engine: Annotated[
        str | None,
        typer.Option(
            "--engine",
            metavar="VERSION",
            help="The engine of that version.",
            autocompletion=spec.complete_recorded,
        ),
    ] = None,
    pre: Annotated[bool, typer.Option("--pre", help="With pre-releases.")] = False,
) -> None:
    """Show which clients and engines speak with each other."""
    from dockswitch.report import compat as telling
    from dockswitch.switching import compat

    session = Session(ctx)
    asks = compat.client(client) if client is not None else None
    answers = compat.engine(engine) if engine is not None else None
    if asks and answers:
        found = compat.of_both(asks, answers)
    elif asks:
        found = compat.of_client(session.system, asks, pre=pre)
    elif answers:
        found = compat.of_engine(session.system, answers, pre=pre)
    else:
        found = compat.of_this_machine(session.system)
    session.report.answer(telling.plain(found), telling.lines(found))
    if not (asks or answers):
        _lacking(session, found)
    if asks and answers and found.pair and not found.pair.terms.work:
        raise typer.Exit(DO_NOT)


def _lacking(session: Session, found: "Compat") -> None:
    if found.engine is None:
        session.report.note("no engine answers here; --engine names one")
    if found.client is None:
        session.report.note("no docker client is on PATH here; --client names one")
