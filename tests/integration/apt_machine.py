"""apt as its user types it, on a machine with systemd whose mirror is a repository of ours."""

from __future__ import annotations

from dataclasses import dataclass

from tests.integration import rootfs
from tests.integration.apt_holdings import AptRepository, Packaged
from tests.integration.systemd_machine import Machine

#: An image of the engine's own init, wherever its package has it.
CONTAINER = """\
set -e
init=$(command -v docker-init || echo /usr/libexec/docker/docker-init)
tar --create --directory "$(dirname "$init")" docker-init | docker import - probe >/dev/null
docker run --rm --network none probe /docker-init --version
"""
_KEYRING = "/etc/apt/keyrings/docker.asc"
_SOURCE = "/etc/apt/sources.list.d/docker.sources"


@dataclass(frozen=True)
class Apt:
    machine: Machine

    def use_source(
        self, repository: AptRepository, *components: str, url: str = f"file://{rootfs.MIRROR}"
    ) -> None:
        """Have these components of the repository as the machine's one source."""
        self.machine.write(_KEYRING, repository.key.public.decode())
        self.machine.write(_SOURCE, repository.source(url, _KEYRING, *components))
        self.get("update")

    def install(self, wanted: Packaged) -> None:
        """Install exactly that release, be it older or newer than what is there."""
        names = [f"{name}={version}" for name, version in wanted.packages.items()]
        self.get("install", "--no-install-recommends", "--allow-downgrades", *names)

    def get(self, *words: str) -> str:
        """What apt-get says; it must end well."""
        noninteractive = {"DEBIAN_FRONTEND": "noninteractive"}
        return self.machine.shell(["apt-get", "--yes", *words], env=noninteractive)

    def installed(self) -> dict[str, str]:
        """The packages of Docker's that are wholly installed, with their versions."""
        asked = [
            "dpkg-query",
            "--show",
            "--showformat",
            "${db:Status-Abbrev}|${Package}|${Version}\\n",
        ]
        lines = [line.split("|") for line in self.machine.shell(asked).splitlines()]
        of_docker = ("docker-", "containerd")
        return {
            name: version
            for status, name, version in lines
            if status.strip() == "ii" and name.startswith(of_docker)
        }

    def run_container(self) -> None:
        """Run one with the engine that is installed; fail where it cannot."""
        assert "tini" in self.machine.shell(["sh", "-c", CONTAINER])
