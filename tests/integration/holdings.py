"""What a mirror holds, so that tests ask it instead of knowing its versions."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

#: The channels of Docker's host that ever had static tarballs of engines, without nightly.
CHANNELS = ("stable", "edge", "test")

_FILE = "mirror.json"


@dataclass(frozen=True)
class Engine:
    """One tarball of the mirror; `borrowed` pairs a binary with the suite that lent it."""

    version: str
    suite: str
    channels: tuple[str, ...]
    sha256: str
    bytes: int
    api: str
    min_api: str
    borrowed: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        return f"docker-{self.version}.tgz"


@dataclass(frozen=True)
class Extras:
    """What an engine needs besides to run without root; `borrowed` is as an engine's."""

    version: str
    channels: tuple[str, ...]
    sha256: str
    bytes: int
    borrowed: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        return f"docker-rootless-extras-{self.version}.tgz"


@dataclass(frozen=True)
class Relabelled:
    """The tarball in the layout of before 18.09, which cannot start."""

    version: str
    channels: tuple[str, ...]
    sha256: str
    bytes: int

    @property
    def name(self) -> str:
        return f"docker-{self.version}.tgz"


@dataclass(frozen=True)
class LeftOut:
    """A suite whose engine does not run on this machine, and why."""

    suite: str
    reason: str


Tarball: TypeAlias = Engine | Extras | Relabelled


@dataclass(frozen=True)
class Mirror:
    """What a mirror holds, oldest engine first."""

    root: Path
    builder: str
    arch: str
    engines: tuple[Engine, ...]
    extras: tuple[Extras, ...]
    relabelled: Relabelled
    left_out: tuple[LeftOut, ...]

    @classmethod
    def open(cls, root: Path) -> Mirror:
        """Read `mirror.json`; raises `OSError`, `ValueError`, `KeyError` or `TypeError`."""
        read = json.loads((root / _FILE).read_text())
        old = read["relabelled"]
        return cls(
            root,
            read["builder"],
            read["arch"],
            tuple(Engine(**_with_tuples(one)) for one in read["engines"]),
            tuple(Extras(**_with_tuples(one)) for one in read["extras"]),
            Relabelled(**{**old, "channels": tuple(old["channels"])}),
            tuple(LeftOut(**one) for one in read["left_out"]),
        )

    def write(self) -> None:
        """Write `mirror.json` where `open` reads it."""
        said = {name: value for name, value in asdict(self).items() if name != "root"}
        (self.root / _FILE).write_text(json.dumps(said, indent=2) + "\n")

    @property
    def everything(self) -> tuple[Tarball, ...]:
        return (*self.engines, *self.extras, self.relabelled)

    def tarballs(self, channel: str) -> tuple[Tarball, ...]:
        """Everything that a channel lists."""
        return tuple(tarball for tarball in self.everything if channel in tarball.channels)

    def folder(self, channel: str) -> Path:
        return self.root / "linux/static" / channel / self.arch

    def why_not_intact(self, builder: str) -> str | None:
        """Why this builder must build it again, or None."""
        if self.builder != builder:
            return "it is of another version of its builder"
        if self.arch != platform.machine():
            return f"it is for {self.arch}"
        for channel in CHANNELS:
            for tarball in self.tarballs(channel):
                path = self.folder(channel) / tarball.name
                if not path.is_file() or path.stat().st_size != tarball.bytes:
                    return f"{path} is missing or not whole"
        return None


def _with_tuples(one: dict[str, Any]) -> dict[str, Any]:
    """What JSON has lists for."""
    borrowed = tuple((binary, suite) for binary, suite in one["borrowed"])
    return {**one, "channels": tuple(one["channels"]), "borrowed": borrowed}
