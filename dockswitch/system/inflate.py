"""Inflates gzip piece by piece, within bounds and to its very end."""

import contextlib
import importlib
import zlib
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Protocol

from dockswitch.system.refusals import DamagedArchive, HostileArchive

inflating: ModuleType = zlib
with contextlib.suppress(ImportError):  # twice as fast; has wheels for two kinds of machine only
    inflating = importlib.import_module("isal.isal_zlib")

BLOCK = 256 * 1024  # bytes that are inflated at once: larger ones cost memory and save no time
LARGEST_PLAIN = 2 << 30  # bytes of an unpacked archive; Docker's have 250 MB
_FREE = 128 << 20  # bytes that may be of any ratio: gzip packs zeros 1 030 times
_RATIO = 100
_MOST_STREAMS = 1024


class _Inflater(Protocol):
    eof: bool
    unused_data: bytes
    unconsumed_tail: bytes

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def inflated(pieces: Iterable[bytes], url: str) -> Iterator[bytes]:
    """The plain bytes of a gzip file, in blocks; `url` is what errors call it.

    Raises DamagedArchive where it is broken, cut or followed by something else, HostileArchive
    where it grows beyond all measure.
    """
    inflater, streams, came, gave = _begin(), 1, 0, 0
    for each in pieces:
        came += len(each)
        piece = each
        while piece:
            if inflater.eof:  # zeros are padding, as of tapes; another stream belongs to it
                piece = piece.lstrip(b"\0")
                if not piece:
                    break
                if piece[0] != 0x1F or streams >= _MOST_STREAMS:
                    raise DamagedArchive(url, "something else follows behind its end")
                inflater, streams = _begin(), streams + 1
            plain = _next(inflater, piece, url)
            piece = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
            gave += len(plain)
            bound(came, gave, url)
            if plain:
                yield plain
    while not inflater.eof and (plain := _next(inflater, b"", url)):
        gave += len(plain)
        bound(came, gave, url)
        yield plain
    if not inflater.eof:
        raise DamagedArchive(url, "it ends too early")


def _begin() -> _Inflater:
    inflater: _Inflater = inflating.decompressobj(31)
    return inflater


def _next(inflater: _Inflater, piece: bytes, url: str) -> bytes:
    try:
        return inflater.decompress(piece, BLOCK)
    except (zlib.error, inflating.error):
        raise DamagedArchive(url, "its compressed bytes are broken") from None


def bound(came: int, gave: int, url: str) -> None:
    """Raises HostileArchive where bytes that came grew to more than an archive of Docker's may."""
    if gave > LARGEST_PLAIN:
        raise HostileArchive(url, f"unpacked it has more than {LARGEST_PLAIN} bytes")
    if gave > _FREE and gave > _RATIO * came:
        raise HostileArchive(url, f"its first {came} bytes unpack to {gave}")
