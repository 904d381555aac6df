"""A host as Docker's own, as small as can be: archives, and an apt suite that is really signed."""

from __future__ import annotations

import gzip
import hashlib
import lzma
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.integration.apt_signing import SigningKey

SUITE = "linux/debian/dists/bookworm"
COMPONENTS = ("stable", "test")
ARCHS = ("amd64", "arm64")
# Release and codename of each distribution's suite, as they stand in versions of packages
_SUITES: Mapping[str, str] = {"debian": "12~bookworm", "ubuntu": "22.04~jammy"}
_PACKED: Mapping[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": lambda body: gzip.compress(body, mtime=0),
    ".xz": lzma.compress,
}


@dataclass
class Upstream:
    """`root` is what is served; `algorithms` are those whose sums Release has.

    `distribution` is whose suite it has. `forms` are those of Packages that are announced, and
    `absent` is left out of what is there.
    """

    root: Path
    key: SigningKey
    by_hash: bool = False
    algorithms: tuple[str, ...] = ("SHA256",)
    forms: tuple[str, ...] = ("", ".gz")
    absent: tuple[str, ...] = ()
    distribution: str = "debian"
    packages: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"file://{self.root}"

    @property
    def suite(self) -> Path:
        return self.root / f"linux/{self.distribution}/dists/{self._codename}"

    def channel_map(self, path: Path) -> Path:
        """A site's channel map that pins the key, wherever the mirror is."""
        pinned = f"fingerprint: {self.key.fingerprint}"
        path.write_text(f'keys: {{deb: {{{pinned}, address: "{{mirror}}/linux/debian/gpg"}}}}\n')
        return path

    def archive(self, channel: str, name: str, arch: str = "x86_64", size: int = 500) -> Path:
        """A static archive of that name, of bytes that are its own."""
        path = self.root / "linux/static" / channel / arch / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(noise(f"{channel} {arch} {name}", size), 1, mtime=0))
        return path

    def release(self, channel: str, version: str, containerd: str, arch: str = "amd64") -> None:
        """Packages of an engine and of what goes with it; `sign` makes them known."""
        release = _SUITES[self.distribution]
        spelled = f"5:{version.replace('-', '~')}-1~{self.distribution}.{release}"
        needs = "Depends: containerd.io (>= 1.7), docker-ce-cli\n"
        self._package(channel, arch, "docker-ce", spelled, needs)
        self._package(channel, arch, "docker-ce-cli", spelled)
        self._package(channel, arch, "containerd.io", containerd)

    def sign(self) -> None:
        """Lists what there is, and signs the list."""
        listed: list[tuple[str, bytes]] = []
        for component in COMPONENTS:
            for arch in ARCHS:
                body = "".join(self.packages.get((component, arch), ())).encode()
                for form in self.forms:
                    name = f"{component}/binary-{arch}/Packages{form}"
                    listed.append((name, _PACKED[form](body)))
        for name, body in listed:
            self._index(name, body)
        fields = {
            "Suite": self._codename,
            "Codename": self._codename,
            "Date": "Fri, 03 Feb 2023 10:00:00 +0000",
            "Architectures": " ".join(ARCHS),
            "Components": " ".join(COMPONENTS),
            **({"Acquire-By-Hash": "yes"} if self.by_hash else {}),
        }
        said = "".join(f"{name}: {value}\n" for name, value in fields.items())
        for each in self.algorithms:
            said += f"{each}:\n"
            said += "".join(f" {digest(each, b)} {len(b)} {name}\n" for name, b in listed)
        self.key.sign(self.suite, said)
        (self.suite.parents[1] / "gpg").write_bytes(self.key.public)

    @property
    def _codename(self) -> str:
        return _SUITES[self.distribution].partition("~")[2]

    def _package(self, channel: str, arch: str, name: str, version: str, more: str = "") -> None:
        place = (
            f"dists/{self._codename}/pool/{channel}/{arch}/"
            f"{name}_{version.partition(':')[2] or version}"
        )
        deb = self.suite.parents[1] / f"{place}_{arch}.deb"
        deb.parent.mkdir(parents=True, exist_ok=True)
        deb.write_bytes(noise(f"{channel} {arch} {name} {version}", 400))
        stanza = (
            f"Package: {name}\nVersion: {version}\nArchitecture: {arch}\n{more}"
            f"Filename: {place}_{arch}.deb\nSize: {deb.stat().st_size}\n"
            f"SHA256: {digest('SHA256', deb.read_bytes())}\n\n"
        )
        stanzas = self.packages.setdefault((channel, arch), [])
        if stanza not in stanzas:
            stanzas.append(stanza)

    def _index(self, name: str, body: bytes) -> None:
        folder = (self.suite / name).parent
        folder.mkdir(parents=True, exist_ok=True)
        for each in self.algorithms if self.by_hash else ():
            place = folder / "by-hash" / each / digest(each, body)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(body)
        if not name.endswith(self.absent or "\0"):
            (self.suite / name).write_bytes(body)


def digest(algorithm: str, body: bytes) -> str:
    return hashlib.new(algorithm.removesuffix("Sum").lower(), body).hexdigest()


def noise(seed: str, size: int) -> bytes:
    """Bytes that are the same for the same seed, and that nothing packs."""
    pieces = (hashlib.sha256(f"{seed} {at}".encode()).digest() for at in range(size // 32 + 1))
    return b"".join(pieces)[:size]


def of_two_moments(folder: Path) -> str | None:
    """Why the suite in a mirror's folder is of two moments; None where all agrees, or none is."""
    suite = folder / SUITE
    if not (suite / "InRelease").exists():
        return None
    said = (suite / "InRelease").read_text()
    for path in suite.glob("*/binary-*/Packages*"):
        if digest("SHA256", path.read_bytes()) not in said:
            return f"{path} is not what InRelease announces"
    release = (suite / "Release").read_text()
    return None if release.strip() in said.replace("\r", "") else "Release is not InRelease"
