"""`dockswitch list`: list the versions that are kept here."""

import posixpath
from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated

import typer

from dockswitch.cli.session import Session
from dockswitch.model.release import Bundle
from dockswitch.model.vm import KEEPERS
from dockswitch.report import outcome as telling
from dockswitch.report.columns import columns

if TYPE_CHECKING:
    from dockswitch.vms.record import Record

EXAMPLES = """\
Examples:
  dockswitch list            the version in use bears a star
  dockswitch ls --json
  dockswitch list --user     your own, with virtual machines and their images
  dockswitch list --trials   what `dockswitch try` has running
"""


def command(
    ctx: typer.Context,
    trials: Annotated[
        bool, typer.Option("--trials", help="The engines on trial, in place of all that is kept.")
    ] = False,
) -> None:
    """List the versions that are kept here."""
    if trials:
        _list_trials(Session(ctx))
        return
    from dockswitch.backends import bundles
    from dockswitch.model.layout import version_in
    from dockswitch.switching import history
    from dockswitch.vms import record

    session = Session(ctx)
    layout = session.layout
    kept = (*bundles.kept(session.system), *bundles.kept_as_packages(session.system))
    kept += tuple(each for keeper in KEEPERS for each in bundles.kept(session.system, keeper))
    target = session.system.link(layout.current)
    current = posixpath.normpath(f"{layout.state}/{target}") if target else ""
    now = history.newest(session.system)
    in_use = frozenset({current} - {""})
    machines = record.every(session.system)
    by_link = record.in_use(session.system)
    if by_link is not None:  # what is linked is a client then
        in_use = frozenset({by_link.folder})
    rows = [
        [_starred(each, in_use), ",".join(each.channels), each.trust, _backend(each)]
        for each in kept
    ]
    if now.neighbour is not None:
        star = "*" if now.version is None else " "
        rows.insert(0, [f"{star} {now.neighbour.version}", "system", now.neighbour, ""])
    rows += [[_named(each, by_link), version_in(each.folder), *_kept_by(each)] for each in machines]
    session.report.answer(
        {
            "installed": [telling.bundle_plain(bundle, in_use) for bundle in kept],
            "neighbour": telling.neighbour_plain(now.neighbour),
            "machines": [_machine_plain(each, by_link) for each in machines],
        },
        columns(rows),
    )
    if not rows:
        session.report.note("nothing is installed; `dockswitch use stable` is a beginning")


def _list_trials(session: Session) -> None:
    from dockswitch.switching import trial_record

    found = trial_record.every(session.system)
    plain = [
        {
            "name": each.name,
            "version": each.version,
            "channel": each.channel or None,
            "host": f"unix://{session.layout.real(each.socket)}",
            "context": each.context or None,
            "since": each.since,
            "until": each.until or None,
            "alive": trial_record.lives(session.system, each.name),
        }
        for each in found
    ]
    rows = [
        [
            str(each["name"]),
            str(each["version"]),
            str(each["host"]),
            f"until {each['until']}" if each["until"] else f"since {each['since']}",
            "" if each["alive"] else "dead: `dockswitch recover` removes what is left",
        ]
        for each in plain
    ]
    session.report.answer({"trials": plain}, columns(rows))
    if not rows:
        session.report.note("nothing is on trial; `dockswitch try test` is a beginning")


def _starred(bundle: Bundle, in_use: Collection[str]) -> str:
    return f"{'*' if bundle.folder in in_use else ' '} {bundle.version}"


def _backend(bundle: Bundle) -> str:
    """Said of what is kept as packages: the same version may be kept unpacked too."""
    return bundle.backend if bundle.backend != "static" else ""


def _named(each: "Record", in_use: "Record | None") -> str:
    return f"{'*' if each == in_use else ' '} {each.vm.name}"


def _kept_by(each: "Record") -> tuple[str, str]:
    by = f"{each.vm.keeper}, {each.vm.driver}" if each.vm.driver else each.vm.keeper
    return by, "" if each.made else "adopted"


def _machine_plain(each: "Record", in_use: "Record | None") -> dict[str, object]:
    """As it was when it was written down: nobody is asked whether it runs."""
    from dockswitch.model.layout import version_in

    return {
        **(telling.machine_plain(each.vm) or {}),
        "version": version_in(each.folder) or None,
        "current": each == in_use,
        "made": each.made,
    }
