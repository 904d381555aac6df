"""The script that installs one engine, run for real: by dash and busybox, in both forms."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from dockswitch.export.script import Script, render
from tests.integration import scripts, systemd_machine
from tests.integration.apt_holdings import AptRepository
from tests.integration.holdings import Mirror
from tests.integration.needs import demand
from tests.integration.systemd_machine import Machine
from tests.integration.whole_machine import is_whole

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("guests")]

DASH, BUSYBOX = ("dash",), ("/opt/busybox", "sh")
_SCRIPT = "/opt/engine.sh"
_LEFT = """\
find /usr/local/bin /etc/systemd/system -type l ! -name '*.wants' -lname '*dockswitch*'
find /etc/systemd/system -lname /dev/null
ls -d /var/lib/dockswitch/script.undo 2>/dev/null
ls /usr/sbin/policy-rc.d 2>/dev/null
find /var/lib/dockswitch/versions -name '.tmp-*' 2>/dev/null
true
"""


@dataclass(frozen=True)
class Host:
    """A machine with systemd that has the tests' own host at /mirror."""

    machine: Machine
    mirror: Mirror
    repository: AptRepository

    def run(
        self, shell: tuple[str, ...], script: Script, *words: str, as_user: str = ""
    ) -> subprocess.CompletedProcess[str]:
        self.machine.write(_SCRIPT, render(script))
        return self.machine.attempt([*shell, _SCRIPT, *words], as_user=as_user)

    def answers(self) -> str:
        return self.machine.shell(["docker", "version", "--format", "{{.Server.Version}}"]).strip()

    def left(self) -> list[str]:
        """What another form or era would have left."""
        return self.machine.shell(["sh", "-c", _LEFT]).split()


@pytest.fixture
def host(machine_files: Path, mirror: Mirror, apt_repository: AptRepository) -> Iterator[Host]:
    busybox = shutil.which("busybox")
    demand(None if busybox else "this machine has no busybox")
    with systemd_machine.booted(machine_files, apt_repository.root) as machine:
        shutil.copy(str(busybox), machine.root / "opt/busybox")
        yield Host(machine, mirror, apt_repository)


def test_an_engine_is_installed_changed_and_left_alone_by_either_shell_in_either_form(
    host: Host,
) -> None:
    old, new = host.mirror.engines[0], host.mirror.engines[-1]
    starting = [each for each in host.repository.releases if each.answers == each.version]
    archive = scripts.of_archive(host.mirror, old)
    there = scripts.folder_of_archive(host.mirror, old)
    assert host.run(DASH, archive, "--files", there).returncode == 0
    assert host.answers() == old.version
    status = host.machine.run("status").plain
    assert (status["installed"], status["running"]) == (old.version, old.version)
    pid = host.machine.shell(["pgrep", "-x", "dockerd"])
    again = host.run(BUSYBOX, archive)  # with no files at all
    assert (again.returncode, host.machine.shell(["pgrep", "-x", "dockerd"])) == (0, pid)

    for shell, release in ((BUSYBOX, starting[-1]), (DASH, starting[0])):
        packages = scripts.of_packages(host.repository, release)
        pool = scripts.folder_of_packages(host.repository, release)
        assert host.run(shell, packages, "--files", pool).returncode == 0
        assert host.answers() == release.version
        assert host.left() == []
    held = host.machine.shell(["apt-mark", "showhold"]).split()
    assert sorted(held) == ["containerd.io", "docker-ce", "docker-ce-cli"]

    served = "http://127.0.0.1:8000"
    host.machine.shell(["ln", "-s", "/opt/busybox", "/usr/local/bin/wget"])
    listens = ["python3", "-m", "http.server", "--directory"]
    folder = scripts.folder_of_archive(host.mirror, new)
    host.machine.shell(["systemd-run", "--quiet", *listens, folder])
    host.machine.shell(["sh", "-c", "until wget -qO /dev/null $0; do sleep 0.1; done", served])
    fetched = host.run(BUSYBOX, scripts.of_archive(host.mirror, new, served))
    assert fetched.returncode == 0, fetched.stderr
    assert host.answers() == new.version
    assert "masked" not in host.machine.attempt(["systemctl", "is-enabled", "docker"]).stdout

    # dockswitch itself takes over, and keeps it from then on
    host.machine.run("use", old.version, "--backend", "static").ended(0)
    is_whole(host.machine, old.version)
    refused = host.run(DASH, scripts.of_archive(host.mirror, new, served))
    assert (refused.returncode, "dockswitch use" in refused.stderr) == (1, True)


def test_what_must_not_be_is_refused_and_what_was_cut_short_is_mended(host: Host) -> None:
    engine = host.mirror.engines[0]
    archive = scripts.of_archive(host.mirror, engine)
    there = scripts.folder_of_archive(host.mirror, engine)
    other = scripts.of_archive(host.mirror, host.mirror.engines[1])
    release = next(each for each in host.repository.releases if each.answers)
    packages = scripts.of_packages(host.repository, release)
    pool = scripts.folder_of_packages(host.repository, release)

    # bytes of another archive under its name, another architecture, another suite, no root
    host.machine.shell(["sh", "-c", "mkdir /opt/files; echo other > /opt/files/$0", engine.name])
    for script, words, code, said in (
        (archive, ("--files", "/opt/files"), 12, engine.sha256),
        (replace(archive, arch="s390x"), ("--files", there), 18, "s390x"),
        (replace(packages, codename="xenial"), ("--files", pool), 18, "xenial"),
        (other, (), 17, "--files"),
        (archive, ("--nonsense",), 2, "--nonsense"),
    ):
        refused = host.run(DASH, script, *words)
        assert refused.returncode == code, refused.stderr
        assert said in refused.stderr
    assert host.run(DASH, archive, as_user="anna").returncode == 1
    assert host.machine.attempt(["pgrep", "-x", "dockerd"]).returncode == 1

    # cut short while packages are unpacked
    host.machine.write(_SCRIPT, render(packages))
    with host.machine.under_way([*BUSYBOX, _SCRIPT, "--files", pool]):
        host.machine.shell(["sh", "-c", "until pgrep -x dpkg; do sleep 0.01; done"])
        host.machine.attempt(["pkill", "-KILL", "-x", "apt-get|dpkg|busybox"])
    mended = host.run(BUSYBOX, packages, "--files", pool)
    assert mended.returncode == 0, mended.stderr
    assert host.answers() == release.version
    assert host.left() == []

    # whose engine it is nobody knows any more
    host.machine.shell(["sh", "-c", "cd /var/lib/dockswitch && rm -r script.note journal"])
    refused = host.run(DASH, archive, "--files", there)
    assert (refused.returncode, "docker-ce" in refused.stderr) == (1, True)
    assert host.answers() == release.version
    replaced = host.run(DASH, archive, "--files", there, "--replace")
    assert replaced.returncode == 0, replaced.stderr
    assert host.answers() == engine.version
