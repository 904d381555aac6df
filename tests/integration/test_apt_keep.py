"""The files of packages: fetched by real apt, kept, and packed again by real dpkg."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.integration import package, rootfs
from tests.integration.apt_holdings import AptRepository, Packaged
from tests.integration.apt_machine import Apt
from tests.integration.packages_kept import Keeper, indexed

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("systemd")]

_SERVER = "http://127.0.0.1:8099"
_SERVE = f"""\
set -e
cd {rootfs.MIRROR}
setsid python3 -m http.server --bind 127.0.0.1 8099 >/dev/null 2>&1 &
echo $!
until python3 -c 'import urllib.request as u; u.urlopen("{_SERVER}/")' 2>/dev/null; do
    sleep 0.05
done
"""

#: What people do with a package that they have: a configuration file of theirs, one that they do
#: not want, a program of their own in a program's place, and other permissions.
_CHANGES = """\
set -e
echo "# mine" >> /etc/default/docker
rm /etc/containerd/config.toml
dpkg-divert --quiet --local --rename --divert /usr/bin/docker.real --add /usr/bin/docker
printf '#!/bin/sh\\nexec /usr/bin/docker.real "$@"\\n' > /usr/bin/docker
chmod 755 /usr/bin/docker
chmod 750 /etc/docker
"""
#: What a power cut may leave of apt's cache: one file whole, and one cut short.
_CACHE = """\
set -e
cache=/var/cache/apt/archives
cp /opt/packages/tini_*.deb $cache/
runc=$(basename /opt/packages/runc_*.deb)
head --bytes=1000000 "/opt/packages/$runc" > "$cache/$runc"
"""
_OURS = ("docker-ce", "docker-ce-cli", "containerd.io")
_DEBIANS = ("docker.io", "containerd", "runc", "tini")


def test_packages_are_fetched_by_apt_and_verified_and_kept_as_one_set(
    apt: Apt, apt_repository: AptRepository
) -> None:
    keeper = Keeper(apt.machine)
    apt.machine.write("/etc/apt/apt.conf.d/quick", 'Acquire::Retries "0";\n')
    old, new = apt_repository.starting("stable")[-2:]
    apt.use_source(apt_repository, "stable")

    told = keeper.fetch(old, apt_repository)
    _is_as_indexed(keeper, told, old, apt_repository)
    assert told["bytes"] == told["total"] == _size(apt_repository, old)

    # A digest of ours decides, whatever apt thinks of the file; nothing of it is kept.
    wrong = keeper.fetch(new, apt_repository, digests={"docker-ce": "0" * 64})
    assert (wrong["code"], wrong["shelf"]) == ("not-authentic", told["shelf"])
    assert "docker-ce=" in wrong["message"]

    server = apt.machine.shell(["sh", "-c", _SERVE]).strip()
    apt.use_source(apt_repository, "stable", url=_SERVER)
    served = keeper.fetch(new, apt_repository, url=_SERVER)
    _is_as_indexed(keeper, served, new, apt_repository)
    assert served["bytes"] == served["total"] == _size(apt_repository, new)
    apt.machine.shell(["kill", server])

    # The server is gone: what is kept is found, and so is another set of the same files.
    again = keeper.fetch(new, apt_repository, url=_SERVER)
    assert (again["folder"], again["total"]) == (served["folder"], 0)
    gone = keeper.fetch(apt_repository.starting("stable")[0], apt_repository, url=_SERVER)
    assert gone["code"] == "unreachable"
    assert "Could not connect to 127.0.0.1:8099" in gone["details"]
    assert gone["shelf"] == served["shelf"]
    mixed = _engine_alone(new, containerd=old)
    linked = keeper.fetch(mixed, apt_repository, url=_SERVER)
    _is_as_indexed(keeper, linked, mixed, apt_repository)
    assert linked["total"] == 0
    assert all(keeper.links(path) == 2 for path in keeper.files(linked["folder"]))


def test_what_is_installed_is_packed_again_and_put_back_without_the_network(
    apt: Apt, apt_repository: AptRepository, packages: Path
) -> None:
    keeper = Keeper(apt.machine)
    apt.machine.write("/etc/dpkg/dpkg.cfg.d/quick", "force-unsafe-io\n")
    old, new = (_engine_alone(each) for each in apt_repository.starting("stable")[-2:])
    apt.use_source(apt_repository, "stable")
    apt.install(new)
    apt.machine.shell(["sh", "-c", _CHANGES])
    before = _state(apt, _OURS)
    words = [f"{name}={version}" for name, version in new.packages.items()]
    kept = keeper.keep(new.version, words)
    assert kept["absent"] == []
    assert list(kept["files"]) == words

    apt.install(old)
    assert _engine(apt) == old.answers
    _put_back(apt, keeper, kept["folder"])
    assert _engine(apt) == new.answers
    assert _state(apt, _OURS) == before
    apt.run_container()

    # A package that nobody has cannot be packed: it is said, and the others are kept.
    absent = keeper.keep(new.version, [words[1], "docker-ce=1:0"])
    assert list(absent["files"]) == words[1:2]
    (said,) = absent["absent"]
    assert said.startswith("there is no file of docker-ce=1:0 here, and it cannot be packed again")
    assert said.endswith("going back to it needs the network")

    apt.get("purge", *new.packages)
    package.install(apt.machine, packages)
    before, version = _state(apt, _DEBIANS), _engine(apt)
    apt.machine.shell(["sh", "-c", _CACHE])
    cached = apt.machine.shell(["sh", "-c", "sha256sum /var/cache/apt/archives/tini_*.deb"])
    debians = keeper.keep(version, [f"{name}={_version(apt, name)}" for name in _DEBIANS])
    assert debians["absent"] == []
    assert debians["files"][f"tini={_version(apt, 'tini')}"] == cached.split()[0]
    apt.install(new)
    assert _engine(apt) == new.answers
    _put_back(apt, keeper, debians["folder"], "docker-ce-", "docker-ce-cli-", "containerd.io-")
    assert _engine(apt) == version
    assert _state(apt, _DEBIANS) == before


def _engine_alone(release: Packaged, containerd: Packaged | None = None) -> Packaged:
    """The release without its plug-ins, with the containerd of another one."""
    packages = {name: release.packages[name] for name in _OURS}
    other = (containerd or release).packages["containerd.io"]
    return replace(release, packages={**packages, "containerd.io": other})


def _is_as_indexed(
    keeper: Keeper, told: dict[str, object], wanted: Packaged, repository: AptRepository
) -> None:
    """Fail unless the folder has exactly the files that the index names, by dpkg's own reading."""
    index = indexed(repository, wanted)
    assert told["files"] == {
        f"{name}={version}": index[name]["SHA256"] for name, version in wanted.packages.items()
    }
    assert told["trust"] == "signed"
    paths = keeper.files(str(told["folder"]))
    found = {}
    for path in paths:
        said = keeper.machine.shell(["dpkg-deb", "--field", path, "Package", "Version"])
        fields = dict(line.split(": ", 1) for line in said.splitlines())
        found[fields["Package"]] = fields["Version"]
        sums = keeper.machine.shell(["sha256sum", path])
        assert sums.split()[0] == index[fields["Package"]]["SHA256"]
    assert found == wanted.packages


