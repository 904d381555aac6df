"""`dockswitch try`: try an engine beside the one that runs here."""

from collections.abc import Sequence
from typing import Annotated

import typer

from dockswitch.cli import options, privilege, spec
from dockswitch.cli.session import Session
from dockswitch.model.errors import UsageError

EXAMPLES = """\
Examples:
  dockswitch try test                    a shell with the newest of test
  dockswitch try test -- docker version
  dockswitch try 28 --with-image app -- make test
  dockswitch try test latest-pre --keep rc --for-hours 8
  dockswitch try --in rc -- docker ps
  dockswitch try --end rc
  dockswitch try test --user             an engine without root

It has images, containers and a network of its own, and is gone with its shell
or command, in which the ports that it publishes are on localhost. One that is
kept is `docker --context dockswitch-NAME` for any other shell. All of it goes
without root too (`--user`), but for sudo, which does nothing in there.
"""
RUNS = True  # what stands behind `--`
FAILED = 125  # as with `run`


def command(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SPEC [-- CMD...]",
            help="CHANNEL, VERSION, CHANNEL VERSION or CHANNEL@VERSION; and what is to run.",
            show_default=False,
            autocompletion=spec.complete,
        ),
    ] = None,
    keep: Annotated[
        str | None,
        typer.Option("--keep", metavar="NAME", help="Keep it under that name when this ends."),
    ] = None,
    for_hours: Annotated[
        float | None,
        typer.Option("--for-hours", metavar="N", help="End what is kept by itself; 0.5 will do."),
    ] = None,
    with_image: spec.WithImage = None,
    end: Annotated[
        str | None,
        typer.Option(
            "--end",
            metavar="NAME",
            help="End one, with all that is in it.",
            autocompletion=lambda ctx, incomplete: _complete(ctx, incomplete),
        ),
    ] = None,
    enter: Annotated[
        str | None,
        typer.Option(
            "--in",
            metavar="NAME",
            help="A shell or command in one that is kept.",
            autocompletion=lambda ctx, incomplete: _complete(ctx, incomplete),
        ),
    ] = None,
    source: spec.From = None,
    suite: spec.Suite = None,
    verify: spec.Verify = None,
    accept_digest: spec.AcceptDigest = None,
) -> None:
    """Try an engine beside the one that runs here."""
    argv = options.behind(ctx)
    if not argv and (keep or end):
        options.runs_nothing(ctx)
    _refuse_contradictions(words, keep, for_hours, end, enter, argv)
    from dockswitch.cli import trying

    if end or enter:
        session = Session(ctx)
        if enter and not (argv or session.on_terminal):
            raise NoTerminal
        privilege.as_root(session, carried=trying.carried())
        if end:
            trying.ends(session, end)
        elif enter:
            trying.enters(session, enter, argv)
        return
    accepted = spec.accepted(verify, accept_digest)
    session, taken = session_for(ctx, spec.source(source), suite)
    request = session.request(words or [])  # a wrong word needs no password
    if not (argv or keep or session.on_terminal):
        raise NoTerminal
    privilege.as_root(session, carried=trying.carried())
    from dockswitch.switching import install, rootless
    from dockswitch.switching.options import Options

    system = session.system
    rootless.refuse(system)
    backend = session.backend("static").takes[0]
    asked = (system, lambda: session.catalog, request, backend, accepted)
    bundle = install.install(
        *asked,
        session.report.progress,
        rootless=Options().rootless(session.layout),
        source=taken,
    ).bundle
    wish = trying.Wish(
        bundle=bundle,
        channel=request.channel or next(iter(bundle.channels), ""),
        images=tuple(with_image or ()),
        argv=argv,
    )
    if keep:
        trying.keeps(session, wish, keep, for_hours)
    else:
        trying.tries(session, wish)


def session_for(ctx: typer.Context, source: str, suite: str | None) -> tuple[Session, str]:
    """The session, and whose sources: where apt has the engine here, out of its packages too."""
    session = Session(ctx)
    if not source and session.layout.scope == "system" and session.backend().name == "apt":
        source = "apt"
    spec.suited(suite, source, None)
    # packages are published for a distribution, which is asked for then only
    backend = source if source == "apt" else None
    return Session(ctx, backend=backend, suite=suite, unpacks=source == "apt"), source


def _refuse_contradictions(
    words: Sequence[str] | None,
    keep: str | None,
    for_hours: float | None,
    end: str | None,
    enter: str | None,
    argv: Sequence[str],
) -> None:
    if sum(map(bool, (words, end, enter))) != 1:
        raise UsageError(
            "which engine is to be tried?",
            details="either SPEC, or one that is kept with --in or --end",
            hint="`dockswitch try test` tries the newest of test",
        )
    if (keep or for_hours is not None) and not words:
        raise UsageError("--keep and --for-hours are about one that begins", hint="leave them out")
    if for_hours is not None and not keep:
        raise UsageError(
            "--for-hours is about an engine that is kept", hint="give it a name with --keep NAME"
        )
    if end and argv:
        raise UsageError("--end runs no command", hint=f"dockswitch try --in {end} -- ...")


def _complete(ctx: typer.Context, incomplete: str) -> list[str]:
    from dockswitch.switching import trial_record

    names = [each.name for each in trial_record.every(Session(ctx).system)]
    return spec.beginning(names, incomplete)


class NoTerminal(UsageError):
    def __init__(self) -> None:
        super().__init__(
            "what is to run in it?",
            details="without a terminal there is nobody for a shell",
            hint="`dockswitch try test -- docker version`, or --keep NAME",
        )
