"""The files of a Debian package: the tar stream that lies in an `ar` archive, as deb(5) has it.

Docker's own are packed with xz by name (deb/common/rules of docker-ce-packaging), since Ubuntu's
default of zstd is read by few: it is refused here too, as Python has none before 3.14.
"""

import lzma
from collections.abc import Iterable, Iterator

from dockswitch.system.inflate import BLOCK, bound, inflated
from dockswitch.system.refusals import DamagedArchive, HostileArchive, UnreadPacking

MAGIC = b"!<arch>\n"
_HEADER = 60  # bytes
_END = b"`\n"
_LARGEST = 1 << 30  # bytes of a member; Docker's largest has 25 MB
_XZ_MEMORY = 192 << 20  # bytes; `xz -9` wants 65 MiB


def files_of(pieces: Iterable[bytes], url: str) -> Iterator[bytes]:
    """The plain bytes of a package's `data.tar`; all of the package is read.

    Raises DamagedArchive, HostileArchive, UnreadPacking.
    """
    package = _Package(iter(pieces), url)
    package.begin()
    found = False
    while (member := package.header()) is not None:
        name, size = member
        content = package.content(size)
        if name.startswith("data.tar"):
            if found:
                raise HostileArchive(url, "it has two lots of files")
            found = True
            yield from _plain(name.removeprefix("data.tar"), content, url)
        for _ in content:
            pass
        package.pad(size)
    if not found:
        raise DamagedArchive(url, "there are no files in it")


def _plain(kind: str, content: Iterable[bytes], url: str) -> Iterator[bytes]:
    match kind:
        case ".gz":
            return inflated(content, url)
        case ".xz":
            return _unxz(content, url)
        case "":
            return iter(content)
    raise UnreadPacking(url, kind)


def _unxz(pieces: Iterable[bytes], url: str) -> Iterator[bytes]:
    unpacker = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
    came = gave = 0
    for piece in pieces:
        came += len(piece)
        given = piece
        while given or not (unpacker.needs_input or unpacker.eof):
            if unpacker.eof:
                raise DamagedArchive(url, "something else follows behind its end")
            try:
                plain = unpacker.decompress(given, BLOCK)
            except lzma.LZMAError as error:
                raise DamagedArchive(url, f"its compressed bytes: {error}") from None
            given = unpacker.unused_data
            gave += len(plain)
            bound(came, gave, url)
            yield plain
    if not unpacker.eof:
        raise DamagedArchive(url, "it ends too early")


class _Package:
    """Reads an `ar` archive from its beginning to its end."""

    def __init__(self, pieces: Iterator[bytes], url: str) -> None:
        self._pieces = pieces
        self._url = url
        self._at = memoryview(b"")

    def begin(self) -> None:
        """What every package begins with; raises DamagedArchive."""
        magic = self._exactly(len(MAGIC))
        name, size = self.header() or ("", 0)
        told = self._exactly(min(size, 8)) if name == "debian-binary" else b""
        if magic != MAGIC or not told.startswith(b"2.") or size > len(told):
            raise DamagedArchive(self._url, "it does not begin as a Debian package")
        self.pad(size)

    def header(self) -> tuple[str, int] | None:
        """The next member's name and size in bytes, None at the end."""
        header = self._exactly(_HEADER, or_none=True)
        if not header:
            return None
        name = header[:16].rstrip(b" ").removesuffix(b"/")
        digits = header[48:58].rstrip(b" ")
        if header[58:] != _END or not digits.isdigit() or not name.isascii():
            raise DamagedArchive(self._url, "one of its headers")
        if int(digits) > _LARGEST:
            raise HostileArchive(self._url, f"one of its members claims {int(digits)} bytes")
        return name.decode(), int(digits)

    def content(self, size: int) -> Iterator[bytes]:
        while size:
            piece = self._some(size)
            if not piece:
                raise DamagedArchive(self._url, "it ends in the middle of a member")
            size -= len(piece)
            yield bytes(piece)

    def pad(self, size: int) -> None:
        """Members begin at even places; behind the last one the padding may be missing."""
        self._exactly(size % 2, or_none=True)

    def _exactly(self, size: int, *, or_none: bool = False) -> bytes:
        """That many bytes; at the very end also none, where that is allowed."""
        found = bytearray()
        while len(found) < size and (piece := self._some(size - len(found))):
            found += piece
        if len(found) < size and (found or not or_none):
            raise DamagedArchive(self._url, "it ends in the middle of a header")
        return bytes(found)

    def _some(self, most: int) -> memoryview:
        """The next bytes, at most that many; none at the end."""
        while not self._at:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._at = memoryview(piece)
        piece_, self._at = self._at[:most], self._at[most:]
        return piece_
