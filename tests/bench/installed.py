"""A machine with systemd on which dockswitch is installed as pip installs it, and whose apt knows
what every machine's apt knows.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.child import Broke, Took
from tests.integration import archive_index, rootfs, systemd_machine
from tests.integration.apt_holdings import AptRepository
from tests.integration.systemd_machine import Machine

_PROGRAM = "/opt/dockswitch/installed/bin/dockswitch"
#: Copied and compiled: a checkout's bytecode may be of another Python, or of none.
_INSTALL = f"""\
mkdir -p /opt/dockswitch/installed/bin
cp -r {rootfs.CHECKOUT}/dockswitch /opt/dockswitch/installed/
python3 -m compileall -q /opt/dockswitch/installed
sed s,{rootfs.CHECKOUT},/opt/dockswitch/installed, {rootfs.PROGRAM} > {_PROGRAM}
chmod +x {_PROGRAM}
"""
_ARCHIVE = "/var/lib/archive"
#: What `apt-get update` once made of it; of an index that lies there unpacked it makes nothing.
_READ = f"""\
cd {_ARCHIVE}
find dists -type f | while read -r file; do
    cp -p "$file" "/var/lib/apt/lists/$(echo {_ARCHIVE}/"$file" | tr / _)"
done
"""
_AWAIT = "until bash -c 'exec 3<>/dev/tcp/127.0.0.1/8000' 2>/dev/null; do sleep 0.05; done"

#: Where the machine has the mirror over HTTP, as people have Docker's host.
URL = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Installed:
    machine: Machine

    def dockswitch(self, *words: str) -> Took:
        """A run of it that ends well."""
        return self.run([_PROGRAM, *words, "--mirror", URL])

    def script(self, text: str) -> Took:
        """Lines that a user would type, each of which must end well."""
        return self.run(["sh", "-ec", text])

    def run(self, argv: Sequence[str]) -> Took:
        began = time.perf_counter()
        ran = self.machine.attempt(argv)
        took = Took(time.perf_counter() - began)
        if ran.returncode != 0:
            raise Broke(f"{argv} ended with {ran.returncode}: {ran.stdout}{ran.stderr}")
        return took


@contextmanager
def installed(files: Path, repository: AptRepository, index: Path) -> Iterator[Installed]:
    """It runs, with the mirror served on its own loopback, until the block ends."""
    with systemd_machine.fresh(files, repository.root) as machine:
        machine.boot()
        machine.shell(["sh", "-ec", _INSTALL])
        knows_debian(machine, index)
        machine.write("/etc/dockswitch/channels.yaml", repository.channels_yaml(URL))
        serve = ["python3", "-m", "http.server", "--directory", rootfs.MIRROR, "8000"]
        with machine.under_way(serve):
            machine.shell(["sh", "-c", _AWAIT])
            machine.shell(["apt-get", "update", "-o", "APT::Update::Error-Mode=any"])
            yield Installed(machine)


def knows_debian(machine: Machine, index: Path) -> None:
    """Has apt there read Debian's whole index, as on every machine, with nothing to fetch."""
    shutil.copytree(index, machine.disk / _ARCHIVE[1:])
    machine.write("/etc/apt/apt.conf.d/90languages", archive_index.APT_CONF)
    machine.write(
        "/etc/apt/sources.list.d/debian.sources", archive_index.source(f"file:{_ARCHIVE}")
    )
    machine.shell(["mkdir", "-p", "/var/lib/apt/lists"])
    machine.shell(["sh", "-ec", _READ])
