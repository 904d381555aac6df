"""Packages made so by dockswitch's own step on a machine, from files that are kept there."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dockswitch.model import package_words
from tests.integration import rootfs
from tests.integration.apt_holdings import AptRepository, Packaged
from tests.integration.apt_machine import Apt

_SHELF = "/var/lib/dockswitch/packages/kept"

#: One step, as a switch would make it so; what is said meanwhile and how it ended is one object.
_SCRIPT = f"""\
import json, sys, time
sys.path[:0] = ["{rootfs.CHECKOUT}", "{rootfs.PACKAGES}"]
from dockswitch.apt import install
from dockswitch.model.errors import DockswitchError
from dockswitch.model.layout import Layout
from dockswitch.model.step import Packages, from_plain, to_plain
from dockswitch.system import hosts
from dockswitch.system.here import Here

asked, told = json.loads(sys.argv[1]), []
system = Here(Layout.of_system(), hosts.this(), apt_wait=asked["limit"], tell=told.append)
step = Packages(tuple(asked["wanted"]), tuple(asked["automatic"]))
before, began, error = install.observed(system, step), time.monotonic(), {{}}
try:
    install.make_so(system, step)
except DockswitchError as failed:
    error = {{"kind": type(failed).__name__, "exit": failed.exit, "message": failed.message,
              "details": failed.details, "hint": failed.hint}}
print(json.dumps({{"before": to_plain(before), "error": error, "told": told,
                  "seconds": time.monotonic() - began}}))
"""


@dataclass(frozen=True)
class Made:
    """How a step ended: what was there before, what was told, and the error, if any."""

    before: Mapping[str, object]
    error: Mapping[str, str | int]
    told: list[str]
    seconds: float

    def well(self) -> Made:
        assert not self.error, self.error
        return self


@dataclass(frozen=True)
class Shelf:
    """The files of some releases on a machine."""

    apt: Apt
    repository: AptRepository

    def keep(self, *releases: Packaged) -> None:
        """Have the files of these releases there, under the names that apt gives them."""
        folder = self.apt.machine.disk / _SHELF[1:]
        folder.mkdir(parents=True, exist_ok=True)
        for name, version in {item for each in releases for item in each.packages.items()}:
            called = package_words.file_name(name, version, self.repository.arch)
            bare = f"{name}_{version.rpartition(':')[2]}_{self.repository.arch}.deb"
            found = next(self.repository.dists.glob(f"pool/*/*/{bare}"))
            shutil.copyfile(found, folder / called)
        self.apt.machine.write("/opt/step.py", _SCRIPT)

    def alter(self, release: Packaged, name: str, file: str, text: str) -> None:
        """Have other text at the end of a file in the package of that name that is kept."""
        version = release.packages[name]
        kept = self.apt.machine.disk / _SHELF[1:]
        kept /= package_words.file_name(name, version, self.repository.arch)
        with tempfile.TemporaryDirectory(dir=self.apt.machine.disk) as folder:
            tree = Path(folder) / "tree"
            _run("dpkg-deb", "--raw-extract", kept, tree)
            with (tree / file[1:]).open("a") as opened:
                opened.write(text)
            _run("dpkg-deb", "--build", "--root-owner-group", "-Znone", tree, kept)

    def make_so(self, *words: str, automatic: Iterable[str] = (), limit: float = 60) -> Made:
        """Make that step so."""
        ran = self.apt.machine.attempt(self._line(words, automatic, limit))
        assert ran.returncode == 0, ran.stderr
        return Made(**json.loads(ran.stdout))

    @contextmanager
    def started(self, *words: str) -> Iterator[subprocess.Popen[str]]:
        """The same under way; it does not outlive the block."""
        with self.apt.machine.under_way(self._line(words, (), 60)) as process:
            yield process

    def killed(self, words: Iterable[str], after: str, seconds: float) -> None:
        """Begin that step, and kill all that runs for it so long after apt said these words."""
        with self.started(*words) as process:
            self.said(after, process)
            time.sleep(seconds)
            # the machine has processes of its own: others are not seen from there
            script = "kill -9 $(pidof apt-get dpkg dpkg-deb) || true"
            self.apt.machine.shell(["sh", "-c", script])

    def said(self, words: str, process: subprocess.Popen[str]) -> None:
        """Return once apt has said these words of the step that is under way."""
        began = len(self.log)
        deadline = time.monotonic() + 60
        while words not in self.log[began:] and process.poll() is None:
            assert time.monotonic() < deadline, self.log[began:]
            time.sleep(0.005)

    @property
    def log(self) -> str:
        """All that apt and dpkg said."""
        path = self.apt.machine.disk / "var/lib/dockswitch/log/apt.log"
        return path.read_text() if path.exists() else ""

    def _line(self, words: Iterable[str], automatic: Iterable[str], limit: float) -> list[str]:
        asked = {"wanted": list(words), "automatic": list(automatic), "limit": limit}
        return ["/usr/bin/python3", "/opt/step.py", json.dumps(asked)]


def _run(*words: str | Path) -> None:
    subprocess.run(words, check=True, capture_output=True, timeout=120)
