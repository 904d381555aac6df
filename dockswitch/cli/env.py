"""`dockswitch env`: print what a shell needs to use this engine."""

import os
import shlex
import sys
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
        "$Env:PATH = {value} + [IO.Path]::PathSeparator + $Env:PATH",
    ),
    # quoted as a whole, so that `&` and `^` are plain; PATH as it is by now, for what `FOR` runs
    # has no %PATH% put in its place
    "cmd": _Shell('SET "{name}={value}"', 'SET "{name}="', 'SET "PATH={value};{was}"'),
}


def command(
    ctx: typer.Context,
    shell: Annotated[
        Literal["sh", "fish", "powershell", "cmd"],
        typer.Option("--shell", metavar="SHELL", help="sh, fish, powershell or cmd."),
    ] = "powershell" if sys.platform == "win32" else "sh",
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
        *(
            [form.path.format(value=_quoted(shell, native(shell, folder)), was=_path())]
            if folder
            else []
        ),
    ]
    session.report.answer({"shell": shell, **variables, "unset": list(unset), "bin": folder}, lines)


def _path() -> str:
    """The PATH that there is; where cmd is not, only its own name for it."""
    return os.environ.get("PATH", "") if sys.platform == "win32" else "%PATH%"


def native(shell: str, folder: str) -> str:
    """A folder as that shell has it on its PATH, whose own colon would part a drive from it."""
    drive, colon, rest = folder.partition(":")
    if not colon or len(drive) != 1:
        return folder
    if shell in ("powershell", "cmd"):
        return folder.replace("/", "\\")
    return f"/{drive.lower()}{rest}"  # of Git, MSYS2 and Cygwin's kin


def _quoted(shell: str, value: str) -> str:
    """As that shell takes any value for itself; of cmd its SET is quoted as a whole."""
    if shell == "powershell":
        return "'" + value.replace("'", "''") + "'"
    return value if shell == "cmd" else shlex.quote(value)
