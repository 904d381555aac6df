"""The client's plug-ins, as the Debian archive has them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.integration.archive import AptState, Archive, unpack, upstream_version
from tests.integration.engines import why_not_run

#: Where they come from: what `stable` has, and the newer one that only `test` has.
SUITES = ("trixie", "sid")

_NAMES = ("buildx", "compose")
_FOLDER = "usr/libexec/docker/cli-plugins"


@dataclass(frozen=True)
class Plugin:
    """A plug-in with the version that it answers with."""

    name: str
    version: str
    program: Path


def obtain(work: Path) -> dict[str, tuple[Plugin, ...]]:
    """The plug-ins of each suite, without those that do not run here.

    Raises `ArchiveMissing` and `PackagesMissing`.
    """
    archive = Archive.of_machine()

    def obtained(suite: str) -> tuple[Plugin, ...]:
        apt = AptState.create(work / suite, archive, suite)
        apt.update()
        debs = apt.download([f"docker-{name}" for name in _NAMES])
        found = [_unpacked(name, debs[f"docker-{name}"], work / suite) for name in _NAMES]
        return tuple(each for each in found if why_not_run(each.program) is None)

    with ThreadPoolExecutor(len(SUITES)) as pool:
        return dict(zip(SUITES, pool.map(obtained, SUITES), strict=True))


def _unpacked(name: str, deb: Path, folder: Path) -> Plugin:
    unpack(deb, folder / name)
    return Plugin(name, upstream_version(deb), folder / name / _FOLDER / f"docker-{name}")
