"""Render a switch as a shell script, as cloud-init, or as apt's preferences."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from dockswitch.cli import locks, spec
from dockswitch.cli.session import Session
from dockswitch.model.errors import UsageError
from dockswitch.model.trust import Trust
from dockswitch.system import files

if TYPE_CHECKING:  # imported by the function that runs, so that --help does without them
    from dockswitch.export.script import Script
    from dockswitch.model.host import Host
    from dockswitch.switching.exported import Exported

EXAMPLES = """\
Examples:
  dockswitch export sh 28.5.2 --for ubuntu:noble/amd64 -o engine.sh
  dockswitch export sh stable --backend static --for linux/aarch64 | sudo sh
  dockswitch export cloud-init test --for debian:bookworm/amd64 -o user-data
  dockswitch export preferences 28.5.2 --for ubuntu:jammy/amd64
  dockswitch export sh --locked --for debian:trixie/amd64      nothing is asked

`sh engine.sh --check` on the host says what it would do and does nothing, exit
code 10 where that is a change; --json is for programs, --help says more.

What is rendered does what `use` would do on that host, pinned by digests: files
of which nobody published one are read once for it. The script wants a POSIX sh
and the tools of Ubuntu 14.04 or later.
"""

Backend = Annotated[
    str | None,
    typer.Option(
        "--backend",
        metavar="B",
        help="apt or static. Packages where the host's distribution has them, else static.",
    ),
]
For = Annotated[
    str | None,
    typer.Option(
        "--for",
        metavar="HOST",
        help="The host that it is for, such as ubuntu:noble/amd64 or linux/aarch64; this one where "
        "none is named.",
    ),
]
Output = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="FILE", help="Where to, instead of standard output."),
]


def _sh(wanted: "Script") -> str:
    from dockswitch.export import script

    return script.render(wanted)


def _user_data(wanted: "Script") -> str:
    from dockswitch.export import cloud_init

    return cloud_init.render(wanted)


def _switch(
    renders: "Callable[[Script], str]", said: str, *, mode: int = 0o644
) -> Callable[..., None]:
    """The command that renders a whole switch so, in a file of that mode; `said` is its help."""

    def command(
        ctx: typer.Context,
        words: spec.Words = None,
        host: For = None,
        backend: Backend = None,
        suite: spec.Suite = None,
        as_of: spec.AsOf = None,
        locked: spec.Locked = False,
        hold: spec.Hold = None,
        output: Output = None,
        verify: spec.Verify = None,
        accept_digest: spec.AcceptDigest = None,
    ) -> None:
        session = Session(ctx, host=_host(host), backend=_asks(backend), suite=suite)
        found = _found(
            session, words, backend, suite, as_of, verify, accept_digest, locked=locked, hold=hold
        )
        _tell(session, found, renders(found.script), output, mode=mode)

    command.__doc__ = said
    return command


def preferences(
    ctx: typer.Context,
    words: spec.Words = None,
    host: For = None,
    suite: spec.Suite = None,
    as_of: spec.AsOf = None,
    locked: spec.Locked = False,
    output: Output = None,
    verify: spec.Verify = None,
    accept_digest: spec.AcceptDigest = None,
) -> None:
    """Preferences that have apt take exactly these packages (/etc/apt/preferences.d)."""
    from dockswitch.export import pins

    session = Session(ctx, host=_host(host), backend="apt", suite=suite)
    found = _found(
        session, words, "apt", suite, as_of, verify, accept_digest, locked=locked, hold=None
    )
    _tell(session, found, pins.render(found.script), output)


FAMILY: dict[str, Callable[..., None]] = {
    "sh": _switch(
        _sh, "One POSIX script that makes the switch on a machine without dockswitch.", mode=0o755
    ),
    "cloud-init": _switch(
        _user_data, "User-data (#cloud-config) that makes the switch at a machine's first boot."
    ),
    "preferences": preferences,
}


def _asks(backend: str | None) -> str:
    """Which distribution this is concerns packages; they come first where nobody says."""
    from dockswitch.backends import find
    from dockswitch.switching.exported import SOURCES

    if backend is not None and find(backend).name not in SOURCES:
        raise UsageError(
            f"nothing is rendered for the {backend} backend",
            hint="--backend takes apt or static; engines in virtual machines are `use`'s to make",
        )
    return backend or "apt"


def _host(named: str | None) -> str | None:
    """The host as `--for` names it; on a system without engines of its own a Linux like it."""
    from dockswitch.system import hosts

    this = hosts.this()
    return named or (None if this.os == "linux" else f"linux/{this.arch}")


def _found(
    session: Session,
    words: list[str] | None,
    backend: str | None,
    suite: str | None,
    as_of: str | None,
    verify: str | None,
    accept_digest: list[str] | None,
    *,
    locked: bool,
    hold: bool | None,
) -> "Exported":
    from dockswitch.switching import exported

    if not (words or locked):
        raise UsageError("which release?", hint="name a SPEC, such as stable or 28.5.2")
    lock, whatever = (
        locks.wanted(session, words, as_of, locked=True, from_file=False)
        if locked
        else spec.NOTHING_LOCKED
    )
    sources = _sources(session.system.host, backend or session.settings["backend"].value)
    spec.suited(suite, "", sources[0])
    wanted = exported.Wanted(
        whatever or session.request(words or [], as_of),
        sources,
        spec.accepted(verify, accept_digest),
        lock,
        hold,
    )
    return exported.exported(session.system, session.catalog, wanted, session.report.progress)


def _sources(host: "Host", backend: str) -> tuple[str, ...]:
    """Whose sources, best first: packages are published for distributions."""
    if backend:
        _asks(backend)
        return (backend,)
    return ("apt", "static") if host.distribution else ("static",)


def _tell(
    session: Session, found: "Exported", text: str, output: str | None, *, mode: int = 0o644
) -> None:
    """The text on standard output, or in that file, which is as it was where it said the same."""
    wanted = found.script
    bundle = wanted.bundle
    what = f"Docker Engine {bundle.version} ({wanted.backend}, {session.system.host})"
    if bundle.trust is Trust.TLS:
        session.report.note(f"{what}: trust {bundle.trust} ({bundle.trust.meaning})")
    changed = output is not None and _written(output, text, mode)
    session.report.answer(
        {
            "changed": changed,
            "version": str(bundle.version),
            "channel": found.found.release.channel,
            "backend": wanted.backend,
            "host": str(session.system.host),
            "trust": str(bundle.trust),
            "hold": wanted.hold,
            "artifacts": [
                {"url": e.url, "package": e.package or None, "sha256": e.sha256, "bytes": e.size}
                for e in bundle.artifacts
            ],
            "source": {each.path: each.content for each in wanted.source},
            "file": os.path.abspath(output) if output else None,
            "text": None if output else text,
        },
        [f"{output}: {what}, trust {bundle.trust}" + ("" if changed else ", as it was")]
        if output
        else text.splitlines(),
    )


def _written(path: str, text: str, mode: int) -> bool:
    """Whether the file had to be written. Raises UsageError where it cannot be."""
    place = os.path.abspath(path)
    folder = os.path.dirname(place)
    if not os.path.isdir(folder):
        raise UsageError(f"there is no folder {folder}", hint="make it first")
    if os.path.isdir(place):
        raise UsageError(f"{place} is a folder", hint="--output names a file")
    if files.read(place) == text.encode():
        return False
    files.write(place, text.encode(), mode)
    return True
