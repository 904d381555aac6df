"""What an apt repository of ours holds, so that tests ask it instead of knowing its versions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.integration.apt_signing import SigningKey

COMPONENTS = ("stable", "test", "edge")

_FILE = "apt.json"


@dataclass(frozen=True)
class Packaged:
    """A release: the version string of each of its packages.

    `version` is dockswitch's spelling, `answers` is what its engine says of itself, or empty where
    it cannot start.
    """

    version: str
    answers: str
    channels: tuple[str, ...]
    packages: Mapping[str, str]


@dataclass(frozen=True)
class AptRepository:
    """A host as Docker's in the folder `root`: `linux/debian` is the repository, and the static
    archives of the mirror that it was made of lie beside it. Oldest release first.
    """

    root: Path
    builder: str
    suite: str
    arch: str
    fingerprint: str
    releases: tuple[Packaged, ...]

    @classmethod
    def open(cls, root: Path) -> AptRepository:
        """Read what `write` wrote; raises `OSError`, `ValueError`, `KeyError` or `TypeError`."""
        read = json.loads((root / _FILE).read_text())
        releases = tuple(
            Packaged(**{**one, "channels": tuple(one["channels"])}) for one in read["releases"]
        )
        return cls(**{**read, "root": root, "releases": releases})

    def write(self) -> None:
        said = {name: value for name, value in asdict(self).items() if name != "root"}
        (self.root / _FILE).write_text(json.dumps(said, indent=2) + "\n")

    def starting(self, channel: str) -> tuple[Packaged, ...]:
        """The releases of a channel whose engines are what their packages say."""
        return tuple(
            each
            for each in self.releases
            if channel in each.channels and each.answers == each.version
        )

    @property
    def debian(self) -> Path:
        """The repository itself: what stands as URI in a source of apt."""
        return self.root / "linux/debian"

    @property
    def dists(self) -> Path:
        """The folder of the suite."""
        return self.debian / "dists" / self.suite

    @property
    def key(self) -> SigningKey:
        """What it is signed with; the secret half is not in what is served."""
        secret = (self.root.with_name(f"{self.root.name}.key")).read_bytes()
        return SigningKey(self.fingerprint, (self.debian / "gpg").read_bytes(), secret)

    def channels_yaml(self, url: str) -> str:
        """A site's channel map for it, where `root` is served at that address."""
        address = f"{url}/linux/debian/gpg"
        return f"keys:\n  deb:\n    fingerprint: {self.fingerprint}\n    address: {address}\n"

    def source(self, url: str, keyring: str, *components: str) -> str:
        """A deb822 source for apt; the keyring is the file with its key."""
        return (
            f"Types: deb\nURIs: {url}/linux/debian\nSuites: {self.suite}\n"
            f"Components: {' '.join(components)}\nArchitectures: {self.arch}\n"
            f"Signed-By: {keyring}\n"
        )
