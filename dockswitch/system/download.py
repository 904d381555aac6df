"""The bytes of one archive, resumed where a connection is cut and never mixed from two files."""

import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dockswitch.model.address import shown
from dockswitch.model.unreachable import (
    Changed,
    NoAnswer,
    NotAnArchive,
    TooMuch,
    WrongLength,
)
from dockswitch.system import local
from dockswitch.system.http import PIECE, Again, Door, break_off, read_piece, told_length

if TYPE_CHECKING:
    import requests

LARGEST = 1 << 30  # bytes of an archive as it is published; Docker's have 80 MB
_ENOUGH = 1 << 20  # bytes after which a line is taken for a working one, and tries count anew
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


@dataclass(frozen=True, slots=True)
class Begun:
    """What an earlier run got of a file: `done` bytes of `total` (None where nobody told), and what
    its server said of it then.
    """

    done: int = 0
    total: int | None = None
    etag: str = ""
    modified: str = ""


class Download:
    """An open download: iterate for its pieces; `total` in bytes, None where nobody tells.

    What an earlier run `begun` is gone on with where the server proves that it is the same file:
    `start` is where the pieces begin, in bytes.

    Raises NotAnArchive for a page, WrongLength, TooMuch, NoAnswer, and Changed where the file is
    no longer the one that was begun: then all that came has to be thrown away.
    """

    def __init__(self, door: Door, url: str, begun: Begun | None = None) -> None:
        self._door = door
        self._url = url
        self._deadline = time.monotonic() + door.longest
        self._whole = self._closed = False
        self.start = self._done = 0
        if begun is None or not self._goes_on(begun):
            self._begin()
        if self.total is not None and self.total > LARGEST:
            self.close()
            raise TooMuch(shown(url), LARGEST)

    def __iter__(self) -> Iterator[bytes]:
        tries = since = 0
        while True:
            try:
                piece = self._piece()
            except Again as cut:
                if self._closed:
                    raise cut.error from None
                tries = 0 if self._done - since >= _ENOUGH else tries + 1
                since = self._done
                if tries > len(self._door.waits):
                    raise cut.error from None
                if tries:
                    self._door.pause(self._door.waits[tries - 1])
                self._resume()
                continue
            if not piece:
                self._whole = True
                return
            yield piece

    @property
    def begun(self) -> Begun:
        """What there is of it now, for a run that is to go on with it."""
        return Begun(self._done, self.total, self._etag, self._modified)

    def close(self) -> None:
        """May be called while another thread reads, which then ends."""
        self._closed = True
        if not self._whole:
            break_off(self._response)
        self._response.close()

    def _begin(self) -> None:
        self._response = self._door.retried(lambda: self._open(0), self._deadline)
        self.total = told_length(self._response)
        self._etag = self._response.headers.get("ETag", "")
        self._modified = self._response.headers.get("Last-Modified", "")

    def _goes_on(self, begun: Begun) -> bool:
        """Whether the server sends what is left of the same file."""
        self.total, self._etag, self._modified = begun.total, begun.etag, begun.modified
        if not begun.done or not self._proof:
            return False
        self._response = self._door.retried(lambda: self._open(begun.done), self._deadline)
        self.start = self._done = begun.done
        if self._is_rest():
            return True
        self._response.close()
        self.start = self._done = 0
        return False

    def _piece(self) -> bytes:
        piece = read_piece(self._response, self._url)
        self._done += len(piece)
        if self._done > LARGEST:
            raise TooMuch(shown(self._url), LARGEST)
        if time.monotonic() > self._deadline:
            raise NoAnswer(shown(self._url), "it sends too slowly")
        if not piece and self.total is not None and self._done != self.total:
            raise Again(WrongLength(shown(self._url), self._done, self.total))
        return piece

    def _resume(self) -> None:
        self._response.close()
        self._response = self._door.retried(lambda: self._open(self._done), self._deadline)
        if not self._is_rest():
            self.close()
            raise Changed(shown(self._url))

    def _is_rest(self) -> bool:
        """Whether the answer is the rest of the file that was begun."""
        headers = self._response.headers
        found = _RANGE.fullmatch(headers.get("Content-Range", ""))
        return (
            self._response.status_code == 206
            and found is not None
            and int(found[1]) == self._done
            and found[2] in ("*", str(self.total))
            and headers.get("ETag", "") == self._etag
        )

    @property
    def _proof(self) -> str:
        """What If-Range is given, which takes strong tags only; empty where two files might mix."""
        return self._etag if self._etag.startswith('"') else self._modified

    def _open(self, begin: int) -> "requests.Response":
        headers = {}
        if begin:
            if not self._proof:
                raise Changed(shown(self._url))
            headers = {"Range": f"bytes={begin}-", "If-Range": self._proof}
        soon = min(self._deadline, time.monotonic() + self._door.whole)
        response, _ = self._door.answer(self._url, headers, soon)
        if not begin and response.status_code != 200:
            response.close()
            raise NoAnswer(shown(self._url), f"the server answers {response.status_code}")
        if "html" in response.headers.get("Content-Type", ""):
            response.close()
            raise NotAnArchive(shown(self._url), "a web page: a proxy's login page?")
        return response


class LocalFile:
    """An archive behind a file:// address, read as a Download is, from its beginning."""

    start, begun = 0, Begun()

    def __init__(self, url: str) -> None:
        self._url = url
        try:
            self._file = local.opened(url)
            self.total: int | None = os.fstat(self._file.fileno()).st_size
        except OSError as error:
            raise local.failure(url, error) from None

    def __iter__(self) -> Iterator[bytes]:
        try:
            while piece := self._file.read(PIECE):
                yield piece
        except OSError as error:
            raise local.failure(self._url, error) from None

    def close(self) -> None:
        self._file.close()


def download(door: Door, url: str, begun: Begun | None = None) -> Download | LocalFile:
    """The archive behind an address of any kind that dockswitch reads."""
    return LocalFile(url) if url.startswith("file:") else Download(door, url, begun)
