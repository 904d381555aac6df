"""`dockswitch env`: print what a shell needs to use this engine."""

import shlex
from typing import Annotated, Literal

import typer

from dockswitch.cli.session import Session

EXAMPLES = """\
Examples:
  eval "$(dockswitch env)"
  eval "$(dockswitch env --user)"
  dockswitch env --shell fish | source
  dockswitch env --shell powershell | Invoke-Expression
"""
_FORMS = {
    "sh": ("export DOCKER_HOST={host}", 'export PATH={bin}:"$PATH"'),
    "fish": ("set -gx DOCKER_HOST {host};", "set -gx PATH {bin} $PATH;"),
    "powershell": ("$Env:DOCKER_HOST = {host}", "$Env:PATH = {bin} + ';' + $Env:PATH"),
    "cmd": ("SET DOCKER_HOST={host}", "SET PATH={bin};%PATH%"),
}


def command(
    ctx: typer.Context,
    shell: Annotated[
        Literal["sh", "fish", "powershell", "cmd"],
        typer.Option("--shell", metavar="SHELL", help="sh, fish, powershell or cmd."),
    ] = "sh",
) -> None:
    """Print what a shell needs to use this engine."""
    session = Session(ctx)
    folder = session.layout.real(session.layout.bin)
    host = address(session)
    lines = [
        line.format(host=_quoted(shell, host), bin=_quoted(shell, folder)) for line in _FORMS[shell]
    ]
    session.report.answer({"shell": shell, "DOCKER_HOST": host, "bin": folder}, lines)


def address(session: Session) -> str:
    """Where a docker client finds the engine: the value of DOCKER_HOST."""
    from dockswitch.engine.daemon_config import DaemonConfig

    return f"unix://{session.layout.real(DaemonConfig.read(session.system).socket)}"


def _quoted(shell: str, value: str) -> str:
    """As that shell takes any value for itself; cmd has no quotes that SET would not keep."""
    if shell == "powershell":
        return "'" + value.replace("'", "''") + "'"
    return value if shell == "cmd" else shlex.quote(value)
