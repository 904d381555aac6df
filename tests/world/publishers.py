"""Who publishes in a world: listings as Docker's host makes them, and archives of every era."""

import hashlib
import re
from collections.abc import Sequence

from dockswitch.model import record
from dockswitch.model.file_name import FileName
from dockswitch.model.unreachable import NoAnswer, NotServed
from dockswitch.model.version import Version
from tests.standins import iso

MIRROR = "https://mirror.test"
_FOLDER = re.compile(r"(?P<host>.*)/linux/static/(?P<channel>[^/]+)/(?P<arch>[^/]+)/")

_ALWAYS = ("docker", "docker-init", "docker-proxy", "dockerd")
# as the archives of each time hold them, newest first
_ERAS = (
    ("20.10.0", ("containerd", "containerd-shim-runc-v2", "ctr", "runc")),
    ("18.09.0-beta1", ("containerd", "containerd-shim", "ctr", "runc")),
    ("0.1.0", tuple(f"docker-{n}" for n in ("containerd", "containerd-ctr", "containerd-shim"))),
)


_ROOTLESS = ("dockerd-rootless.sh", "rootlesskit", "vpnkit")


def names_of(version: Version, *, rootless: bool = False) -> tuple[str, ...]:
    """The programs in a version's archive, or in that of its extras."""
    if rootless:
        return _ROOTLESS
    era = next(names for since, names in _ERAS if Version.parse(since) <= version)
    runc = () if "runc" in era else ("docker-runc",)
    return tuple(sorted((*_ALWAYS, *era, *runc)))


class Publishers:
    """`published` is channel → versions; a channel in `down` does not answer.

    Those in `rootless` are published with what an engine needs without root.
    """

    def __init__(self) -> None:
        self.published: dict[str, Sequence[str]] = {}
        self.down: set[str] = set()
        self.rootless: set[str] = set()
        self.digests: dict[str, str] = {}
        self.requests: list[str] = []
        # other content of files by address
        self.files: dict[str, bytes] = {}
        # packages by address: the version, the programs and the SHA-256 of each
        self.debs: dict[str, tuple[Version, Sequence[str], str]] = {}

    def listing(self, url: str) -> bytes:
        self.requests.append(url)
        links = "".join(f'<a href="{n}">{n}</a>  2024-01-01  60 MiB\n' for n in self._names(url))
        return f'<html><pre><a href="../">../</a>\n{links}</pre></html>'.encode()

    def archive(self, url: str) -> tuple[FileName, str]:
        """What the archive there is called, and its SHA-256."""
        self.requests.append(url)
        folder, name = url.rpartition("/")[0] + "/", url.rpartition("/")[2]
        said = FileName.recognise(name)
        if said is None or name not in self._names(folder):
            raise NotServed(url)
        # one file in every channel that has it
        recorded = record.digests("linux", "x86_64", name)
        derived = min(recorded, default=hashlib.sha256(name.encode()).hexdigest())
        return said, self.digests.get(name, derived)

    def file(self, url: str) -> bytes:
        """A file as it is: an image is that of the version in its address, all else says that."""
        self.requests.append(url)
        said = re.search(r"/v([^/]+)/[^/]+\.iso$", url)
        derived = iso.image(iso.label(said[1])) if said else url.encode()
        return self.files.get(url, derived)

    def deb(self, url: str) -> tuple[Version, Sequence[str], str]:
        """The version, the programs and the SHA-256 of the package there."""
        self.requests.append(url)
        if url not in self.debs:
            raise NotServed(url)
        return self.debs[url]

    def _names(self, url: str) -> list[str]:
        found = _FOLDER.fullmatch(url)
        channel = found["channel"] if found else ""
        if channel in self.down:
            raise NoAnswer(url, "connection refused")
        if channel not in self.published:
            raise NotServed(url)
        versions = self.published[channel]
        extras = [version for version in versions if version in self.rootless]
        return [
            *(f"docker-{version}.tgz" for version in versions),
            *(f"docker-rootless-extras-{version}.tgz" for version in extras),
        ]
