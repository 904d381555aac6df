"""The stand-in for docker-machine on the PATH of a program, and a mirror of images for it."""

import contextlib
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.cli.program import Program
from tests.standins import iso
from tests.standins.docker_machine.placed import placed

VERSIONS = ("17.05.0-ce", "17.06.0-ce-rc2", "19.03.12")
# Notes what it is told.
_NOTING = """\
#!/bin/sh
echo "$*" >>{folder}/calls
exec {standin} "$@"
"""


@dataclass(frozen=True)
class Machines:
    """What docker-machine keeps below the program's root, and what it was told."""

    program: Program
    folder: Path

    @property
    def store(self) -> Path:
        return Path(f"{self.program.root}{self.program.home}/.docker/machine/machines")

    def docker_machine(self, *words: str) -> str:
        """What it says to a person who calls it by hand; nothing where it fails."""
        ran = subprocess.run(
            [self.folder / "bin/docker-machine", *words],
            env=self.program.environ(MACHINE_STORAGE_PATH=str(self.store.parent)),
            capture_output=True,
            text=True,
            check=False,
        )
        return ran.stdout.strip()

    def state(self, name: str) -> str:
        return self.docker_machine("status", name) or "absent"

    def runs(self, *names: str) -> bool:
        """Whether these run, and no other."""
        there = [each.name for each in self.store.iterdir() if self.state(each.name) == "Running"]
        return sorted(there) == sorted(names)

    def engine(self, name: str) -> str:
        """The version whose image it boots."""
        label = (self.store / name / "boot2docker.iso").read_bytes()[0x8028:0x8048]
        return label.decode("ascii").strip().removeprefix("b2d-v")


@contextlib.contextmanager
def machines(program: Program, folder: Path) -> Iterator[Machines]:
    """The program with a docker-machine on its PATH, a driver, and a mirror of images."""
    mirror = images(folder)
    with programs(folder) as path:
        yield Machines(program.given(PATH=path, DOCKSWITCH_IMAGE_MIRROR=mirror), folder)


def images(folder: Path) -> str:
    """The images, and the address by which the program finds each."""
    for version in VERSIONS:
        image = folder / "images" / f"boot2docker-{version}.iso"
        image.parent.mkdir(exist_ok=True)
        image.write_bytes(iso.image(iso.label(version)))
    listed = [{"tag_name": f"v{each}", "published_at": "2020-06-29T00:00:00Z"} for each in VERSIONS]
    (folder / "images" / "index.json").write_text(json.dumps(listed))
    return f"file://{folder}/images/boot2docker-{{version}}.iso"


@contextlib.contextmanager
def programs(folder: Path) -> Iterator[str]:
    """A PATH with docker-machine and what its driver wants."""
    path = folder / "bin"
    path.mkdir()
    with placed(folder / "standin") as standin:
        noting = _NOTING.format(folder=folder, standin=standin.path)
        for name, script in (("docker-machine", noting), ("VBoxManage", "#!/bin/sh\n")):
            (path / name).write_text(script)
            (path / name).chmod(0o755)
        yield f"{path}:/usr/bin:/bin"
