"""`dockswitch mirror`: keep a partial mirror of what some releases need, for any web server."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from dockswitch.cli import mirror_asked, spec
from dockswitch.cli.session import Session
from dockswitch.model.errors import UsageError

if TYPE_CHECKING:  # imported by the function that runs, so that --help does without them
    from dockswitch.switching.mirror_due import Due

EXAMPLES = """\
Examples:
  dockswitch mirror /srv/docker stable@28 test    for this machine
  dockswitch mirror /srv/docker stable --for debian:bookworm/arm64
  dockswitch mirror /srv/docker 28.5.2 --prune    nothing but that, from now on
  dockswitch mirror /srv/docker --locked          what dockswitch.lock has
  dockswitch list-remote --mirror file:///srv/docker

Each SPEC is one word here. The folder is laid out as Docker's own host, and any
web server may serve it. apt reads it without dockswitch, with the signatures of
the original: it then knows all that these list, and of the packages those are
there that were asked for. Run again, it fetches what is new, and goes on with
what a run left unfinished.
"""


def command(
    ctx: typer.Context,
    folder: Annotated[
        str, typer.Argument(metavar="DIR", help="The folder of the mirror.", show_default=False)
    ],
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SPEC...",
            help="CHANNEL, VERSION or CHANNEL@VERSION.",
            show_default=False,
            autocompletion=spec.complete,
        ),
    ] = None,
    named: Annotated[
        list[str] | None,
        typer.Option(
            "--for",
            metavar="HOST",
            help="For that host, such as debian:bookworm/arm64; as often as there are several. "
            "For this one where nothing is said.",
        ),
    ] = None,
    backends: Annotated[
        list[str] | None,
        typer.Option(
            "--backend",
            metavar="B",
            help="Whose sources: static, apt, machine (images), each in an option of its own. "
            "Static and apt, as far as a host has them, where nothing is said.",
        ),
    ] = None,
    locked: Annotated[
        bool,
        typer.Option(
            "--locked",
            help="The very files that the nearest dockswitch.lock has, for all of its hosts, in "
            "place of any SPEC; other bytes are refused.",
        ),
    ] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="Remove what these releases do not need.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be fetched and removed.")
    ] = False,
    verify: spec.Verify = None,
    accept_digest: spec.AcceptDigest = None,
) -> None:
    """Keep a partial mirror that web servers serve, and apt reads."""
    from dockswitch.cli import mirrored as told
    from dockswitch.switching import mirror, mirror_due

    session = Session(ctx, unpacks=True)
    accepted = spec.accepted(verify, accept_digest)
    there = session.system.mirror_folder(folder)
    if os.path.lexists(there.path) and not os.path.isdir(there.path):
        raise NoFolder(there.path)
    began = session.system.monotonic()
    needs_of = mirror_asked.locked if locked else mirror_asked.published
    needs = needs_of(session, words or (), named or (), backends or ())
    if dry_run:
        due = mirror_due.due(there, needs, accepted, prune=prune)
        _note_unlisted(session, due)
        session.report.answer(told.due_plain(there.path, due), told.due_lines(there.path, due))
        return
    with there.locked():
        due = mirror_due.due(there, needs, accepted, prune=prune)
        done = mirror.mirror(there, needs, due, accepted, session.report.progress, prune=prune)
    _note_unlisted(session, due)
    session.report.answer(
        told.done_plain(there.path, done, session.system.monotonic() - began),
        told.done_lines(there.path, done, needs),
    )


def _note_unlisted(session: Session, due: "Due") -> None:
    if due.unlisted:
        names = ", ".join(each.rpartition("/")[2] for each in due.unlisted)
        session.report.note(
            f"their signed index no longer lists {names}: `dockswitch use --locked` finds what is "
            "locked, and apt alone does not"
        )


class NoFolder(UsageError):
    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} is no folder",
            details="a mirror is kept in a folder of its own",
            hint="name a folder; it is made where there is none",
        )
