"""The script that installs an engine, at the edges: an old apt, a full disk, and no systemd."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dockswitch.export.script import Script, render
from tests.integration import exported, scripts, systemd_machine
from tests.integration.apt_holdings import AptRepository
from tests.integration.holdings import Mirror
from tests.integration.systemd_machine import Machine

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("guests")]

#: As that of Ubuntu 14.04 is: it takes no files, and does not know these options.
_OLD_APT = """\
#!/bin/sh
[ "$*" != --version ] || exec echo 'apt 1.0.1ubuntu2 for amd64 compiled on Aug  1 2015'
for word; do
    case $word in --allow-* | */* | *.deb)
        echo "E: this apt does not know $word" >&2
        exit 100
        ;;
    esac
done
exec /usr/bin/apt-get "$@"
"""

#: What lies there already is seen, and there is room for 8 MB besides.
_SMALL = """\
mkdir -p /small && mount -t tmpfs -o size=8m tmpfs /small && mkdir /small/upper /small/work
mount -t overlay -o lowerdir={folder},upperdir=/small/upper,workdir=/small/work overlay {folder}
"""


@pytest.fixture
def machine(machine_files: Path, apt_repository: AptRepository) -> Iterator[Machine]:
    with systemd_machine.booted(machine_files, apt_repository.root) as running:
        yield running


def _run(machine: Machine, script: Script, files: str, *before: str) -> dict[str, Any]:
    """What it told, where it ended well."""
    code, told = _ran(machine, script, files, *before)
    assert code == 0, told
    return told


def _ran(machine: Machine, script: Script, files: str, *before: str) -> tuple[int, dict[str, Any]]:
    machine.write(exported.SCRIPT, render(script))
    return exported.run(machine, "--files", files, shell=(*before, "dash"))


def _answers(machine: Machine) -> str:
    return machine.shell(["docker", "version", "--format", "{{.Server.Version}}"]).strip()


def test_an_apt_that_takes_no_files(machine: Machine, apt_repository: AptRepository) -> None:
    machine.write("/usr/local/sbin/apt-get", _OLD_APT)
    machine.shell(["chmod", "755", "/usr/local/sbin/apt-get"])
    starting = [each for each in apt_repository.releases if each.answers == each.version]
    for release in (starting[0], starting[-1], starting[0]):
        packages = scripts.of_packages(apt_repository, release)
        _run(machine, packages, scripts.folder_of_packages(apt_repository, release))
        assert _answers(machine) == release.version
        assert "docker-ce" in machine.shell(["apt-mark", "showhold"]).split()
        assert machine.attempt(["dpkg", "--audit"]).stdout == ""


def test_a_full_disk_leaves_the_old_engine(
    machine: Machine, apt_repository: AptRepository, mirror: Mirror
) -> None:
    old, new = mirror.engines[0], mirror.engines[-1]
    _run(machine, scripts.of_archive(mirror, old), scripts.folder_of_archive(mirror, old))
    pid = machine.shell(["pgrep", "-x", "dockerd"])
    starting = [each for each in apt_repository.releases if each.answers == each.version]
    packages = scripts.of_packages(apt_repository, starting[-1])
    pool = scripts.folder_of_packages(apt_repository, starting[-1])
    static = (scripts.of_archive(mirror, new), scripts.folder_of_archive(mirror, new))
    for folder, (script, files) in (
        ("/tmp", static),
        ("/var/lib/dockswitch/versions", static),
        ("/var/lib/dockswitch/packages", (packages, pool)),
    ):
        machine.shell(["mkdir", "-p", folder])
        there = machine.shell(["ls", "-A", folder])
        machine.shell(["sh", "-ec", _SMALL.format(folder=folder)])
        code, told = _ran(machine, script, files)
        assert (code, "No space left" in told["said"]) == (1, True), told
        assert told["error"]["message"]
        assert machine.shell(["ls", "-A", folder]) == there
        machine.shell(["sh", "-c", f"umount {folder} && umount /small && rmdir /small"])
        assert (_answers(machine), machine.shell(["pgrep", "-x", "dockerd"])) == (old.version, pid)
    assert exported.left(machine) == []
    _run(machine, *static)
    assert _answers(machine) == new.version


def test_without_systemd_the_engine_is_started_and_replaced_too(
    machine: Machine, mirror: Mirror
) -> None:
    hidden = ("unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /run/systemd; exec "$@"', "-")
    for engine in (mirror.engines[0], mirror.engines[-1], mirror.engines[0]):
        script, files = (
            scripts.of_archive(mirror, engine),
            scripts.folder_of_archive(mirror, engine),
        )
        assert "not by itself at boot" in _run(machine, script, files, *hidden)["said"]
        assert _answers(machine) == engine.version
        pid = machine.shell(["pgrep", "-x", "dockerd"])
        assert _run(machine, script, files, *hidden)["changed"] is False
        assert machine.shell(["pgrep", "-x", "dockerd"]) == pid
    assert machine.attempt(["systemctl", "is-active", "docker"]).stdout == "inactive\n"
