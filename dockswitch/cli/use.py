"""`dockswitch use`: switch to a release, fetching it if needed."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from dockswitch.cli import sessions, spec, vm
from dockswitch.cli.consent import consent
from dockswitch.cli.env import address
from dockswitch.cli.privilege import as_root
from dockswitch.cli.session import Session
from dockswitch.model.errors import UsageError
from dockswitch.model.layout import has_engine
from dockswitch.model.outcome import Found, Outcome
from dockswitch.report import outcome as telling

if TYPE_CHECKING:  # imported by the function that runs, so that --help does without them
    from dockswitch.backends import Backend
    from dockswitch.model.lock import Lock
    from dockswitch.model.plan import Plan
    from dockswitch.model.wish import Request
    from dockswitch.switching.options import Options

EXAMPLES = """\
Examples:
  dockswitch use stable                     the newest that stable has
  dockswitch use test 17.06.0-ce-rc2        exactly that, if test has it
  dockswitch use 28                         the newest GA of 28
  dockswitch use edge --as-of 2017-11-30    what edge offered on that day
  dockswitch use test --experimental        with what is unfinished in it
  dockswitch use test --dry-run             what it would do
  dockswitch use 28 --from deb              out of the signed packages
  dockswitch use 28.5.2 --backend apt       as the machine's own packages
  dockswitch use 28.5.2 --package containerd.io=1.7.28-1
  dockswitch use 28 --revert-after 10m      unless `dockswitch confirm` comes
  dockswitch use 28 --probe 'curl -fsS http://localhost:8080/health'
  dockswitch use --locked                   what the nearest dockswitch.lock has
  dockswitch use previous                   the one before, as `cd -`
  dockswitch use 20.10 --data separate      with a data-root of its own
  dockswitch use test 17.06.0-ce-rc2 --backend machine
  dockswitch use 18.09.9 --backend machine -- --virtualbox-memory 2048
  dockswitch use 19.03.12 --backend machine --machine dev --in-place
  dockswitch use test latest-pre --backend lima

