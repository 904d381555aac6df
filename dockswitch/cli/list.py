"""`dockswitch list`: list the versions that are kept here."""

import posixpath
from collections.abc import Collection

import typer

from dockswitch.cli.session import Session
from dockswitch.model.release import Bundle
from dockswitch.report import outcome as telling
from dockswitch.report.columns import columns

EXAMPLES = """\
Examples:
  dockswitch list            the version in use bears a star
  dockswitch ls --json
"""


def command(ctx: typer.Context) -> None:
    """List the versions that are kept here."""
    from dockswitch.backends import bundles
    from dockswitch.switching import history

    session = Session(ctx)
    layout = session.layout
    kept = (*bundles.kept(session.system), *bundles.kept_as_packages(session.system))
    target = session.system.link(layout.current)
    current = posixpath.normpath(f"{layout.state}/{target}") if target else ""
    now = history.newest(session.system)
    in_use = frozenset({current} - {""})
    rows = [
        [_starred(each, in_use), ",".join(each.channels), each.trust, _backend(each)]
        for each in kept
    ]
    if now.neighbour is not None:
        star = "*" if now.version is None else " "
        rows.insert(0, [f"{star} {now.neighbour.version}", "system", now.neighbour, ""])
    session.report.answer(
        {
            "installed": [telling.bundle_plain(bundle, in_use) for bundle in kept],
            "neighbour": telling.neighbour_plain(now.neighbour),
        },
        columns(rows),
    )
    if not rows:
        session.report.note("nothing is installed; `dockswitch use stable` is a beginning")


def _starred(bundle: Bundle, in_use: Collection[str]) -> str:
    return f"{'*' if bundle.folder in in_use else ' '} {bundle.version}"


def _backend(bundle: Bundle) -> str:
    """Said of what is kept as packages: the same version may be kept unpacked too."""
    return bundle.backend if bundle.backend != "static" else ""
