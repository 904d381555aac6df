"""`dockswitch outdated`: show whether the channel in use has something newer."""

from typing import Annotated

import typer

from dockswitch.cli import sessions, spec

EXAMPLES = """\
Examples:
  dockswitch outdated
  dockswitch outdated --exit-code    10 where there is something newer
"""
PENDING = 10


def command(
    ctx: typer.Context,
    suite: spec.Suite = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 10 where there is something newer.")
    ] = False,
) -> None:
    """Show whether the channel in use has something newer."""
    from dockswitch.switching import find

    session, now, source = sessions.in_force(ctx, suite)
    request = session.request([now.channel])
    best = session.backend(now.backend).takes[0]
    newest = find.find(session.system, session.catalog, request, source or best).release.version
    assert now.version is not None
    newer = newest > now.version
    session.report.answer(
        {
            "outdated": newer,
            "version": str(now.version),
            "newest": str(newest),
            "channel": now.channel,
        },
        [
            f"{now.version} is in use; {now.channel} offers {newest}: `dockswitch upgrade`"
            if newer
            else f"{now.version} is the newest that {now.channel} offers"
        ],
    )
    raise typer.Exit(PENDING if exit_code and newer else 0)
