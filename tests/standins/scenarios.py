"""What is done with docker-machine, real or stand-in: each scenario, and what has to be so."""

import os
import shlex
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.standins import iso

_DISK = ("--virtualbox-no-vtx-check", "--virtualbox-disk-size", "64")


@dataclass(frozen=True, slots=True)
class Bench:
    """A docker-machine with a store of its own; `versions` are two that it has images of."""

    program: Path
    folder: Path
    versions: tuple[str, str]
    env: dict[str, str] = field(default_factory=dict)

    def run(self, line: str, code: int = 0) -> str:
        """Its stdout; the code has to be that one."""
        ran = subprocess.run(
            [self.program, *shlex.split(line)],
            env={
                **os.environ,
                "MACHINE_STORAGE_PATH": str(self.folder / "store"),
                "MACHINE_BUGSNAG_API_TOKEN": "no-report",
                **self.env,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert ran.returncode == code, f"{line}\n{ran.stdout}{ran.stderr}"
        return ran.stdout

    def image(self, name: str, version: str) -> str:
        """The address of an image; what lies there is replaced."""
        path = self.folder / f"{name}.iso"
        path.write_bytes(iso.image(iso.label(version), {"VERSION.;1": version.encode()}))
        return f"file://{path}"

    def create(self, name: str, url: str, code: int = 0) -> str:
        flags = shlex.join([*_DISK, "--virtualbox-boot2docker-url", url])
        return self.run(f"create -d virtualbox {flags} {name}", code)

    def version(self, name: str) -> str:
        return self.run(f"version {name}").strip()

    def status(self, name: str) -> str:
        return self.run(f"status {name}").strip()


def switched(bench: Bench) -> None:
    """Two machines, one per version; the first is stopped for the second, and started again."""
    one, other = "dockswitch-1", "dockswitch-2"
    for name, version in zip((one, other), bench.versions, strict=True):
        bench.create(name, bench.image(name, version))
    assert (bench.version(one), bench.version(other)) == bench.versions
    bench.run(f"stop {one}")
    assert (bench.status(one), bench.status(other)) == ("Stopped", "Running")
    bench.run(f"env --shell sh {one}", code=1)
    bench.run(f"start {one}")
    bench.run(f"start {one}", code=1)
    assert bench.version(one) == bench.versions[0]
    for name in (one, other):
        bench.run(f"rm -y {name}")
    assert bench.run("ls -q") == ""


def in_place(bench: Bench) -> None:
    """What lies at a stable address is replaced: `upgrade` takes it, and reverts any other swap."""
    old, new = bench.versions
    bench.create("m", bench.image("stable", old))
    bench.image("stable", new)
    bench.run("upgrade m")
    assert bench.version("m") == new
    bench.run("stop m")
    own = bench.folder / "store/machines/m/boot2docker.iso"
    own.write_bytes(iso.image(iso.label(old), {"VERSION.;1": old.encode()}))
    bench.run("start m")
    assert bench.version("m") == old
    bench.run("upgrade m")
    assert bench.version("m") == new
    bench.run("rm -y m")


def half_made(bench: Bench) -> None:
    """An image that is not there leaves a machine, whose name is taken until it is removed."""
    bench.create("m", f"file://{bench.folder}/none.iso", code=1)
    url = bench.image("some", bench.versions[0])
    bench.create("m", url, code=1)
    bench.run("rm -y m")
    bench.create("m", url)
    assert bench.status("m") == "Running"
    bench.run("rm -y m")
    bench.run("rm -y m", code=1)
    bench.run("rm -f m")


SCENARIOS: Sequence[Callable[[Bench], None]] = (switched, in_place, half_made)
