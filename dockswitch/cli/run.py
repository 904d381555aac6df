"""`dockswitch run`: run a command with the client of a version on PATH."""

import os
from typing import Annotated

import typer

from dockswitch.cli import options, privilege
from dockswitch.cli.session import Session
from dockswitch.model.errors import UsageError

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
    from dockswitch.switching import install
    from dockswitch.switching.fetch import Accepted

    session = Session(ctx)
    argv = options.behind(ctx)
    if not argv:
        raise UsageError("what is to run?", hint=f"`dockswitch run {words[0]} -- docker version`")
    request = session.request(words)
    wanted = (session.system, lambda: session.catalog, request, session.backend().takes[0])
    if privilege.is_wanted(session) and not install.is_kept(*wanted):
        # Root fetches it, and the person runs it.
        privilege.first(session, "install", instead_of="run")
    bundle = install.install(*wanted, Accepted(), session.report.progress).bundle
    code = _run(session, argv, bundle.folder)
    session.report.answer({"version": str(bundle.version), "exit": code})
    raise typer.Exit(code)


def _run(session: Session, argv: list[str], folder: str) -> int:
    """The command's own code; with --json its output goes aside, to stderr."""
    from dockswitch.engine.daemon_config import DaemonConfig
    from dockswitch.system import commands

    layout = session.layout
    env = {"PATH": f"{layout.real(folder)}:{os.environ.get('PATH', os.defpath)}"}
    if layout.root:
        env["DOCKER_HOST"] = f"unix://{layout.real(DaemonConfig.read(session.system).socket)}"
    report = session.report
    return commands.attend(argv, env=env, aside=report.as_json, say=report.warning)
