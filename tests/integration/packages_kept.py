"""What dockswitch does with the files of packages, on a machine with real apt and dpkg."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.integration import rootfs
from tests.integration.apt_holdings import AptRepository, Packaged
from tests.integration.systemd_machine import Machine

_SCRIPT = "/opt/dockswitch/packages_kept.py"
_SOURCE = "/etc/apt/sources.list.d/docker.sources"

#: Answers with one JSON object: the folder and its files, or the error; and what apt fetched.
_PROGRAM = f"""\
import dataclasses, json, os, sys, traceback
sys.path[:0] = ["{rootfs.CHECKOUT}", "{rootfs.PACKAGES}"]
os.umask(0o022)
from dockswitch.model.errors import DockswitchError
from dockswitch.model.layout import Layout
from dockswitch.model.origin import Origin
from dockswitch.model.release import Package, Release
from dockswitch.model.trust import Trust
from dockswitch.model.version import Version
from dockswitch.switching import archives, authentic, fetch, keep
from dockswitch.system import hosts
from dockswitch.system.here import Here

told = {{"bytes": 0, "total": 0}}


class Progress:
    def begin(self, what, total):
        told["total"] += total
        def add(done):
            told["bytes"] += done
        return add
    def end(self): pass
    def say(self, line): pass


def fetched(system, version, packages, origin):
    packages = [Package(**{{**each, "trust": Trust.SIGNED}}) for each in packages]
    release = Release(Version(version), "stable", "apt", tuple(packages), origin=Origin(**origin))
    wanted = archives.packages_of(system, release, [each.word for each in packages])
    return fetch.fetch(system, wanted, authentic.Accepted(), Progress()), ()


def kept(system, version, words):
    found = keep.keep(system, Version(version), words, Progress())
    return found.bundle, [str(each) for each in found.absent]


system = Here(Layout.of_system(), hosts.with_distribution())
asked = json.load(sys.stdin)
try:
    bundle, absent = {{"fetch": fetched, "keep": kept}}[sys.argv[1]](system, **asked)
    told["absent"] = absent
    if bundle is not None:
        told["folder"] = bundle.folder
        told["files"] = {{part.package: part.sha256 for part in bundle.artifacts}}
        told["trust"] = str(bundle.trust)
except DockswitchError as error:
    told |= {{"code": error.code, "message": error.message, "details": error.details}}
told["shelf"] = sorted(system.names(system.layout.packages))
print(json.dumps(told))
"""


@dataclass(frozen=True)
class Keeper:
    machine: Machine

    def fetch(
        self,
        wanted: Packaged,
        repository: AptRepository,
        *,
        url: str = f"file://{rootfs.MIRROR}",
        digests: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Have that release's packages kept; `digests` are other ones than the index names."""
        packages = [
            {
                "name": name,
                "version": version,
                "url": f"{url}/linux/debian/{index['Filename']}",
                "sha256": (digests or {}).get(name, index["SHA256"]),
                "size": int(index["Size"]),
            }
            for name, version in wanted.packages.items()
            for index in [indexed(repository, wanted)[name]]
        ]
        origin = {
            "url": f"{url}/linux/debian",
            "suite": repository.suite,
            "component": "stable",
            "arch": repository.arch,
            "file": _SOURCE,
        }
        return self._asked(
            "fetch", {"version": wanted.version, "packages": packages, "origin": origin}
        )

    def keep(self, version: str, words: Sequence[str]) -> dict[str, Any]:
        """Have these installed packages kept."""
        return self._asked("keep", {"version": version, "words": list(words)})

    def files(self, folder: str) -> list[str]:
        """The paths of the packages in a folder."""
        return self.machine.shell(["sh", "-c", f"ls -d {folder}/*.deb"]).split()

    def links(self, path: str) -> int:
        """How many names a file has."""
        return int(self.machine.shell(["stat", "--format=%h", path]))

    def _asked(self, what: str, asked: Mapping[str, object]) -> dict[str, Any]:
        self.machine.write(_SCRIPT, _PROGRAM)
        self.machine.write(f"{_SCRIPT}.asked", json.dumps(asked))
        said = self.machine.shell(
            ["sh", "-c", f"exec /usr/bin/python3 {_SCRIPT} {what} < {_SCRIPT}.asked"]
        )
        told: dict[str, Any] = json.loads(said)
        return told


def indexed(repository: AptRepository, wanted: Packaged) -> dict[str, dict[str, str]]:
    """What the index of the channel stable says of each package of a release."""
    path = repository.dists / f"stable/binary-{repository.arch}/Packages"
    found = {}
    for stanza in path.read_text().strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in stanza.splitlines() if line[0] != " ")
        if wanted.packages.get(fields["Package"]) == fields["Version"]:
            found[fields["Package"]] = fields
    return found
