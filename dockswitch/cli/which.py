"""`dockswitch which`: show where a binary of the version in use is."""

from typing import Annotated

import typer

from dockswitch.cli.current import NothingInUse
from dockswitch.cli.session import Session
from dockswitch.model.errors import DockswitchError

EXAMPLES = """\
Examples:
  dockswitch which dockerd
  $(dockswitch which docker) version
"""


def command(
    ctx: typer.Context,
    binary: Annotated[
        str, typer.Argument(metavar="BINARY", help="docker, dockerd, runc, …")
    ] = "docker",
) -> None:
    """Show where a binary of the version in use is."""
    from dockswitch.backends import bundles

    session = Session(ctx)
    backend = session.backend()
    installed = backend.installed(session.system)
    if installed.version is None:
        raise NothingInUse
    if session.system.link(session.layout.vm) is not None:
        raise InMachine(str(installed.version))
    if backend.name == "apt":
        from dockswitch.apt import belongings  # only where packages brought them

        places = belongings.programs(session.system)
    else:
        bundle = bundles.read(session.system, installed.folder)
        names = bundle.names if bundle else ()
        places = {name: session.layout.real(f"{installed.folder}/{name}") for name in names}
    if binary not in places:
        raise NoSuchBinary(binary, str(installed.version), tuple(places))
    path = places[binary]
    session.report.answer({"binary": binary, "path": path}, [path])


class InMachine(DockswitchError):
    def __init__(self, version: str) -> None:
        super().__init__(
            f"{version} is in a virtual machine, and has no binaries here",
            details="docker on this machine only talks to it",
            hint=f"`dockswitch run {version} --user -- docker version` takes its own client",
        )


class NoSuchBinary(DockswitchError):
    def __init__(self, name: str, version: str, names: tuple[str, ...]) -> None:
        super().__init__(f"{version} has no binary {name!r}", details=f"it has {', '.join(names)}")
