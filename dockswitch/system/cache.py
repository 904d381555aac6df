"""Index pages kept between runs: asked for again only if they changed, and served when offline."""

import contextlib
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass

from dockswitch.model.address import bare, lent, shown, unsigned
from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import Index
from dockswitch.model.unreachable import NeverFetched, NoAnswer
from dockswitch.system import local, proc
from dockswitch.system.http import LARGEST_PAGE, Door

LARGEST_CACHE = 256 * 1024 * 1024  # bytes; the pages that were used longest ago go first
_AT_ONCE = 16
_TEMPORARY = ".tmp-"  # then the pid of its maker


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is known of a kept page; it stands as one line of JSON before the page itself."""

    url: str
    etag: str
    modified: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Cache:
    """`folders` are real paths, best first: read from all, written to the first that lets us."""

    door: Door
    folders: tuple[str, ...]
    largest: int = LARGEST_CACHE

    def index(self, url: str) -> Index:
        """A page over HTTP or from a file:// folder.

        Raises NotServed, NeverFetched or another Unreachable, BadAddress, PlainHttp.
        """
        if url.startswith("file:"):
            body, at = local.page(url, most=LARGEST_PAGE)
            return Index(body, at, fresh=True)
        name = _name(url)
        found = self._find(name)
        if self.door.offline:
            if found is None:
                raise NeverFetched(shown(url))
            return Index(found[1], lent(found[0].url, url), fresh=False)
        page = self.door.page(
            url, etag=found[0].etag if found else "", modified=found[0].modified if found else ""
        )
        if page.body is None and found is not None:
            return Index(found[1], unsigned(page.url), fresh=True)
        if page.body is None:
            raise NoAnswer(shown(url), "the server answers 304 to what was never asked")
        body = page.body
        kept = _Kept(shown(unsigned(page.url)), page.etag, page.modified, _sum(body))
        self._keep(name, kept, body)
        return Index(body, unsigned(page.url), fresh=True)

    def indexes(self, urls: Sequence[str]) -> Sequence[Index | DockswitchError]:
        """Several pages at once, in the order asked for; an error stands in its page's place."""
        if len(urls) <= 1:
            return [self._index_or_error(url) for url in urls]
        with ThreadPoolExecutor(min(len(urls), _AT_ONCE)) as pool:
            return list(pool.map(self._index_or_error, urls))

    def _index_or_error(self, url: str) -> Index | DockswitchError:
        try:
            return self.index(url)
        except DockswitchError as error:
            return error

    def _find(self, name: str) -> tuple[_Kept, bytes] | None:
        """The newest page of that name that is whole."""
        paths = [os.path.join(folder, name) for folder in self.folders]
        for path in sorted(paths, key=_age):
            with contextlib.suppress(OSError, ValueError, TypeError):
                with open(path, "rb") as file:
                    line, _, body = file.read().partition(b"\n")
                kept = _Kept(**json.loads(line))
                if kept.sha256 == _sum(body):
                    return kept, body
        return None

    def _keep(self, name: str, kept: _Kept, body: bytes) -> None:
        """Writes a page beside its name and renames it; one that cannot be kept is no error."""
        content = json.dumps(asdict(kept)).encode() + b"\n" + body
        for folder in self.folders:
            with contextlib.suppress(OSError):
                os.makedirs(folder, exist_ok=True)
                _write(os.path.join(folder, name), content)
                _sweep(folder)
                _shrink(folder, self.largest)
                return


def _name(url: str) -> str:
    """The file's name of a page: nobody reads an address back from it."""
    return _sum(bare(url).encode())[:40]


def _sum(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _age(path: str) -> float:
    try:
        return -os.stat(path).st_mtime
    except OSError:
        return 0.0


def _write(path: str, content: bytes) -> None:
    number, beside = tempfile.mkstemp(
        prefix=f"{_TEMPORARY}{os.getpid()}-", dir=os.path.dirname(path)
    )
    try:
        with os.fdopen(number, "wb") as file:
            if sys.platform != "win32":
                os.fchmod(number, 0o644)
            file.write(content)
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise


def _sweep(folder: str) -> None:
    """Removes what commands left that were killed while they wrote."""
    for name in os.listdir(folder):
        maker = name.removeprefix(_TEMPORARY).partition("-")[0]
        if name.startswith(_TEMPORARY) and not (maker.isdecimal() and not proc.is_gone(int(maker))):
            os.unlink(os.path.join(folder, name))


def _shrink(folder: str, largest: int) -> None:
    """Removes the oldest pages until the rest is within bounds."""
    with os.scandir(folder) as entries:
        pages = [(e.stat().st_mtime, e.stat().st_size, e.path) for e in entries if e.is_file()]
    over = sum(size for _, size, _ in pages) - largest
    for _, size, path in sorted(pages):
        if over <= 0:
            return
        os.unlink(path)
        over -= size
