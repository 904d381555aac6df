"""Reads a zip archive member by member, with bounds on all that it may claim.

`zipfile` would believe how large the list of its members is, and read it into memory.
"""

import contextlib
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from tarfile import DIRTYPE, TarInfo
from typing import BinaryIO

from dockswitch.system.inflate import BLOCK, bound
from dockswitch.system.refusals import DamagedArchive, HostileArchive
from dockswitch.system.tarball import MOST_MEMBERS

# The end of the list of members (APPNOTE.TXT of PKWARE, 4.3.16), behind which a comment may stand.
_END = struct.Struct("<4s4H2LH")
_END_MAGIC = b"PK\x05\x06"
_LONGEST_COMMENT = 0xFFFF
_LONGEST_LIST = 4 << 20  # bytes
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_UNIX = 3  # who made it, where its modes mean something


class Zip:
    """The members of a zip archive of `size` bytes, as a tar archive's; `url` is its name."""

    def __init__(self, file: BinaryIO, size: int, url: str) -> None:
        self._file = file
        self._size = size
        self._url = url
        self._gave = 0

    def __iter__(self) -> Iterator[tuple[TarInfo, Iterator[memoryview]]]:
        """Raises DamagedArchive or HostileArchive; checks each member's sum once it is read."""
        self._check_list()
        with self._told(), zipfile.ZipFile(self._file) as archive:
            for info in archive.infolist():
                yield self._member(info), self._content(archive, info)

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise DamagedArchive(self._url, str(error) or "it ends too early") from None

    def _check_list(self) -> None:
        """Nothing stands before the archive or within it that its list does not name."""
        behind = min(self._size, _END.size + _LONGEST_COMMENT)
        self._file.seek(self._size - behind)
        tail = self._file.read(behind)
        at = tail.rfind(_END_MAGIC)
        if at < 0 or len(tail) - at < _END.size:
            raise DamagedArchive(self._url, "it has no list of its members")
        _, disk, _, here, count, length, begins, comment = _END.unpack_from(tail, at)
        if count > MOST_MEMBERS or length > _LONGEST_LIST:
            raise HostileArchive(self._url, f"it has more than {MOST_MEMBERS} members")
        ends = self._size - behind + at
        whole = ends + _END.size + comment == self._size
        if disk or here != count or begins + length != ends or not whole:
            raise DamagedArchive(self._url, "its list of members is not where it says")

    def _member(self, info: zipfile.ZipInfo) -> TarInfo:
        name, mode = info.orig_filename, info.external_attr >> 16
        if info.flag_bits & _ENCRYPTED or info.compress_type not in _PACKED:
            raise HostileArchive(self._url, f"{name!r} is packed in a way that is not read here")
        if info.create_system == _UNIX and stat.S_IFMT(mode) not in (
            *(0, stat.S_IFREG),
            stat.S_IFDIR,
        ):
            raise HostileArchive(self._url, f"{name!r} is neither file nor folder")
        if "\\" in name or ":" in name:  # which lead elsewhere on Windows
            raise HostileArchive(self._url, f"{name!r} leads out of the folder")
        member = TarInfo(name.rstrip("/"))
        if name.endswith("/"):
            member.type = DIRTYPE
            return member
        member.size = info.file_size
        runs = name.endswith(".exe") or (info.create_system == _UNIX and mode & 0o111)
        member.mode = 0o755 if runs else 0o644
        return member

    def _content(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[memoryview]:
        if info.is_dir():
            return
        with self._told(), archive.open(info) as packed:
            while piece := packed.read(BLOCK):
                self._gave += len(piece)
                bound(self._size, self._gave, self._url)
                yield memoryview(piece)
