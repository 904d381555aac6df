"""The apt repository, served inside a machine over loopback, to be altered and to misbehave."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.integration import rootfs, server
from tests.integration.apt_holdings import COMPONENTS, AptRepository
from tests.integration.apt_index import release
from tests.integration.apt_signing import SigningKey
from tests.integration.systemd_machine import Machine

_FOLDER, _FAULTS, _SERVER = "/srv/host", "/srv/faults.json", "/srv/server.py"
_PORT = 8099
URL = f"http://127.0.0.1:{_PORT}"

#: The test's own server, which reads anew at each request how it is to misbehave.
_SERVE = f"""\
import json, re, sys, threading
from pathlib import Path
sys.path.insert(0, "/srv")
import server

def fault(path):
    for pattern, said in json.loads(Path("{_FAULTS}").read_text()).items():
        if re.search(pattern, path):
            return server.Fault(**said)

with server.serve(Path("{_FOLDER}"), port={_PORT}) as host:
    host.faults = fault
    print("serving", flush=True)
    threading.Event().wait()
"""


@dataclass(frozen=True)
class FaultyHost:
    """All indexes of it are copies; what they name is the repository's own."""

    machine: Machine
    repository: AptRepository

    @property
    def _suite(self) -> Path:
        below = self.repository.dists.relative_to(self.repository.root)
        return self.machine.root / _FOLDER[1:] / below

    @property
    def _debian(self) -> Path:
        return self.machine.root / _FOLDER[1:] / "linux/debian"

    def set_up(self) -> None:
        """Copy what may be altered, and mount what is too large for that."""
        here, pool = self.repository, f"{_FOLDER}/linux/debian/dists/{self.repository.suite}/pool"
        source = f"{rootfs.MIRROR}/linux/debian/dists/{here.suite}/pool"
        self.restore()
        shutil.copyfile(here.debian / "gpg", self._debian / "gpg")
        self.machine.shell(["mkdir", pool])
        self.machine.shell(["mount", "--bind", source, pool])
        self.machine.write(_SERVER, Path(server.__file__).read_text())

    def restore(self) -> None:
        """Its indexes as they are published, signed anew: apt believes none that is older."""
        for path in self.repository.dists.rglob("*"):
            below = path.relative_to(self.repository.dists)
            if path.is_file() and below.parts[0] != "pool":
                (self._suite / below).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, self._suite / below)
        self.sign()

    @contextmanager
    def serving(self, faults: Mapping[str, Mapping[str, object]] | None = None) -> Iterator[None]:
        """It answers within the block; `faults` are those of the paths that match."""
        self.misbehave(faults or {})
        with self.machine.under_way(["python3", "-c", _SERVE]) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "serving\n"
            yield

    def misbehave(self, faults: Mapping[str, Mapping[str, object]]) -> None:
        """From the next request on."""
        self.machine.write(_FAULTS, json.dumps(faults))

    def sign(
        self,
        *,
        key: SigningKey | None = None,
        made: datetime | None = None,
        until: datetime | None = None,
    ) -> None:
        """Announce what lies there, by its own key or by another's."""
        here = self.repository
        components = [each for each in COMPONENTS if (self._suite / each).exists()]
        text = release(self._debian, here.suite, components, here.arch, made=made, until=until)
        (key or here.key).sign(self._suite, text)

    def withdraw(self, component: str) -> None:
        """Its packages are published no more."""
        shutil.rmtree(self._suite / component)
        self.sign()

    def spoil_index(self, component: str) -> None:
        """A new one has other bytes than are announced, and as many."""
        (packages,) = (self._suite / component).rglob("Packages")
        text = packages.read_bytes()
        for content in (text + b"\n", text + b" "):
            packages.write_bytes(content)
            packages.with_suffix(".gz").write_bytes(gzip.compress(content, mtime=0))
            if content.endswith(b"\n"):
                self.sign()

    @contextmanager
    def spoiled(self, name: str) -> Iterator[None]:
        """A package has other bytes, and as many, within the block."""
        (found,) = self.repository.dists.glob(f"pool/stable/*/{name}")
        place = f"{_FOLDER}/linux/debian/{found.relative_to(self.repository.debian)}"
        size = found.stat().st_size
        self.machine.shell(["truncate", "--size", str(size), "/srv/spoiled"])
        self.machine.shell(["mount", "--bind", "/srv/spoiled", place])
        try:
            yield
        finally:
            self.machine.shell(["umount", place])
