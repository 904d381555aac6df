"""`dockswitch env`: print what a shell needs to use this engine."""

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

import typer

from dockswitch.cli.session import Session

EXAMPLES = """\
Examples:
  eval "$(dockswitch env)"
  eval "$(dockswitch env --user)"            your own engine, or virtual machine
  dockswitch env --shell fish | source
  dockswitch env --shell powershell | Invoke-Expression
  eval "$(dockswitch env --unset)"           no engine in particular any more

A virtual machine may have another address each time that it starts: ask again.
"""
# What docker-machine's `env` sets, and so what may be left of a machine in a shell.
_OF_MACHINES = ("DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_MACHINE_NAME")


@dataclass(frozen=True, slots=True)
class _Shell:
    """How a shell sets a variable, has none of that name any more, and finds programs first."""

    sets: str
    unsets: str
    path: str


_SHELLS = {
    "sh": _Shell("export {name}={value}", "unset {name}", 'export PATH={value}:"$PATH"'),
    "fish": _Shell("set -gx {name} {value};", "set -e {name};", "set -gx PATH {value} $PATH;"),
    "powershell": _Shell(
        "$Env:{name} = {value}",
        "Remove-Item Env:{name} -ErrorAction Ignore",
        "$Env:PATH = {value} + ';' + $Env:PATH",
    ),
    "cmd": _Shell("SET {name}={value}", "SET {name}=", "SET PATH={value};%PATH%"),
}


def command(
    ctx: typer.Context,
    shell: Annotated[
        Literal["sh", "fish", "powershell", "cmd"],
        typer.Option("--shell", metavar="SHELL", help="sh, fish, powershell or cmd."),
    ] = "sh",
    unset: Annotated[
        bool, typer.Option("--unset", "-u", help="Take back what leads a shell to an engine.")
    ] = False,
) -> None:
    """Print what a shell needs to use this engine."""
    session = Session(ctx)
    if unset:
        _tell(session, shell, {}, ("DOCKER_HOST", *_OF_MACHINES), folder=None)
        return
    folder = session.layout.real(session.layout.bin)
    reached = _in_vm(session)
    if reached is None:
        left = tuple(name for name in _OF_MACHINES if name in os.environ)
        _tell(session, shell, {"DOCKER_HOST": address(session)}, left, folder)
        return
    from dockswitch.backends import links

    # docker reads DOCKER_CONTEXT too, and what the last machine left may not suit this one
    others = tuple(name for name in (*_OF_MACHINES, "DOCKER_CONTEXT") if name not in reached)
    linked = folder if links.linked(session.system) else None
    _tell(session, shell, reached, others, linked)


def address(session: Session) -> str:
    """Where a docker client finds this machine's own engine: the value of DOCKER_HOST."""
    from dockswitch.engine.daemon_config import DaemonConfig

    return f"unix://{session.layout.real(DaemonConfig.read(session.system).socket)}"


def _in_vm(session: Session) -> Mapping[str, str] | None:
    """What leads to the engine in the virtual machine in use; None where none is in use."""
    if session.system.link(session.layout.vm) is None:
        return None
    from dockswitch.switching import vm_in_use
    from dockswitch.vms import record

    known = record.in_use(session.system)
    return vm_in_use.reached(session.system, known).variables if known else None


def _tell(
    session: Session,
    shell: str,
    variables: Mapping[str, str],
    unset: tuple[str, ...],
    folder: str | None,
) -> None:
    form = _SHELLS[shell]
    lines = [
        *(form.sets.format(name=n, value=_quoted(shell, v)) for n, v in variables.items()),
        *(form.unsets.format(name=name) for name in unset),
        *([form.path.format(value=_quoted(shell, folder))] if folder else []),
    ]
    session.report.answer({"shell": shell, **variables, "unset": list(unset), "bin": folder}, lines)


def _quoted(shell: str, value: str) -> str:
    """As that shell takes any value for itself; cmd has no quotes that SET would not keep."""
    if shell == "powershell":
        return "'" + value.replace("'", "''") + "'"
    return value if shell == "cmd" else shlex.quote(value)
