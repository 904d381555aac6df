"""`dockswitch settings`: show each setting and where it came from."""

import typer

from dockswitch.cli.session import Session
from dockswitch.model.address import shown

EXAMPLES = """\
Examples:
  dockswitch settings
  DOCKSWITCH_MIRROR=https://mirror.example/docker dockswitch settings
"""


def command(ctx: typer.Context) -> None:
    """Show each setting and where it came from."""
    session = Session(ctx)
    settled = session.settings.values()
    session.report.answer(
        {
            "settings": {
                each.name: {"value": shown(each.value), "origin": each.origin} for each in settled
            },
            "root": session.layout.root or "/",
            "scope": session.layout.scope,
            "state": session.layout.real(session.layout.state),
        },
        [f"{each.name:<14} {shown(each.value) or '-':<34} {each.origin}" for each in settled]
        + [
            f"{'root':<14} {session.layout.root or '/'}",
            f"{'state':<14} {session.layout.real(session.layout.state)}",
        ],
    )
