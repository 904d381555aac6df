"""The Ansible collection dockswitch.engine, and unpacking it for Ansible to find."""

import os
from collections.abc import Iterator
from pathlib import Path

from dockswitch import __version__
from dockswitch.model.errors import UsageError

NAME = "ansible_collections/dockswitch/engine"
PROGRAM = "files/dockswitch.pyz"
_MARK = "namespace: dockswitch\nname: engine\n"


def unpack(into: Path, program: Path | None) -> Path:
    """Puts the collection below a folder of collections, in place of one that is there.

    `program` is the single-file program that it is to bring to hosts, None for none. Returns where
    it lies; raises NotACollection where something else lies there, and BadProgram.
    """
    if program is not None and not _is_program(program):
        raise BadProgram(program)
    place = into / NAME
    if place.exists() and _MARK not in _text(place / "galaxy.yml"):
        raise NotACollection(place)
    fresh = place.with_name(f".{place.name}.tmp-{os.getpid()}")
    _write(fresh, program)
    if place.exists():
        old = place.with_name(f".{place.name}.old-{os.getpid()}")
        place.rename(old)
        fresh.rename(place)
        _remove(old)
    else:
        fresh.rename(place)
    return place


def _write(folder: Path, program: Path | None) -> None:
    for name, content in _files(Path(__file__).parent / "collection"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    if program is not None:
        (folder / PROGRAM).parent.mkdir(exist_ok=True)
        (folder / PROGRAM).write_bytes(program.read_bytes())


def _files(folder: Path, above: str = "") -> Iterator[tuple[str, bytes]]:
    for each in sorted(folder.iterdir()):
        name = f"{above}{each.name}"
        if each.is_dir():
            if each.name != "__pycache__":
                yield from _files(each, f"{name}/")
            continue
        content = each.read_bytes()
        if name == "galaxy.yml":
            content = content.replace(b"version: 0.0.0", f"version: {__version__}".encode())
        yield name, content


def _is_program(path: Path) -> bool:
    try:
        with path.open("rb") as opened:
            return b"PK\x03\x04" in opened.read(4096)
    except OSError:
        return False


def _text(path: Path) -> str:
    return path.read_text(errors="replace") if path.is_file() else ""


def _remove(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    folder.rmdir()


class NotACollection(UsageError):
    def __init__(self, place: Path) -> None:
        super().__init__(
            f"{place} is something else than the collection dockswitch.engine",
            hint="name another folder, or move it aside",
        )


class BadProgram(UsageError):
    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} is no dockswitch.pyz",
            hint="`make build` makes one; it stands beside each release",
        )
