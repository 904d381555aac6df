"""A machine whose engine comes as packages of our repository, as tests switch it and look at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from dockswitch.model import package_names
from tests.integration import rootfs
from tests.integration.apt_holdings import AptRepository, Packaged
from tests.integration.apt_machine import Apt
from tests.integration.systemd_machine import Machine

#: A container of a program that is on the machine, which every engine starts again.
_CONTAINER = """\
cd / && tar --create --dereference --file - bin/sleep $(ldd /bin/sleep | grep -o '/[^ ]*') |
docker import - app && docker run --detach --restart=always --network=none --name=kept \
    --stop-signal=KILL app /bin/sleep 100000
"""

#: All that a switch by apt may leave on a machine that had no engine.
_LEFT = """\
find /etc/apt/sources.list.d /etc/apt/keyrings /etc/apt/preferences.d -type f -name '*dockswitch*'
find /usr/sbin/policy-rc.d /etc/systemd/system -name 'policy-rc.d' -o -name '*dockswitch*' \
    -o -lname /dev/null 2>/dev/null
ls /usr/local/bin
dpkg-query --show --showformat '${db:Status-Abbrev} ${Package}\\n' |
    grep -E '^[^r].* (docker|containerd|runc)' || true
systemctl list-unit-files --no-legend 'docker*' 'containerd.*' || true
"""
_FORM = "${db:Status-Abbrev}|${Package}|${Version}\\n"


@dataclass(frozen=True)
class Story:
    machine: Machine
    repository: AptRepository

    @classmethod
    def of(cls, apt: Apt, repository: AptRepository) -> Story:
        """A machine that finds the repository where Docker's would be, and has no source of it."""
        # what is written is safe enough for a machine that nobody cuts from power
        apt.machine.write("/etc/dpkg/dpkg.cfg.d/quick", "force-unsafe-io\n")
        url = f"file://{rootfs.MIRROR}"
        apt.machine.write("/etc/dockswitch/channels.yaml", repository.channels_yaml(url))
        return cls(apt.machine, repository)

    def newest(self, channel: str) -> Packaged:
        """The newest of a channel that can be started."""
        return self.repository.starting(channel)[-1]

    def use(self, *words: str) -> dict[str, Any]:
        return self.machine.run("use", *words).ended(0).plain

    def refused(self, code: int, *words: str) -> str:
        """What is said of it."""
        return self.machine.run(*words).ended(code).error

    def run_container(self) -> str:
        """Start the one that is to run behind every switch too; its id."""
        return self.machine.shell(["sh", "-c", _CONTAINER]).splitlines()[-1][:12]

    def serves(self, release: Packaged | str, container: str = "") -> None:
        """Fail unless that engine answers, and its container runs."""
        version = release if isinstance(release, str) else release.answers
        asked = "docker version --format '{{.Server.Version}}'; docker ps --quiet"
        seen = self.machine.shell(["sh", "-c", asked]).split()
        assert seen == [version, *([container] if container else [])]

    def is_as_told(self) -> None:
        """Fail where status finds that something drifted."""
        self.machine.run("status", "--exit-code").ended(0)

    def installed(self) -> dict[str, str]:
        """The packages of an engine that are wholly there, held or not, with their versions."""
        asked = ["dpkg-query", "--show", "--showformat", _FORM, *package_names.ALL]
        lines = [line.split("|") for line in self.machine.attempt(asked).stdout.splitlines()]
        return {name: version for state, name, version in lines if state in ("ii ", "hi ")}

    def has(self, release: Packaged, *names: str) -> None:
        """Fail unless these packages of the release are there, by default the engine's own."""
        there = self.installed()
        for name in names or (package_names.ENGINE, package_names.CLIENT):
            assert there.get(name) == release.packages[name]

    def held(self) -> set[str]:
        return set(self.machine.shell(["apt-mark", "showhold"]).split())

    def automatic(self) -> set[str]:
        return set(self.machine.shell(["apt-mark", "showauto"]).split())

    def component(self) -> str:
        """The one of dockswitch's own source."""
        path = "/etc/apt/sources.list.d/dockswitch.sources"
        fields = dict(
            line.split(": ", 1) for line in self.machine.shell(["cat", path]).splitlines()
        )
        return fields["Components"]

    @contextmanager
    def without_mirror(self) -> Iterator[None]:
        """Nothing can be fetched meanwhile."""
        self.machine.shell(["mount", "-t", "tmpfs", "none", rootfs.MIRROR])
        yield
        self.machine.shell(["umount", rootfs.MIRROR])

    def is_bare(self) -> None:
        """Fail if anything of an engine is installed, masked, held, or known to apt."""
        assert self.machine.shell(["sh", "-c", _LEFT]) == ""
        assert self.held() == set()
        self.is_as_told()