An engine in a virtual machine is your own: --backend machine (docker-machine)
and --backend lima mean --user. What stands behind -- is for the making of it.
"""
PENDING = 10
RUNS = True  # what stands behind `--`: for whoever makes a virtual machine


def command(
    ctx: typer.Context,
    words: spec.Words = None,
    backend: spec.Backend = None,
    source: spec.From = None,
    suite: spec.Suite = None,
    as_of: spec.AsOf = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="As --dry-run; exit code 10 where a change is pending.")
    ] = False,
    no_start: Annotated[
        bool, typer.Option("--no-start", help="Flip the links; leave the engine as it is.")
    ] = False,
    client_only: Annotated[
        bool, typer.Option("--client-only", help="Link the docker client and nothing else.")
    ] = False,
    experimental: Annotated[
        bool,
        typer.Option("--experimental", help="Turn the engine's experimental features on."),
    ] = False,
    from_file: Annotated[
        bool, typer.Option("--from-file", help="Take the version from the nearest pin file.")
    ] = False,
    locked: spec.Locked = False,
    data: spec.Data = None,
    probe: spec.Probe = None,
    package: spec.PackageWords = None,
    revert_after: spec.RevertAfter = None,
    hold: spec.Hold = None,
    machine: vm.Name = None,
    driver: vm.Driver = None,
    in_place: vm.InPlace = False,
    keep_running: vm.KeepRunning = False,
    verify: spec.Verify = None,
    accept_digest: spec.AcceptDigest = None,
) -> None:
    """Switch to a release, fetching it if needed."""
    from dockswitch.model.wish import Previous, SystemsOwn
    from dockswitch.switching.options import Options

    began = time.monotonic()
    taken = spec.source(source)
    if not has_engine():
        from dockswitch.cli import offered  # macOS and Windows

        backend = offered.backend(
            ctx, _pinned(words), named=backend, client_only=client_only, day=as_of
        )
    session, by = sessions.of(ctx, backend=backend, source=taken, suite=suite)
    spec.suited(suite, taken, by[0])
    in_vm = vm.said(ctx, machine, driver, in_place, keep_running)
    vm.refuse_unmeant(
        session.keeper,
        client_only=client_only,
        no_start=no_start,
        experimental=experimental,
        data=data,
        hold=hold is not None,
        package=package,
        suite=suite,
        revert_after=revert_after,
    )
    if experimental and (no_start or client_only):
        raise UsageError(
            "--experimental is for an engine that is started",
            hint="leave out --no-start and --client-only",
        )
    lock, request = _asked(session, words or [], as_of, locked=locked, from_file=from_file)
    options = Options(
        start=not no_start,
        client_only=client_only,
        experimental=experimental,
        accepted=spec.accepted(verify, accept_digest),
        source=taken,
        data=data,
        probe=spec.probe(probe, starts=not (no_start or client_only)),
        packages=spec.packages(package, by),
        hold=hold,
        vm=in_vm.wish(session, by[0]),
        lock=lock,
        revert_after=spec.revert_after(revert_after),
    )
    if session.keeper is not None and isinstance(request.wish, Previous | SystemsOwn):
        in_vm.refuse_back(session.keeper)
    by = by[:1] if options.packages else by  # no other backend knows these
    if dry_run or check:
        chosen = sessions.one(session, request, by, options)
        changes = _previews(session, request, chosen, options, began)
        raise typer.Exit(PENDING if check and changes else 0)
    # Whoever said yes to a pin file is not asked again.
    as_root(session, *([] if words or from_file or locked else ["--from-file"]))
    chosen = sessions.one(session, request, by, options)
    _switches(session, request, chosen, options, began)


def _previews(
    session: Session, request: "Request", backend: "Backend", options: "Options", began: float
) -> bool:
    """Says what would be done; whether anything would."""
    from dockswitch.switching.preview import preview

    plan, channel = preview(session.system, lambda: session.catalog, request, backend, options)
    tell_preview(session, plan, channel, backend.name, began, options)
    return plan.changes


def _switches(
    session: Session, request: "Request", backend: "Backend", options: "Options", began: float
) -> None:
    from dockswitch.switching import use

    here = session.bare if options.lock is None else session.system
    same = use.same_again(here, lambda: session.catalog, request, backend, options)
    if same is not None:
        tell(session, same, began, options)
        return
    outcome, found = use.use(
        session.system,
        lambda: session.catalog,
        request,
        backend,
        options,
        session.report.progress,
        consent(session),
    )
    tell(session, outcome, began, options)
    _mention_pre_release(session, found)
    if outcome.changed and backend.name == "apt":
        _mention_secret(session)
    if outcome.changed and outcome.after.running:
        from dockswitch.cli import membership

        membership.offer(session)


def tell_preview(
    session: Session, plan: "Plan", channel: str, backend: str, began: float, options: "Options"
) -> None:
    """Says what would be done."""
    waits = options.revert_after if plan.changes else 0
    session.report.answer(
        telling.plan_plain(plan, channel, backend, seconds=time.monotonic() - began, waits=waits),
        telling.plan_lines(plan, session.layout, backend, waits=waits),
    )


def tell(session: Session, outcome: Outcome, began: float, options: "Options") -> None:
    """What every switch says in the end."""
    if options.revert_after and not outcome.changed:
        from dockswitch.cli import waiting  # few have to be confirmed

        waiting.mention_in_vain(session)
    if outcome.recovered:
        session.report.note(
            f"the switch to {outcome.recovered.wish} had not finished: it was undone first"
        )
    for note in outcome.notes:
        session.report.warning(note)
    session.report.answer(
        telling.outcome_plain(outcome, seconds=time.monotonic() - began),
        telling.outcome_lines(outcome, session.layout),
    )
    if outcome.after.vm is not None:
        vm.mention_ways(session, outcome)
        return
    if session.layout.scope == "user" and outcome.after.running:
        session.report.note(
            f"DOCKER_HOST={address(session)} leads docker to it: "
            'eval "$(dockswitch env --user)" sets that in a shell'
        )


def _asked(
    session: Session, words: list[str], as_of: str | None, *, locked: bool, from_file: bool
) -> "tuple[Lock | None, Request]":
    """The lock that decides, if one does, and what is asked: words, a lock's, or a pin file's."""
    lock, request = spec.NOTHING_LOCKED
    if locked or not words:
        from dockswitch.cli import locks

        lock, request = locks.wanted(session, words, as_of, locked=locked, from_file=from_file)
    if request is None:
        request = session.request(_wanted(session, words, from_file=from_file), as_of)
    if lock is not None:
        from dockswitch.switching.locked import refuse_wish

        refuse_wish(request)
    return lock, request


def _pinned(words: list[str] | None) -> list[str]:
    """The spec's words, else those of the nearest pin file; none where there is none."""
    from dockswitch.cli import pins

    pin = None if words else pins.nearest()
    return [pin.spec] if pin else words or []


def _wanted(session: Session, words: list[str], *, from_file: bool) -> list[str]:
    """The spec's words, or the nearest pin file's where it may be believed."""
    if words and not from_file:
        return words
    from dockswitch.cli import pins

    pin = pins.nearest()
    if words or pin is None:
        what = "a spec and --from-file exclude each other" if words else "which release?"
        raise UsageError(
            what, hint="`dockswitch use test` takes what test offers; `use --help` shows more"
        )
    question = f"{pin.path} wants {pin.spec}; switch this machine to it?"
    if not (from_file or session.layout.scope == "user" or session.asks(question)):
        raise UsageError(
            f"{pin.path} wants {pin.spec}, and a file does not decide for a machine",
            hint="`dockswitch use --from-file` says that it may",
        )
    if not pins.names_version(session.request([pin.spec])):
        raise UsageError(
            f"{pin.path} wants {pin.spec}, and a pin names a version, never a source",
            hint=f"`dockswitch use {pin.spec}` decides for the channel by hand",
        )
    return [pin.spec]


def _mention_secret(session: Session) -> None:
    """What stands in a mirror's address is used by dockswitch, and is nothing for apt's sources."""
    from dockswitch.apt import own_source

    addresses = (session.settings[name].value for name in ("mirror", "apt_mirror"))
    for note in filter(None, map(own_source.note, addresses)):
        session.report.note(note)


def _mention_pre_release(session: Session, found: Found | None) -> None:
    """`use test` may land on a GA, as apt would: say what there is to try."""
    if found is None or found.newest_pre is None or found.release.version.pre:
        return
    channel, newest = found.release.channel, found.newest_pre.version
    if channel != "stable":
        session.report.note(
            f"{found.release.version} is a GA; the newest pre-release in {channel} is {newest}: "
            f"`dockswitch use {channel} latest-pre`"
        )
