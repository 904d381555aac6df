"""`dockswitch help`: show the commands in groups, or a command's help."""

from typing import Annotated

import typer

from dockswitch.cli.mistakes import NoSuchCommand
from dockswitch.cli.session import Session

EXAMPLES = """\
Examples:
  dockswitch help
  dockswitch help use
  dockswitch help daemon logs
"""


def command(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="COMMAND...", help="Which one.")
    ] = None,
) -> None:
    """Show this list, or a command's help."""
    at = ctx.find_root()
    for name in names or ():
        # a group has commands, and a command that is none has nothing below it
        known = at.command.list_commands(at) if hasattr(at.command, "list_commands") else []
        found = at.command.get_command(at, name) if known else None  # type: ignore[attr-defined]
        if found is None:
            raise NoSuchCommand(name, at.command_path, known)
        at = found.make_context(found.name, [], parent=at, resilient_parsing=True)
    text = at.get_help()
    Session(ctx).report.answer({"help": text}, [text])
