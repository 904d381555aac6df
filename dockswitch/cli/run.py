"""`dockswitch run`: run a command with the client of a version on PATH."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from dockswitch.cli import options, privilege
from dockswitch.cli.session import Session
from dockswitch.model.errors import UsageError
from dockswitch.model.vm import keeper_of

if TYPE_CHECKING:  # imported by the functions that run
    from dockswitch.model.version import Version
    from dockswitch.model.wish import Request

EXAMPLES = """\
Examples:
  dockswitch run 20.10.24 -- docker version
  dockswitch run test -- sh -c 'docker ps | wc -l'
"""
RUNS = True  # what stands behind `--`
FAILED = 125  # what any failure before that exits with, so that its own codes stay its own


def command(
    ctx: typer.Context,
    words: Annotated[
        list[str], typer.Argument(metavar="SPEC -- CMD...", help="Which client, and what to run.")
    ],
) -> None:
    """Run a command with the client of a version on PATH."""
    session = Session(ctx)
    argv = options.behind(ctx)
    if not argv:
        raise UsageError("what is to run?", hint=f"`dockswitch run {words[0]} -- docker version`")
    if session.backend().name == "apt":
        # Only one version is installed as packages: of others the client is taken out of them.
        session = Session(ctx, backend="apt", unpacks=True)
    request = session.request(words)
    version, folder = _installed(session, request) or _unpacked(session, request)
    code = _run(session, argv, folder)
    session.report.answer({"version": str(version), "exit": code})
    raise typer.Exit(code)


def _installed(session: Session, request: "Request") -> "tuple[Version, str] | None":
    """The very version that is installed as packages, and where its client is."""
    backend = session.backend()
    if backend.name != "apt":
        return None
    from dockswitch.apt import belongings
    from dockswitch.model.wish import Exact

    version = backend.installed(session.system).version
    if version is None or not isinstance(request.wish, Exact) or not request.wish.matches(version):
        return None
    client = belongings.programs(session.system).get("docker")
    return (version, client.rpartition("/")[0]) if client else None


def _unpacked(session: Session, request: "Request") -> "tuple[Version, str]":
    """One that is kept in a folder of its own, fetched where it is not."""
    from dockswitch.switching import install
    from dockswitch.switching.authentic import Accepted

    backend = session.backend()
    if keeper_of(backend.name) is not None:  # images of machines hold no client for this one
        backend = session.backend("static")
    source = "apt" if backend.name == "apt" else ""
    wanted = (session.system, lambda: session.catalog, request, backend.takes[0])
    if privilege.is_wanted(session) and not install.is_kept(*wanted, source):
        # Root fetches it, and the person runs it.
        from_deb = ("--from", "deb") if source else ()
        privilege.first(session, "install", *from_deb, instead_of="run")
    installed = install.install(*wanted, Accepted(), session.report.progress, source=source)
    return installed.bundle.version, session.layout.real(installed.bundle.folder)


def _run(session: Session, argv: list[str], folder: str) -> int:
    """The command's own code; with --json its output goes aside, to stderr."""
    from dockswitch.engine.daemon_config import DaemonConfig
    from dockswitch.system import commands

    layout = session.layout
    env = {"PATH": f"{folder}:{os.environ.get('PATH', os.defpath)}"}
    if layout.root:
        env["DOCKER_HOST"] = f"unix://{layout.real(DaemonConfig.read(session.system).socket)}"
    report = session.report
    return commands.attend(argv, env=env, aside=report.as_json, say=report.warning)
