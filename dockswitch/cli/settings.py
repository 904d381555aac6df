"""`dockswitch settings`: show each setting and where it came from."""

import typer

from dockswitch.cli.session import Session
from dockswitch.model.address import shown
from dockswitch.report.columns import columns

EXAMPLES = """\
Examples:
  dockswitch settings
  DOCKSWITCH_MIRROR=https://mirror.example/docker dockswitch settings
  DOCKSWITCH_APT_WAIT=60 dockswitch use 28    wait 60 s, not 600, for dpkg
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
        columns(
            [[each.name, shown(each.value) or "-", each.origin] for each in settled]
            + [["root", session.layout.root or "/", session.root_origin]]
            + [["state", session.layout.real(session.layout.state), ""]]
        ),
    )
