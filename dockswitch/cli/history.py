"""`dockswitch history`: list the generations."""

import typer

from dockswitch.cli.session import Session
from dockswitch.report import outcome as telling
from dockswitch.report.columns import columns

EXAMPLES = """\
Examples:
  dockswitch history
  dockswitch history --json
"""


def command(ctx: typer.Context) -> None:
    """List the generations."""
    from dockswitch.switching import history, unconfirmed_record

    session = Session(ctx)
    known = history.generations(session.system)
    waits = unconfirmed_record.read(session.system)
    in_vms = any(g.vm is not None for g in known)
    session.report.answer(
        {"generations": [telling.generation_plain(each) for each in known]},
        columns(
            [
                [
                    *(g.number, g.time, g.channel or "-"),
                    g.version or g.neighbour or "nothing",
                    *([g.vm.name if g.vm else "-"] if in_vms else []),
                    telling.wish(g, waits),
                ]
                for g in known
            ]
        ),
    )
    if not known:
        session.report.note("there was no switch yet")
