"""`dockswitch run`: run a command with the client of a version on PATH."""

import os
from typing import Annotated

import typer

from dockswitch.cli.session import Session
from dockswitch.model.errors import DockswitchError, UsageError

EXAMPLES = """\
Examples:
  dockswitch run 20.10.24 -- docker version
  dockswitch run test -- sh -c 'docker ps | wc -l'
"""
CONTEXT = {"ignore_unknown_options": True, "allow_interspersed_args": False}
BEFORE = 125


def command(
    ctx: typer.Context,
    words: Annotated[
        list[str], typer.Argument(metavar="SPEC -- CMD...", help="Which client, and what to run.")
    ],
) -> None:
    """Run a command with the client of a version on PATH."""
    from dockswitch.switching import install
    from dockswitch.switching.fetch import Accepted

    try:
        session = Session(ctx)
        spec, argv = _split(words)
        bundle = install.install(
            session.system,
            lambda: session.catalog,
            session.request(spec),
            session.backend().takes[0],
            Accepted(),
            session.report.progress,
        ).bundle
    except DockswitchError as error:
        error.exit = BEFORE  # type: ignore[misc]  # so that CMD's own codes stay its own
        raise
    code = _run(session, argv, bundle.folder)
    session.report.answer({"version": str(bundle.version), "exit": code})
    raise typer.Exit(code)


def _run(session: Session, argv: list[str], folder: str) -> int:
    """The command's own code; with --json its output goes aside, to stderr."""
    from dockswitch.engine.daemon_config import DaemonConfig
    from dockswitch.system import processes

    layout = session.layout
    env = {"PATH": f"{layout.real(folder)}:{os.environ.get('PATH', os.defpath)}"}
    if layout.root:
        env["DOCKER_HOST"] = f"unix://{layout.real(DaemonConfig.read(session.system).socket)}"
    return processes.attend(argv, env=env, aside=session.report.as_json)


def _split(words: list[str]) -> tuple[list[str], list[str]]:
    if "--" in words:
        place = words.index("--")
        spec, argv = words[:place], words[place + 1 :]
    else:
        spec, argv = words[:1], words[1:]
    if not spec or not argv:
        raise UsageError("what is to run?", hint="`dockswitch run 28.5.2 -- docker version`")
    return spec, argv
