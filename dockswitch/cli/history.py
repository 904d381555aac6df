"""`dockswitch history`: list the generations."""

import typer

from dockswitch.cli.session import Session
from dockswitch.report import outcome as telling

EXAMPLES = """\
Examples:
  dockswitch history
  dockswitch history --json
"""


def command(ctx: typer.Context) -> None:
    """List the generations."""
    from dockswitch.switching import history

    session = Session(ctx)
    known = history.generations(session.system)
    session.report.answer(
        {"generations": [telling.generation_plain(each) for each in known]},
        [
            f"{each.number:>4}  {each.time}  {each.channel:<8} "
            f"{each.version or 'nothing'!s:<24} {each.wish}"
            for each in known
        ],
    )
    if not known:
        session.report.note("there was no switch yet")
