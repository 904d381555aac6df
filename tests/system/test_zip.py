"""Unpacking zip archives, as Docker publishes its client for Windows: whole and hostile ones."""

import hashlib
import io
import os
import stat
import struct
import warnings
import zipfile
from pathlib import Path

import pytest

from dockswitch.model.unreachable import NotAnArchive
from dockswitch.system.archive import unpack
from dockswitch.system.http import Door
from dockswitch.system.refusals import DamagedArchive, HostileArchive
from tests.system.fetching import Counting, refused
from tests.system.server import Reply, serving

DOOR = Door(connect=2, silence=2, waits=(0.0, 0.0, 0.0))
CLIENT = os.urandom(700_000)


def packed(*members: tuple[str, bytes], mode: int = 0, comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name)
            info.filename = name  # as it is said
            info.external_attr, info.create_system = mode << 16, 3
            info.compress_type = zipfile.ZIP_DEFLATED
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a name that comes twice is what is wanted
                archive.writestr(info, content)
        archive.comment = comment
    return out.getvalue()


GOOD = packed(
    ("docker/", b""), ("docker/docker.exe", CLIENT), ("docker/README", b"read"), comment=b"made"
)


def fetch(archive: bytes, into: Path) -> None:
    with serving(lambda _: Reply(archive)) as s:
        unpack(DOOR, f"{s.url}/docker-28.5.2.zip", into=str(into), progress=Counting())


def test_a_zip_is_hashed_and_unpacked_without_its_top_folder(tmp_path: Path) -> None:
    into, progress = tmp_path / "versions" / ".tmp-1", Counting()
    with serving(lambda _: Reply(GOOD)) as s:
        url = f"{s.url}/docker-28.5.2.zip"
        found = unpack(DOOR, url, into=str(into), progress=progress)
    assert (found.url, found.size) == (url, len(GOOD))
    assert found.sha256 == hashlib.sha256(GOOD).hexdigest()
    assert found.names == ("docker.exe",)
    assert (into / "docker.exe").read_bytes() == CLIENT
    assert (into / "README").stat().st_mode & 0o777 == 0o644
    assert (progress.done, progress.ended) == (len(GOOD), 1)
    assert [each.name for each in into.parent.iterdir()] == [".tmp-1"]


def _encrypted(archive: bytes) -> bytes:
    """The archive whose list says so of its one member."""
    at = archive.rfind(b"PK\x01\x02") + 8
    return archive[:at] + b"\x01" + archive[at + 1 :]


HOSTILE: list[tuple[str, bytes]] = [
    ("a path that climbs", packed(("docker/../../x", b"x"))),
    ("an absolute path", packed(("/etc/x", b"x"))),
    ("a drive", packed(("docker/C:x", b"x"))),
    ("another stream", packed(("docker/docker.exe:x", b"x"))),
    ("slashes of Windows", packed(("docker\\..\\..\\x", b"x"))),
    ("two tops", packed(("docker/x", b"x"), ("other/x", b"x"))),
    ("a file twice", packed(("docker/x", b"x"), ("docker/x", b"y"))),
    ("a file for a folder", packed(("docker/x", b"x"), ("docker/x/y", b"y"))),
    ("a link", packed(("docker/x", b"/etc/passwd"), mode=stat.S_IFLNK | 0o777)),
    ("a fifo", packed(("docker/x", b""), mode=stat.S_IFIFO | 0o644)),
    ("a control character", packed(("docker/\x1b[2J", b"x"))),
    ("too many", packed(*((f"docker/{number}", b"") for number in range(4097)))),
    ("a bomb", packed(*((f"docker/{n}", bytes(8 << 20)) for n in range(20)))),
    ("an encrypted file", _encrypted(packed(("docker/x", b"x")))),
]


@pytest.mark.parametrize(("what", "archive"), HOSTILE, ids=[what for what, _ in HOSTILE])
def test_a_hostile_zip_is_refused_whole(what: str, archive: bytes, tmp_path: Path) -> None:
    with refused((HostileArchive, DamagedArchive), tmp_path / "versions" / "new"):
        fetch(archive, tmp_path / "versions" / "new")
    assert [path.name for path in tmp_path.rglob("*")] == ["versions"]


def _with_list_at(archive: bytes, **said: int) -> bytes:
    """The archive whose end says something else of its list."""
    at = archive.rfind(b"PK\x05\x06")
    names = ("disk", "disk2", "here", "count", "length", "begins", "comment")
    fields = dict(zip(names, struct.unpack("<4H2LH", archive[at + 4 : at + 22]), strict=True))
    end = struct.pack("<4H2LH", *{**fields, **said}.values())
    return archive[: at + 4] + end + archive[at + 22 :]


def test_a_damaged_zip_is_refused_whole(tmp_path: Path) -> None:
    flipped = bytearray(GOOD)
    flipped[len(CLIENT) // 2] ^= 1
    for archive in (
        GOOD[:-200],
        GOOD[: len(GOOD) // 2],
        bytes(flipped),
        GOOD + b"more",
        _with_list_at(GOOD, begins=7),
        _with_list_at(GOOD, length=1 << 31),
        _with_list_at(GOOD, disk=1),
    ):
        with refused((DamagedArchive, HostileArchive), tmp_path / "new"):
            fetch(archive, tmp_path / "new")


def test_what_is_no_zip_is_said_to_be_none(tmp_path: Path) -> None:
    for body, words in ((b"<html>", "login page"), (b"\x1f\x8b", "no zip"), (b"", "nothing")):
        with refused(NotAnArchive, tmp_path / "new", words):
            fetch(body, tmp_path / "new")
