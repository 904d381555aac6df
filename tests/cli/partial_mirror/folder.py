"""A partial mirror, the program that fills it, and what tests of it say again and again."""

from dataclasses import dataclass
from pathlib import Path

from tests.cli.program import Program, Said
from tests.upstream import SUITE

AMD, ARM = ("--for", "debian:bookworm/amd64"), ("--for", "debian:bookworm/arm64")
POOL = f"{SUITE}/pool"


@dataclass(frozen=True)
class Mirror:
    """The folder, and the program that fills it from `upstream` or reads from it."""

    folder: Path
    program: Program

    def __call__(self, *words: str, **env: str) -> Said:
        return self.program("mirror", str(self.folder), *words, **env)

    def read(self, *words: str) -> Said:
        return self.program(*words, DOCKSWITCH_MIRROR=f"file://{self.folder}")

    @property
    def files(self) -> dict[str, bytes]:
        """All that is served, without the pages of folders."""
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in found
            if path.name != "index.html" and ".dockswitch" not in path.parts
        }


def good(said: Said) -> Said:
    assert said.code == 0, said.out + said.err
    return said


def flip(path: Path) -> None:
    """One bit of what the file says, in its midst."""
    body = bytearray(path.read_bytes())
    body[len(body) // 3] ^= 1
    path.write_bytes(bytes(body))