def _size(repository: AptRepository, wanted: Packaged) -> int:
    return sum(int(each["Size"]) for each in indexed(repository, wanted).values())


def _put_back(apt: Apt, keeper: Keeper, folder: str, *gone: str) -> None:
    """As people do it by hand, with every source of apt out of reach."""
    conffiles = [f"Dpkg::Options::=--force-conf{what}" for what in ("def", "old")]
    words = [word for each in conffiles for word in ("-o", each)]
    files = keeper.files(folder)
    apt.machine.shell(["mv", "/etc/apt/sources.list.d/docker.sources", "/root/"])
    apt.get("install", "--no-install-recommends", "--allow-downgrades", *words, *files, *gone)
    apt.machine.shell(["mv", "/root/docker.sources", "/etc/apt/sources.list.d/"])


def _state(apt: Apt, names: Sequence[str]) -> dict[str, str]:
    """What dpkg finds changed, and the content, owners and permissions of all that is theirs."""
    listed = f"dpkg-query --listfiles {' '.join(names)} | grep ^/ | sort -u"
    looks = {
        "verify": f"dpkg --verify {' '.join(names)} | sort",
        "status": f"dpkg-query --show --showformat='${{db:Status-Abbrev}} ${{Package}} "
        f"${{Version}} ${{Depends}}\\n' {' '.join(names)}",
        "paths": listed,
        "stat": f"{listed} | xargs stat --format='%n %F %a %U:%G' 2>/dev/null || true",
        "sums": f"{listed} | xargs sha256sum 2>/dev/null || true",
        "own": "cat /usr/bin/docker | head -c 100 | sha256sum; cat /etc/default/docker",
    }
    return {name: apt.machine.shell(["sh", "-c", look]) for name, look in looks.items()}


def _version(apt: Apt, name: str) -> str:
    return apt.machine.shell(["dpkg-query", "--show", "--showformat=${Version}", name])


def _engine(apt: Apt) -> str:
    return apt.machine.shell(["docker", "version", "--format", "{{.Server.Version}}"]).strip()
