"""Reads a tar stream member by member, with bounds on all that it may claim.

The headers are parsed by `tarfile`; the framing is our own. `tarfile` would read whatever a pax or
sparse header claims into memory, take a broken header for the end, and copy everything once more.
"""

import tarfile
from collections.abc import Iterator
from tarfile import TarInfo

from dockswitch.system.refusals import DamagedArchive, HostileArchive

MOST_MEMBERS = 4096
_LONGEST_NOTE = 64 * 1024  # bytes of a pax header or a GNU long name
_NOTES = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)
_FILES = (tarfile.REGTYPE, tarfile.AREGTYPE)
_TAKEN = (*_FILES, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE)


class Tarball:
    """The members of a tar stream: for each its header and the pieces of its content."""

    def __init__(self, blocks: Iterator[bytes], url: str) -> None:
        self._blocks = blocks
        self._url = url
        self._at = memoryview(b"")
        self._headers = 0

    def __iter__(self) -> Iterator[tuple[TarInfo, Iterator[memoryview]]]:
        """Raises DamagedArchive or HostileArchive; a content that is not read is skipped."""
        notes: dict[str, str] = {}
        while (member := self._header()) is not None:
            if member.type in _NOTES:
                notes |= self._note(member)
                continue
            self._amend(member, notes)
            notes = {}
            if member.type not in _TAKEN:
                raise HostileArchive(self._url, f"{member.name!r} is neither file, folder nor link")
            size = member.size if member.type in _FILES else 0
            content = self._content(size)
            yield member, content
            for _ in content:
                pass
            self._exactly(-size % tarfile.BLOCKSIZE)
        self._rest()

    def _header(self) -> TarInfo | None:
        """The next header, None at the end: a block of zeros, or nothing at all."""
        block = self._exactly(tarfile.BLOCKSIZE, or_none=True)
        if not block.strip(b"\0"):
            return None
        self._headers += 1
        if self._headers > 2 * MOST_MEMBERS:
            raise HostileArchive(self._url, f"it has more than {MOST_MEMBERS} members")
        try:
            member = TarInfo.frombuf(block, "utf-8", "surrogateescape")
        except tarfile.HeaderError as error:
            raise DamagedArchive(self._url, f"one of its headers: {error}") from None
        if member.size < 0:
            raise HostileArchive(self._url, f"{member.name!r} claims a size below nothing")
        return member

    def _note(self, member: TarInfo) -> dict[str, str]:
        """What a header says about the member behind it."""
        if member.size > _LONGEST_NOTE:
            raise HostileArchive(self._url, f"one of its headers claims {member.size} bytes")
        said = self._exactly(member.size)
        self._exactly(-member.size % tarfile.BLOCKSIZE)
        if member.type == tarfile.XGLTYPE:
            return {}
        if member.type == tarfile.XHDTYPE:
            return self._pax(said)
        name = said.rstrip(b"\0").decode("utf-8", "surrogateescape")
        return {"path" if member.type == tarfile.GNUTYPE_LONGNAME else "linkpath": name}

    def _pax(self, said: bytes) -> dict[str, str]:
        """The records of a pax header: `LENGTH KEY=VALUE` and a line end, each."""
        found: dict[str, str] = {}
        while said:
            digits, _, _ = said[:8].partition(b" ")
            length = int(digits) if digits.isdigit() else 0
            key, equals, value = said[len(digits) + 1 : length - 1].partition(b"=")
            if not equals or said[length - 1 : length] != b"\n":
                raise DamagedArchive(self._url, "one of its pax headers")
            if key.startswith(b"GNU.sparse"):
                raise HostileArchive(self._url, "it has sparse files")
            found[key.decode(errors="replace")] = value.decode("utf-8", "surrogateescape")
            said = said[length:]
        return found

    def _amend(self, member: TarInfo, notes: dict[str, str]) -> None:
        member.name = notes.get("path", member.name)
        member.linkname = notes.get("linkpath", member.linkname)
        size = notes.get("size", "")
        if size.isascii() and size.isdigit() and len(size) < 16:
            member.size = int(size)

    def _content(self, size: int) -> Iterator[memoryview]:
        while size:
            piece = self._some(size)
            if not piece:
                raise DamagedArchive(self._url, "it ends in the middle of a file")
            size -= len(piece)
            yield piece

    def _exactly(self, size: int, *, or_none: bool = False) -> bytes:
        """That many bytes; at the very end of the stream also none, where that is allowed."""
        found = bytearray()
        while len(found) < size:
            piece = self._some(size - len(found))
            if not piece and (found or not or_none):
                raise DamagedArchive(self._url, "it ends in the middle of a header")
            if not piece:
                break
            found += piece
        return bytes(found)

    def _some(self, most: int) -> memoryview:
        """The next bytes, at most that many; none at the end of the stream."""
        if not self._at:
            self._at = memoryview(next(self._blocks, b""))
        piece, self._at = self._at[:most], self._at[most:]
        return piece

    def _rest(self) -> None:
        """Reads to the end of the stream: behind a tar archive stand zeros only."""
        while piece := self._some(1 << 20):
            if piece.tobytes().strip(b"\0"):
                raise DamagedArchive(self._url, "something else follows behind its last file")
