"""`dockswitch channels`: list the channels, live and retired."""

import typer

from dockswitch.cli.session import Session
from dockswitch.report.columns import columns

EXAMPLES = """\
Examples:
  dockswitch channels
  dockswitch channels --channels site.yaml     with those that a site adds
"""


def command(ctx: typer.Context) -> None:
    """List the channels, live and retired."""
    session = Session(ctx)
    known = list(session.catalog.channels.values())
    session.report.answer(
        {
            "channels": [
                {
                    "channel": channel.name,
                    "state": channel.state,
                    "last": channel.last or None,
                    "ended": channel.ended.isoformat() if channel.ended else None,
                    "note": channel.note or None,
                    "backends": list(channel.backends),
                }
                for channel in known
            ]
        },
        columns([[c.name, c.state, ",".join(c.backends), c.note] for c in known]),
    )
