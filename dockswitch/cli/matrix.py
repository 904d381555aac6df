"""`dockswitch matrix`: run a command against several engines, or list them for a CI."""

from collections.abc import Sequence
from typing import Annotated, Literal

import typer

from dockswitch.cli import options, privilege, spec
from dockswitch.cli.session import Session
from dockswitch.cli.try_ import session_for
from dockswitch.model.errors import UsageError
from dockswitch.model.trust import Trust

EXAMPLES = """\
Examples:
  dockswitch matrix stable test -- make test
  dockswitch matrix 20.10 26.1 28 --jobs 2 --fail-fast -- docker run --rm app
  dockswitch matrix stable@28 test --with-image app --json -- ./smoke.sh
  dockswitch matrix --format github stable test@latest-pre

Each SPEC is one word here. The command runs in trials, as of `dockswitch try`,
beside the engine that runs, and without input; what it prints is shown in the
order of the engines, and the exit code is the highest. --format github starts
nothing: its one line is for $GITHUB_OUTPUT, and `fromJSON` reads it.
"""
RUNS = True  # what stands behind `--`
FAILED = 125  # as with `run`
ALONE = True  # without a command its failures have their own codes


def command(
    ctx: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="SPEC... [-- CMD...]",
            help="CHANNEL, VERSION or CHANNEL@VERSION, and what to run with each.",
            show_default=False,
            autocompletion=spec.complete,
        ),
    ],
    form: Annotated[
        Literal["github"] | None,
        typer.Option("--format", metavar="FORM", help="Only list the versions: github."),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            "-j",
            metavar="N",
            help="How many engines at a time; as many as there are cores, and memory for, where "
            "nothing is said.",
        ),
    ] = None,
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", help="End the others once one fails.")
    ] = False,
    with_image: spec.WithImage = None,
    logs: Annotated[
        str | None,
        typer.Option("--logs", metavar="DIR", help="Keep what each printed, in DIR/VERSION.log."),
    ] = None,
    backend: spec.Source = "static",
    as_of: spec.AsOf = None,
    host: spec.For = None,
    source: spec.From = None,
    suite: spec.Suite = None,
    verify: spec.Verify = None,
    accept_digest: spec.AcceptDigest = None,
) -> None:
    """Run a command against several engines at once."""
    argv = options.behind(ctx)
    if form is not None:
        options.runs_nothing(ctx)
        if argv or jobs or fail_fast or with_image or logs or source:
            raise RunsNothing(form)
        spec.suited(suite, "", backend)
        _list(ctx, words, host=host, backend=backend, as_of=as_of, suite=suite, verify=verify)
        return
    if not argv:
        raise NothingToRun(words)
    _refuse_listing(host, backend)
    accepted = spec.accepted(verify, accept_digest)
    session, taken = session_for(ctx, spec.source(source), suite)
    requests = [session.request([word], as_of) for word in words]  # wrong words need no password
    from dockswitch.cli import abreast, trying

    wish = abreast.Wish(argv, tuple(with_image or ()), jobs, logs, fail_fast=fail_fast)
    abreast.refuse_no_jobs(wish)
    privilege.as_root(session, carried=trying.carried())
    code = abreast.runs(session, requests, wish, accepted, source=taken)
    raise typer.Exit(code)


def _list(
    ctx: typer.Context,
    words: Sequence[str],
    *,
    host: str | None,
    backend: str,
    as_of: str | None,
    suite: str | None,
    verify: str | None,
) -> None:
    from dockswitch.report import matrix as telling
    from dockswitch.switching import matrix

    session = Session(ctx, host=host, backend=backend, suite=suite)
    requests = [session.request([word], as_of) for word in words]
    least = spec.least(verify, Trust.SIGNED)
    (reader,) = session.system.on_behalf_of(session.system.host)
    found = matrix.columns(reader, session.catalog, requests, backend, least)
    plain = telling.github(found)
    session.report.answer({"matrix": plain}, [telling.one_line(plain)])


def _refuse_listing(host: str | None, backend: str) -> None:
    """What is for listing alone."""
    if host is not None:
        raise UsageError("the engines run on this host", hint="--for goes with --format github")
    if backend != "static":
        raise UsageError(
            "--backend is about listing here, with --format github",
            hint="--from deb takes the engines out of packages",
        )


class NothingToRun(UsageError):
    def __init__(self, words: Sequence[str]) -> None:
        said = " ".join(words)
        super().__init__(
            "what is to run with each engine?",
            hint=f"`dockswitch matrix {said} -- docker version`, or --format github to list them",
        )


class RunsNothing(UsageError):
    def __init__(self, form: str) -> None:
        super().__init__(
            f"--format {form} only lists versions, and runs nothing",
            hint="leave out the command, and what is about running it",
        )
