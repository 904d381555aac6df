"""`dockswitch mirror`: keep a partial mirror of what some releases need, for any web server."""

from collections.abc import Sequence
from typing import Annotated

import typer

from dockswitch.cli import spec
from dockswitch.cli.session import Session
from dockswitch.model.errors import NoSuchBackend

EXAMPLES = """\
Examples:
  dockswitch mirror /srv/docker stable@28 test    for this machine
  dockswitch mirror /srv/docker stable --for debian:bookworm/arm64
  dockswitch mirror /srv/docker 28.5.2 --prune    nothing but that, from now on
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
        list[str],
        typer.Argument(
            metavar="SPEC...",
            help="CHANNEL, VERSION or CHANNEL@VERSION.",
            show_default=False,
            autocompletion=spec.complete,
        ),
    ],
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
    from dockswitch.switching import mirror, mirror_due, mirroring
    from dockswitch.system import hosts

    session = Session(ctx, unpacks=True)
    accepted = spec.accepted(verify, accept_digest)
    requests = [session.request([word]) for word in words]
    kinds = _kinds(backends or ())
    here = session.system
    began = here.monotonic()
    asked_for = [hosts.named(each) for each in named or ()] or [hosts.with_distribution()]
    readers = here.on_behalf_of(*asked_for)
    asked, notes = mirroring.found(readers, session.catalog, requests, kinds)
    needs = mirroring.needed(session.catalog, asked)
    for note in notes:
        session.report.note(note)
    there = here.mirror_folder(folder)
    if dry_run:
        due = mirror_due.due(there, needs, accepted, prune=prune)
        session.report.answer(told.due_plain(there.path, due), told.due_lines(there.path, due))
        return
    with there.locked():
        due = mirror_due.due(there, needs, accepted, prune=prune)
        done = mirror.mirror(there, needs, due, accepted, session.report.progress, prune=prune)
    session.report.answer(
        told.done_plain(there.path, done, here.monotonic() - began),
        told.done_lines(there.path, done, needs),
    )


def _kinds(words: Sequence[str]) -> tuple[str, ...]:
    """The kinds of source that are asked for; raises NoSuchBackend."""
    from dockswitch.sources import resolver

    for word in words:
        if word not in resolver.BACKENDS:
            raise NoSuchBackend(word, resolver.BACKENDS, resolver.GROUP)
    return tuple(dict.fromkeys(words))
