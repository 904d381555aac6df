"""What lies in a data-root: read from the disk, so that no engine need run."""

import json
import re
from collections import defaultdict
from dataclasses import dataclass

from dockswitch.model import stores
from dockswitch.model.ports import Reader
from dockswitch.model.stores import CONTAINERD, SERVICE

_REMAPPED = re.compile(r"[0-9]+\.[0-9]+")  # `userns-remap` keeps each pair of ids apart
_BLOBS = "io.containerd.content.v1.content/blobs/sha256"
# Where the machine's own containerd keeps its images: docker/docs#23717.
_SERVICE_ROOT = "/var/lib/containerd"


@dataclass(frozen=True, slots=True)
class Holding:
    """What lies in one store: the containers by name, and how many images.

    `images` is None where there are some that cannot be counted: containerd's stand in a database.
    """

    store: str
    containers: tuple[str, ...] = ()
    images: int | None = 0

    def __str__(self) -> str:
        several = "" if len(self.containers) == 1 else "s"
        parts = []
        if self.containers:
            parts.append(f"{len(self.containers)} container{several} ({_few(self.containers)})")
        if self.images is None:
            parts.append("its images")
        elif self.images:
            parts.append(f"{self.images} image{'' if self.images == 1 else 's'}")
        return f"{' and '.join(parts)} in {in_words(self.store)}"


@dataclass(frozen=True, slots=True)
class DataRoot:
    """A data-root; `place` is the path inside the root that its engines write to.

    `holdings` are the stores that hold anything, by name; `prior` are the storage drivers whose
    folder is not empty, by which an engine recognises what one before it used.
    """

    place: str
    holdings: tuple[Holding, ...] = ()
    prior: frozenset[str] = frozenset()


def read(reader: Reader, place: str, *, remapped: bool = False) -> DataRoot:
    """What lies at that place; nothing where there is no data-root.

    `remapped` says that its engines put the ids of users apart. Raises PermissionError.
    """
    if remapped:
        place = _apart(reader, place)
    names = set(reader.names(place))
    if not names:
        return DataRoot(place)
    drivers = [name for name in stores.names() if name != CONTAINERD]
    containers = _containers(reader, place, drivers)
    images: dict[str, int | None] = {
        name: len(reader.names(f"{place}/image/{name}/imagedb/content/sha256"))
        for name in reader.names(f"{place}/image")
    }
    if reader.names(f"{place}/containerd/daemon/{_BLOBS}"):
        images[CONTAINERD] = None
    elif _is_of_service(reader, place):
        images[SERVICE] = None
        containers[SERVICE] = containers.pop(CONTAINERD, [])
    found = (
        Holding(store, tuple(sorted(containers[store])), images.get(store, 0))
        for store in sorted({*containers, *images})
    )
    return DataRoot(
        place,
        tuple(each for each in found if each.containers or each.images != 0),
        frozenset(name for name in drivers if name in names and reader.names(f"{place}/{name}")),
    )


def in_words(store: str) -> str:
    if store == SERVICE:
        return "the image store of the machine's containerd"
    return "the image store of containerd" if store == CONTAINERD else f"the {store} storage driver"


def _apart(reader: Reader, place: str) -> str:
    found = [name for name in reader.names(place) if _REMAPPED.fullmatch(name)]
    return f"{place}/{found[-1]}" if found else place


def _is_of_service(reader: Reader, place: str) -> bool:
    """Whether an engine used the machine's containerd for its images: it keeps its build cache so.

    Others may use that containerd too, which alone says nothing.
    """
    builds = any(name.startswith("containerd-") for name in reader.names(f"{place}/buildkit"))
    return builds and bool(reader.names(f"{_SERVICE_ROOT}/{_BLOBS}"))


def _containers(reader: Reader, place: str, drivers: list[str]) -> dict[str, list[str]]:
    """The names of the containers in each store, be they running or not."""
    found: dict[str, list[str]] = defaultdict(list)
    for key in reader.names(f"{place}/containers"):
        try:
            said = json.loads(reader.read(f"{place}/containers/{key}/config.v2.json") or b"{}")
        except ValueError:
            continue  # its own engine cannot read it either
        if not isinstance(said, dict) or "Name" not in said:
            continue
        # As dockerd does it: none is named by engines that had but one, and what is no storage
        # driver is a snapshotter of containerd's.
        driver = said.get("Driver") or "aufs"
        name = str(said["Name"]).lstrip("/")
        found[driver if driver in drivers else CONTAINERD].append(name or key[:12])
    return found


def _few(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:5])
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown
