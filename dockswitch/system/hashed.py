"""What a published file is, without keeping it: its length, or its digest once all of it came."""

import contextlib
import hashlib
from collections.abc import Callable

from dockswitch.model.address import shown
from dockswitch.model.ports import Hashed
from dockswitch.model.unreachable import NotAnArchive
from dockswitch.system.download import download
from dockswitch.system.http import Door
from dockswitch.system.new_folder import anew_if_changed


def length(door: Door, url: str) -> int | None:
    """The bytes that its server announces, None where it does not; nothing of it is waited for.

    Raises Unreachable, NotServed.
    """
    with contextlib.closing(download(door, url)) as source:
        return source.total


def hashed(door: Door, url: str, add: Callable[[int], None]) -> Hashed:
    """The digest and the size of the file; raises likewise. `add` is told the bytes as they come.

    Where a file changes meanwhile it is read anew, and what had come is taken back from `add`.
    """
    return anew_if_changed(lambda: _hashed(door, url, add))


def _hashed(door: Door, url: str, add: Callable[[int], None]) -> Hashed:
    digest, size = hashlib.sha256(), 0
    with contextlib.closing(download(door, url)) as source:
        try:
            for piece in source:
                if not size and piece.lstrip().startswith(b"<"):
                    raise NotAnArchive(shown(url), "a web page: a proxy's login page?")
                digest.update(piece)
                size += len(piece)
                add(len(piece))
        except BaseException:
            add(-size)
            raise
    if not size:
        raise NotAnArchive(shown(url), "nothing")
    return Hashed(digest.hexdigest(), size)
