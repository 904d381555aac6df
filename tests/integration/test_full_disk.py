"""A disk that is full, at whatever write: nothing half is kept, and the old engine answers."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli import mirror as mirrors
from tests.cli.program import Program
from tests.integration import below, whole
from tests.integration.dice import chosen
from tests.integration.holdings import Mirror
from tests.integration.program import Dockswitch
from tests.integration.stock import Stock

pytestmark = pytest.mark.engine

_PAGE = 4096  # bytes: what the kernel gives a file on a tmpfs at least
_ROOMY = (10_000, 64 << 20)
#: What is left on the disk: so many names, or so many pages. A switch needs fewer of each.
_LEFT = [
    *(("names", count) for count in (*range(14), 20, 30, 40, 60, 80, 100, 130, 160, 200)),
    *(("pages", count) for count in (*range(4), 10, 100, 1000, 5000, 10_000)),
]


@dataclass(frozen=True)
class Disk:
    """A small file system in this process's own mount namespace; the sweep unmounts it."""

    place: Path

    @classmethod
    def of(cls, place: Path) -> Disk:
        place.mkdir(parents=True)
        disk = cls(place)
        _mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", place)
        disk.empty()
        return disk

    def leave(self, what: str, count: int) -> None:
        """From now on there is room for so many more names, or pages."""
        at = os.statvfs(self.place)
        names, pages = at.f_files - at.f_ffree, at.f_blocks - at.f_bfree
        if what == "names":
            self._resize(names + count, _ROOMY[1])
        else:
            self._resize(_ROOMY[0], (pages + count) * _PAGE)

    def empty(self) -> None:
        """There is room enough again."""
        self._resize(*_ROOMY)

    def _resize(self, names: int, size: int) -> None:
        # none at all would mean no bound
        _mount("-o", f"remount,nr_inodes={max(names, 1)},size={max(size, _PAGE)}", self.place)


def test_a_switch_on_a_full_disk_leaves_the_old_engine(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    old, new = mirror.engines[:2]
    stock.hand_out(program.root, old, new)
    disk = _state_on_a_small_disk(program.root)
    program.run("use", old.version).ended(0)
    for what, count in chosen(_LEFT, 3):
        running = below.dockerds(program.root)
        disk.leave(what, count)
        said = program.run("use", new.version)
        assert said.code in (0, 1, 15), said
        if said.code != 0:
            untouched = said.code == 1 or "was never stopped" in said.error
            # An engine on trial that finds no name for a file says so in words of its own.
            assert "no space" in said.error.lower() or untouched, said.error
            assert below.answering(program.root) == old.version
            assert not untouched or below.dockerds(program.root) == running
        disk.empty()
        program.run("recover").ended(0)
        program.run("use", old.version).ended(0)
        assert below.answering(program.root) == old.version
        assert not below.unfinished(program.root)
    whole.is_whole(program, old.version)


@pytest.mark.parametrize("words", ["install 98.0.1", "use 98.0.1 --no-start"])
def test_whatever_write_finds_no_room_keeps_nothing_half(root: Path, words: str) -> None:
    published = mirrors.build(root / "published")
    (root / "home").mkdir()
    program = Program(root / "home", root, {"DOCKSWITCH_MIRROR": f"file://{published}"})
    disk = _state_on_a_small_disk(root)
    refused = 0
    for what in ("names", "pages"):
        for count in range(100):
            disk.leave(what, count)
            said = program(*words.split())
            disk.empty()
            if said.code == 0:
                break
            refused += 1
            assert said.code in (1, 15), said
            assert "no space" in said.err.lower(), said
            assert "prune" in said.err, said
            assert program("list").out == "" or "98.0.1" in program("list").out
            assert not below.unfinished(root), (what, count)
            assert below.links(root) == {}
        assert said.code == 0, said
        assert program("recover").code == 0
        assert program("use", "system").code in (0, 11)
        assert program("uninstall", "98.0.1").code == 0
    assert refused > 10


def _state_on_a_small_disk(root: Path) -> Disk:
    """The state folder and the links lie on it; versions that are there already lie elsewhere."""
    state = root / below.STATE
    kept = list(state.glob("versions"))
    for folder in kept:
        folder.rename(root / "large")
    disk = Disk.of(root / "small")
    for name, place in {"state": state, "bin": root / "usr/local/bin"}.items():
        (disk.place / name).mkdir()
        place.mkdir(parents=True, exist_ok=True)
        _mount("--bind", disk.place / name, place)
    if kept:
        (state / "versions").mkdir()
        _mount("--bind", root / "large", state / "versions")
    return disk


def _mount(*words: str | Path) -> None:
    subprocess.run(["mount", *words], check=True, timeout=30)
