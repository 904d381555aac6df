"""A version of Docker Engine: its spelling is Docker's, its order is that of `packaging`."""

import functools
import re
from dataclasses import dataclass

from packaging.version import Version as Key

from dockswitch.model.errors import UsageError

_SPELLING = re.compile(
    r"""
    v?(?P<release>\d+(?:\.\d+){1,2})        # 17.06.0, and v0.1 of the first boot2docker
    (?:-ce)?                                # does not order
    (?:-(?P<stage>dev|tp|alpha|beta|rc)(?:\.?(?P<number>\d+))?
      |-(?P<nightly>\d{14})-[0-9a-f]{7,}   # 0.0.0-20190727010531-15bdbd7
      |-dev-git(?P<day>\d{8})\.(?P<hour>\d{6})\.0\.[0-9a-f]{7,}  # packages of early 2018
    )?
    (?:\+(?P<local>[A-Za-z0-9]+(?:[.~-][A-Za-z0-9]+)*))?
    """,
    re.VERBOSE | re.ASCII,
)

# `packaging` knows dev < a < b < rc; technology previews stand below alphas, as in Docker's order.
_STAGES = {"dev": ".dev", "tp": ".dev", "alpha": "a", "beta": "b", "rc": "rc"}


@functools.total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """One version, equal to and ordered with others by `key`; printed as it was spelled."""

    spelling: str

    @classmethod
    def parse(cls, text: str) -> "Version":
        """The version that a text in Docker's own spelling names; a leading `v` is dropped.

        Raises BadVersion for anything else (distributions' spellings: `model.spellings`).
        """
        if not _SPELLING.fullmatch(text):
            raise BadVersion(text)
        return cls(text.removeprefix("v"))

    @property
    def key(self) -> Key:
        return _key(self.spelling)

    @property
    def pre(self) -> bool:
        """Whether it came before its GA: a technology preview, alpha, beta, rc or nightly."""
        return self.key.is_prerelease

    @property
    def local(self) -> str:
        """What a distribution adds behind `+`, such as `dfsg1`; empty for Docker's own."""
        return self.key.local or ""

    @property
    def nightly(self) -> str:
        """When a nightly was built, as YYYYMMDDhhmmss; empty for every other version."""
        found = _parts(self.spelling)
        return found["nightly"] or (found["day"] or "") + (found["hour"] or "")

    @property
    def line(self) -> tuple[int, int]:
        """Year and month, or major and minor: (17, 6), (28, 5)."""
        return self.key.major, self.key.minor

    def serves(self, wanted: "Version") -> bool:
        """Whether an engine that answers this version is the wanted one.

        A `+local` suffix counts only where the wanted release itself has one.
        """
        if wanted.local:
            return self.key == wanted.key
        return self.key.public == wanted.key.public

    def __eq__(self, other: object) -> bool:
        return self.key == other.key if isinstance(other, Version) else NotImplemented

    def __lt__(self, other: "Version") -> bool:
        return self.key < other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __str__(self) -> str:
        return self.spelling


@functools.lru_cache(maxsize=4096)
def _key(spelling: str) -> Key:
    found = _parts(spelling)
    release, stage, number = found["release"], found["stage"], int(found["number"] or 0)
    local = f"+{found['local'].replace('~', '.')}" if found["local"] else ""
    nightly = found["nightly"] or (found["day"] or "") + (found["hour"] or "")
    if nightly:
        return Key(f"{release}.dev{nightly}{local}")
    if stage is None:
        return Key(release + local)
    # `tp0` comes after a plain `dev` build of the same version.
    return Key(f"{release}{_STAGES[stage]}{number + (stage == 'tp')}{local}")


def _parts(spelling: str) -> re.Match[str]:
    found = _SPELLING.fullmatch(spelling)
    if found is None:
        raise BadVersion(spelling)
    return found


class BadVersion(UsageError):
    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is not a version of Docker Engine",
            hint="versions look like 28.5.2, 29.0.0-rc.1 or 17.06.0-ce-rc2; "
            "`dockswitch list-remote` shows those that are published",
        )
