"""Data-roots as engines leave them on the disk, also those that no engine here can write."""

import json

from dockswitch.model.ports import System

_BLOBS = "io.containerd.content.v1.content/blobs/sha256"


def container(system: System, place: str, name: str, driver: str) -> None:
    """A container of that driver; `overlayfs` and what else is none are snapshotters."""
    key = name.encode().hex().ljust(64, "0")
    said = {"ID": key, "Name": f"/{name}", "Driver": driver}
    system.write(f"{place}/containers/{key}/config.v2.json", json.dumps(said).encode())


def driver(system: System, place: str, name: str, images: int = 0) -> None:
    """A storage driver's folder with something in it, and that many images."""
    system.write(f"{place}/{name}/l/LAYER", b"")
    for number in range(images):
        system.write(f"{place}/image/{name}/imagedb/content/sha256/{number:064x}", b"{}")


def containerd(system: System, place: str) -> None:
    """An image in the image store of containerd."""
    system.write(f"{place}/containerd/daemon/{_BLOBS}/{'a' * 64}", b"{}")


def service(system: System, place: str) -> None:
    """An image in the store of the machine's containerd, and the build cache that goes with it."""
    system.write(f"/var/lib/containerd/{_BLOBS}/{'a' * 64}", b"{}")
    system.write(f"{place}/buildkit/containerd-overlayfs/metadata_v2.db", b"")
