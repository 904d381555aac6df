"""`dockswitch list-remote`: list what the channels publish."""

from collections.abc import Sequence
from typing import Annotated

import typer

from dockswitch.cli import spec
from dockswitch.cli.session import Session, day
from dockswitch.model.errors import DockswitchError, NotForThisHost, NotPublished
from dockswitch.model.release import Release
from dockswitch.model.trust import Trust
from dockswitch.report.columns import columns

EXAMPLES = """\
Examples:
  dockswitch list-remote              stable, test and edge
  dockswitch list-remote test --no-pre
  dockswitch list-remote --backend apt --for ubuntu:noble/amd64
  dockswitch ls-remote --offline      from the cache and the shipped record
"""
DEFAULT = ("stable", "test", "edge")


def command(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="CHANNEL...",
            help="Which channels; stable, test and edge without one.",
            autocompletion=spec.complete_channel,
        ),
    ] = None,
    pre: spec.Pre = True,
    backend: spec.Source = "static",
    as_of: spec.AsOf = None,
    host: spec.For = None,
    suite: spec.Suite = None,
    verify: spec.Verify = None,
) -> None:
    """List what the channels publish."""
    from dockswitch.model import choose
    from dockswitch.sources import resolver
    from dockswitch.switching import find

    spec.suited(suite, "", backend)
    session = Session(ctx, host=host, backend=backend, suite=suite)
    wanted = tuple(names or DEFAULT)
    for channel in names or ():
        resolver.named(session.catalog, channel)  # raises for a name that nobody knows
    listed = find.list_releases(
        session.system, session.catalog, wanted, backend, verify=spec.least(verify, Trust.SIGNED)
    )
    offered = _offered(session, wanted, listed, asked=bool(names))
    if as_of:
        offered = list(choose.as_of(offered, day(as_of)))
    releases = [each for each in offered if pre or not each.version.pre]
    session.report.answer(
        {"releases": [_plain(each) for each in releases]},
        columns([_cells(each) for each in releases]),
    )
    if not releases:
        session.report.note("nothing is published there")


def _offered(
    session: Session,
    channels: Sequence[str],
    listed: Sequence[Sequence[Release] | DockswitchError],
    *,
    asked: bool,
) -> list[Release]:
    """In release order; a channel that has nothing here is told, and fatal if asked for.

    So it is where none has anything. One that only the record knows is not there where others have
    a listing: so `use` has it too.
    """
    offered: list[Release] = []
    proven = any(_proven(each) for each in listed if not isinstance(each, DockswitchError))
    without = [each for each in listed if isinstance(each, NotPublished | NotForThisHost)]
    for channel, releases in zip(channels, listed, strict=True):
        if not isinstance(releases, DockswitchError):
            if proven and not asked and releases and not _proven(releases):
                session.report.note(f"{channel}: it has no listing there, where others have one")
                continue
            offered += releases
        elif releases in without and not asked and len(without) < len(listed):
            session.report.note(f"{channel}: {releases.message}")
        else:
            raise releases
    return sorted(offered, key=lambda release: release.version)


def _proven(releases: Sequence[Release]) -> bool:
    return any(release.proven for release in releases)


def _plain(release: Release) -> dict[str, object]:
    return {
        "version": str(release.version),
        "channel": release.channel,
        "backend": release.backend,
        "pre": release.version.pre,
        "released": release.published.isoformat() if release.published else None,
        "api": release.api or None,
        "proven": release.proven,
    }


def _cells(release: Release) -> list[object]:
    unproven = "" if release.proven else "(from the record, unproven)"
    return [release.version, release.channel, release.published or "-", unproven]
