"""The part of the demo in which apt switches the packages of a whole machine, as a person would."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.integration import rootfs, systemd_machine
from tests.integration.demo_machine import Made
from tests.integration.systemd_machine import Machine

_PATH = (
    f"{Path(rootfs.PROGRAM).parent}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
)

_CONTAINER = (
    "tar -cC /usr/libexec/docker docker-init | docker import - tiny >/dev/null",
    "docker run --rm --network none tiny /docker-init --version",
)
_VERSION = "docker version --format 'client {{.Client.Version}}, engine {{.Server.Version}}'"
_PACKAGES = "dpkg -l 'docker-ce*' containerd.io | grep '^[hi]'"

#: What is going on in dpkg when everything is killed, and how long that is waited for (seconds).
_MOMENT, _LIMIT = "Unpacking docker-ce (", 60


class WentWrong(Exception):
    """A command ended as it should not have; the message is what it said."""


def show(made: Made, say: Callable[[str], None]) -> None:
    """Boot a machine, show it all there, and switch it off; raises WentWrong."""
    with systemd_machine.booted(made.files, made.repository.root) as machine:
        url = f"file://{rootfs.MIRROR}"
        machine.write("/etc/dockswitch/channels.yaml", made.repository.channels_yaml(url))
        demo = _Demo(machine, say)
        demo.switch()
        demo.kill_and_recover()
        demo.go_back()


@dataclass(frozen=True)
class _Demo:
    machine: Machine
    say: Callable[[str], None]

    def switch(self) -> None:
        self.say("\n# a bare Debian machine: `use` adds the source with its key, and installs")
        self.type("dockswitch use stable")
        for line in (*_CONTAINER, _VERSION):
            self.type(line)
        self.say("\n# an exact version is held, or the next upgrade would undo it")
        newest = self.machine.run("resolve", "test", "latest").plain["version"]
        self.type(f"dockswitch use test {newest}")
        for line in (_VERSION, _CONTAINER[1], _PACKAGES, "apt-mark showhold"):
            self.type(line)

    def kill_and_recover(self) -> None:
        self.say(
            "\n# back to stable, and dockswitch, apt-get and dpkg are killed half-way (SIGKILL)"
        )
        self.say("$ dockswitch use stable")
        log = self.machine.disk / "var/lib/dockswitch/log/apt.log"
        began = len(log.read_text())
        deadline = time.monotonic() + _LIMIT
        with self.machine.started("use", "stable") as process:
            while _MOMENT not in log.read_text()[began:]:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise WentWrong("the switch was over before it could be killed")
                time.sleep(0.005)
            process.kill()  # and with it dockswitch, which apt-get outlives
            killed = "kill -9 $(pidof apt-get dpkg dpkg-deb) || true"
            self.machine.shell(["sh", "-c", killed])
        self.say("Killed")
        self.type(f"{_PACKAGES}; dpkg --audit | head -4")
        self.type("dockswitch recover")
        for line in (_VERSION, _PACKAGES, "apt-mark showhold"):
            self.type(line)

    def go_back(self) -> None:
        self.say("\n# and back to what was before, without the network: the packages were kept")
        for line in ("dockswitch rollback", _VERSION, _CONTAINER[1], "dockswitch history"):
            self.type(line)

    def type(self, line: str) -> None:
        """Run a line there, and show it with all that it says."""
        self.say(f"\n$ {line}")
        ran = self.machine.attempt(["sh", "-c", f"{{ {line}; }} 2>&1"], env={"PATH": _PATH})
        self.say(ran.stdout.rstrip())
        if ran.returncode != 0:
            raise WentWrong(f"`{line}` ended with {ran.returncode}")
