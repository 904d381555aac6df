"""What a mirror holds, so that tests ask it instead of knowing its versions."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass
from pathlib import Path

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


@dataclass(frozen=True)
class Mirror:
    """What a mirror holds, oldest engine first."""

    root: Path
    builder: str
    arch: str
    engines: tuple[Engine, ...]
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
            tuple(
                Engine(
                    **{
                        **one,
                        "channels": tuple(one["channels"]),
                        "borrowed": tuple((binary, suite) for binary, suite in one["borrowed"]),
                    }
                )
                for one in read["engines"]
            ),
            Relabelled(**{**old, "channels": tuple(old["channels"])}),
            tuple(LeftOut(**one) for one in read["left_out"]),
        )

    def write(self) -> None:
        """Write `mirror.json` where `open` reads it."""
        said = {name: value for name, value in asdict(self).items() if name != "root"}
        (self.root / _FILE).write_text(json.dumps(said, indent=2) + "\n")

    def tarballs(self, channel: str) -> tuple[Engine | Relabelled, ...]:
        """Everything that a channel lists."""
        every: tuple[Engine | Relabelled, ...] = (*self.engines, self.relabelled)
        return tuple(tarball for tarball in every if channel in tarball.channels)

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
