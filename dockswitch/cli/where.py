"""`dockswitch where`: show where a version was published."""

from typing import TYPE_CHECKING, Annotated

import typer

from dockswitch.cli.session import Session
from dockswitch.model.address import shown
from dockswitch.model.errors import NotPublished

if TYPE_CHECKING:
    from dockswitch.model.record import Recorded

EXAMPLES = """\
Examples:
  dockswitch where 17.05.0-ce
  dockswitch where 19.03.12 --json
"""
_IN_APT = ("stable", "test", "edge")  # docker-ce was packaged for the channels


def command(
    ctx: typer.Context,
    version: Annotated[str, typer.Argument(metavar="VERSION", help="One exact version.")],
) -> None:
    """Show where a version was published."""
    from dockswitch.model import choose, record
    from dockswitch.model.version import Version

    session = Session(ctx)
    wanted = Version.parse(version)
    known = record.find(wanted)
    if known is None:
        near = choose.nearest((each.version for each in record.releases()), wanted)
        raise NotRecorded(version, [str(each) for each in near])
    archives = record.places(wanted)
    image = next((each for each in record.images() if each.version == wanted), None)
    addresses = session.catalog.addresses
    address = shown(image.at(addresses.fill(addresses.image))) if image else None
    packages = session.catalog.packages(wanted) if known.channel in _IN_APT else ()
    released = known.released.isoformat() if known.released else None
    session.report.answer(
        {
            "version": str(known.version),
            "released": released,
            "channel": known.channel or None,
            "api": known.api or None,
            "min_api": known.min_api or None,
            "cannot_run_on": list(known.cannot_run_on),
            "archives": [
                {"channel": each.channel, "os": each.os, "arch": each.arch, "file": each.name}
                for each in archives
            ],
            "packages": list(packages),
            "image": address,
        },
        [
            _headline(known),
            *(f"  {each}: {each.name}" for each in archives),
            *([f"  apt, where a suite has it: {' '.join(packages)}"] if packages else []),
            *([f"  boot2docker: {address}"] if address else []),
            *(f"  cannot run on {each}" for each in known.cannot_run_on),
        ],
    )


def _headline(known: "Recorded") -> str:
    released = known.released.isoformat() if known.released else "on a day that nobody wrote down"
    channel = known.channel or "no channel: it was only tagged"
    return f"{known.version}, released {released} in {channel}, API {known.api or 'unknown'}"


class NotRecorded(NotPublished):
    def __init__(self, version: str, near: list[str]) -> None:
        super().__init__(
            f"the record knows no {version}",
            details=f"nearest: {', '.join(near)}",
            hint="`dockswitch list-remote` asks the channels themselves",
        )
