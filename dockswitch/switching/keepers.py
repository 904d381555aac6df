"""Which ways there are to have a release where the system itself runs no engine."""

from collections.abc import Sequence
from dataclasses import dataclass

from dockswitch.model.errors import NotForThisHost, NotPublished, Unreachable
from dockswitch.model.ports import Reader
from dockswitch.model.version import Version
from dockswitch.model.vm import KEEPERS, Keeper
from dockswitch.model.wish import Request
from dockswitch.switching import history
from dockswitch.switching.chosen import LateCatalog
from dockswitch.switching.find import find

PROGRAMS: dict[Keeper, str] = {"machine": "docker-machine", "lima": "limactl"}


@dataclass(frozen=True, slots=True)
class Ways:
    """`here` are the keepers whose program is on PATH and that can have the release, best first.

    `image` is which version docker-machine would have, `last` the newest that it can have at all,
    and `client` whether the client alone is published for this system.
    """

    here: tuple[Keeper, ...]
    image: Version | None
    last: Version | None
    client: bool


def known(reader: Reader) -> Keeper | None:
    """The keeper of the newest machine in the history; None where it has none."""
    vms = (each.vm for each in reversed(history.generations(reader)))
    return next((vm.keeper for vm in vms if vm is not None), None)


def ways(reader: Reader, catalog: LateCatalog, request: Request, path: str) -> Ways:
    """What there is for the release, by what is kept and recorded: the reader is an offline one.

    `path` is PATH. Lima's machines get any release that is published for Linux.
    """
    from dockswitch.model import record

    image = _offered(reader, catalog, request, "machine")
    best: Sequence[Keeper] = KEEPERS if reader.host.os == "windows" else KEEPERS[::-1]
    fits: dict[Keeper, bool] = {"machine": image is not None, "lima": True}
    return Ways(
        here=tuple(
            keeper for keeper in best if fits[keeper] and _is_here(reader, PROGRAMS[keeper], path)
        ),
        image=image,
        last=max((each.version for each in record.images()), default=None),
        client=_offered(reader, catalog, request, "static") is not None,
    )


def _is_here(reader: Reader, program: str, path: str) -> bool:
    return reader.program(program, path) is not None


def _offered(reader: Reader, catalog: LateCatalog, request: Request, source: str) -> Version | None:
    try:
        return find(reader, catalog(), request, source).release.version
    except (NotPublished, NotForThisHost, Unreachable):
        return None
