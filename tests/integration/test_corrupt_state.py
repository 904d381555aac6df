"""State that somebody spoiled: the engine keeps answering, and one message names the file."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.integration import below, whole
from tests.integration.dice import chosen
from tests.integration.holdings import Mirror
from tests.integration.program import Dockswitch, Result
from tests.integration.stock import Stock

pytestmark = pytest.mark.engine


def _garbage(path: Path, content: bytes) -> None:
    path.write_bytes(b"\xff" + random.Random(0).randbytes(200))


def _words(path: Path, content: bytes) -> None:
    path.write_text("hello\n")


def _truncated(path: Path, content: bytes) -> None:
    path.write_bytes(content[: len(content) // 2])


def _empty(path: Path, content: bytes) -> None:
    path.touch()


def _folder(path: Path, content: bytes) -> None:
    path.mkdir()


def _loop(path: Path, content: bytes) -> None:
    path.symlink_to(path.name)


#: Each is given the place, in which nothing is left, and what was there.
_DAMAGES: tuple[Callable[[Path, bytes], None], ...] = (
    _garbage,
    _words,
    _truncated,
    _empty,
    _folder,
    _loop,
)
#: What is kept below the state folder; a version's record is that of the one that is not in use.
_FILES = {
    "newest journal": "journal/000002.jsonl",
    "older journal": "journal/000001.jsonl",
    "digests seen": "seen.json",
    "lock": "lock",
    "record of a version": "versions/{new}*/.dockswitch.json",
    "link to the version in use": "current",
}
#: How many of these are tried together with a damage; DOCKSWITCH_KILLS asks for more.
_PAIRS = 5


def test_a_spoiled_file_costs_no_engine(program: Dockswitch, mirror: Mirror, stock: Stock) -> None:
    old, new = mirror.engines[:2]
    stock.hand_out(program.root, old, new)
    program.run("use", new.version, "--no-start").ended(0)
    program.run("use", old.version).ended(0)
    running = below.dockerds(program.root)
    for what, damage in chosen([(w, d) for w in _FILES for d in _DAMAGES], _PAIRS):
        (path,) = (program.root / below.STATE).glob(_FILES[what].format(new=new.version))
        with _spoiled(path, damage):
            for words in (["status"], ["list"], ["history"]):
                _is_told(program.told(*words), path)
            _is_told(program.told("use", new.version, "--no-start"), path)
            assert below.dockerds(program.root) == running
            assert below.answering(program.root) == old.version
        program.run("use", old.version).ended(0)
        assert below.dockerds(program.root) == running
    whole.is_whole(program, old.version)


def _is_told(said: Result, path: Path) -> None:
    """Well, or one error of ours that names the place and a way out."""
    assert said.code in (0, 1, 15), said
    assert "Traceback" not in said.err
    if said.code:
        assert said.err.count("error: ") == 1, said.err
        assert path.name in said.err, said.err
        assert "Error(" not in said.err, said.err
        assert "hint: " in said.err, said.err


@contextmanager
def _spoiled(path: Path, damage: Callable[[Path, bytes], None]) -> Iterator[None]:
    """Within it the place is spoiled, and then as it was."""
    target = os.readlink(path) if path.is_symlink() else None
    content = path.read_bytes() if target is None else b""
    path.unlink()
    damage(path, content)
    yield
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    if target is None:
        path.write_bytes(content)
    else:
        path.symlink_to(target)
