"""`dockswitch env`: print what a shell needs to use this engine."""

from typing import Annotated, Literal

import typer

from dockswitch.cli.session import Session

EXAMPLES = """\
Examples:
  eval "$(dockswitch env)"
  dockswitch env --shell fish | source
  dockswitch env --shell powershell | Invoke-Expression
"""
_FORMS = {
    "sh": 'export {name}="{value}"',
    "fish": 'set -gx {name} "{value}";',
    "powershell": '$Env:{name} = "{value}"',
    "cmd": "SET {name}={value}",
}
_PATHS = {"sh": "{new}:$PATH", "fish": "{new}:$PATH", "powershell": "{new};$Env:PATH"}


def command(
    ctx: typer.Context,
    shell: Annotated[
        Literal["sh", "fish", "powershell", "cmd"],
        typer.Option("--shell", metavar="SHELL", help="sh, fish, powershell or cmd."),
    ] = "sh",
) -> None:
    """Print what a shell needs to use this engine."""
    from dockswitch.engine.daemon_config import DaemonConfig

    session = Session(ctx)
    socket = DaemonConfig.read(session.system).socket
    folder = session.layout.real(session.layout.bin)
    values = {
        "DOCKER_HOST": f"unix://{session.layout.real(socket)}",
        "PATH": _PATHS.get(shell, "{new};%PATH%").format(new=folder),
    }
    session.report.answer(
        {"shell": shell, "DOCKER_HOST": values["DOCKER_HOST"], "bin": folder},
        [_FORMS[shell].format(name=name, value=value) for name, value in values.items()],
    )
