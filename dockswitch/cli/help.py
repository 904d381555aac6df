"""`dockswitch help`: show the commands in groups, or a command's help."""

from typing import Annotated

import typer

from dockswitch.cli.session import Session
from dockswitch.model.errors import UsageError

EXAMPLES = """\
Examples:
  dockswitch help
  dockswitch help use
"""


def command(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="COMMAND", help="Which one.")] = None,
) -> None:
    """Show this list, or a command's help."""
    top = ctx.find_root()
    text = top.get_help()
    if name is not None:
        found = top.command.get_command(top, name)  # type: ignore[attr-defined]  # it is a group
        if found is None:
            raise UsageError(f"there is no command {name!r}", hint="`dockswitch help` lists them")
        text = found.make_context(name, [], parent=top, resilient_parsing=True).get_help()
    Session(ctx).report.answer({"help": text}, [text])
