"""Whether what came out of packages is an engine that can run here, before it gets its name.

Programs of packages are linked to libraries of the distribution that they were built for, where
those of Docker's archives bring everything along.
"""

import re

from dockswitch.backends import bundles
from dockswitch.model.errors import NotForThisHost, NotPublished
from dockswitch.model.ports import Reader
from dockswitch.model.version import Version

# What no engine can do without, whatever its era calls it.
_ESSENTIAL = ("docker", "dockerd", "containerd", "runc", "init")

# what ldd(1) of glibc says, twice, and that of musl
_ABSENT = re.compile(r"^\s*(\S+) => not found$")
_TOO_OLD = re.compile(r"version [`']((?:GLIBC|GLIBCXX)_[\d.]+)' not found")
_UNLOADED = re.compile(r"^Error (?:loading shared library|relocating) (\S+?):")

# Which package has a library, as Debian and Ubuntu call it.
_PACKAGES = {
    "libdevmapper.so.1.02.1": "libdevmapper1.02.1",
    "libltdl.so.7": "libltdl7",
    "libnftables.so.1": "libnftables1",
    "libseccomp.so.2": "libseccomp2",
    "libsystemd.so.0": "libsystemd0",
}


def refuse_unfit(reader: Reader, version: Version, folder: str, names: tuple[str, ...]) -> None:
    """Raises IncompletePackages, NoLibrary or OldLibrary; `folder` holds programs `names`."""
    if "dockerd" in names:
        _refuse_incomplete(version, names)
    for name in names:
        _refuse_unlinked(reader, version, folder, name)


def _refuse_unlinked(reader: Reader, version: Version, folder: str, program: str) -> None:
    # One that is linked to nothing, or a script, is none of ldd's: it says so and fails.
    said = reader.run(["ldd", reader.layout.real(f"{folder}/{program}")])
    for line in (said.out + said.err).splitlines():
        absent = _ABSENT.match(line) or _UNLOADED.match(line)
        if absent:
            raise NoLibrary(version, program, absent[1], _PACKAGES.get(absent[1], ""))
        old = _TOO_OLD.search(line)
        if old:
            raise OldLibrary(version, old[1])


def _refuse_incomplete(version: Version, names: tuple[str, ...]) -> None:
    expected = bundles.expected_names(version)
    wanted = [each for each in expected if each.removeprefix("docker-") in _ESSENTIAL]
    missing = [each for each in wanted if each not in names]
    if missing:
        raise IncompletePackages(version, missing)


class IncompletePackages(NotPublished):
    def __init__(self, version: Version, missing: list[str]) -> None:
        super().__init__(
            f"the packages of {version} are no whole engine",
            details=f"missing: {', '.join(missing)}",
            hint="the repository has no containerd.io that this version accepts, or it is in the "
            "middle of an update; --from static takes the release's archive instead",
        )


class NoLibrary(NotForThisHost):
    """`package` is the one that has the library, empty where nobody knows."""

    def __init__(self, version: Version, program: str, library: str, package: str) -> None:
        super().__init__(
            f"{version} out of packages cannot run here: there is no {library}",
            details=f"{program} is linked to it",
            hint=(f"`apt-get install {package}` brings it; " if package else "")
            + "--from static takes the release's archive, which needs no libraries",
        )


class OldLibrary(NotForThisHost):
    """`wanted` is a version of the C library's symbols."""

    def __init__(self, version: Version, wanted: str) -> None:
        super().__init__(
            f"{version} out of packages cannot run here: they are for a newer C library",
            details=f"they want {wanted}",
            hint="--suite takes the packages of an older suite; --from static takes the release's "
            "archive, which needs no libraries",
        )
