"""file:// addresses: a folder is its own listing, a file is itself."""

import errno
import os
from urllib.parse import quote, unquote, urlsplit

from dockswitch.model.address import shown
from dockswitch.model.unreachable import BadAddress, NoAnswer, NotServed, TooMuch


def page(url: str, *, most: int) -> tuple[bytes, str]:
    """The content of a file or the listing of a folder, and its address (a folder's ends in `/`).

    Raises NotServed where there is nothing, TooMuch above `most` bytes.
    """
    path = path_of(url)
    try:
        if os.path.isdir(path):
            return listing(path), url.rstrip("/") + "/"
        with open(path, "rb") as file:
            body = file.read(most + 1)
    except OSError as error:
        raise failure(url, error) from None
    if len(body) > most:
        raise TooMuch(shown(url), most)
    return body, url


def path_of(url: str) -> str:
    """The path on this machine that a file:// address names."""
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost"):
        raise BadAddress(shown(url), "a file:// address of another machine")
    path = unquote(parts.path)
    if "\0" in path or not path.startswith("/"):
        raise BadAddress(shown(url), "its path is not an absolute one")
    return path


def listing(folder: str) -> bytes:
    """What a web server would show of a folder: one link for each name."""
    with os.scandir(folder) as entries:
        names = sorted(entry.name + "/" * entry.is_dir() for entry in entries)
    links = (f'<a href="{quote(name, errors="surrogateescape")}">' for name in names)
    return "\n".join(("<a href='../'>", *links)).encode()


def failure(url: str, error: OSError) -> NotServed | NoAnswer:
    """The error for a file that cannot be opened."""
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return NotServed(shown(url), "there is no such file")
    return NoAnswer(shown(url), error.strerror or type(error).__name__)
