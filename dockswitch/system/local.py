"""file:// addresses: a folder is its own listing, a file is itself."""

import errno
import io
import os
import re
import stat
import sys
from urllib.parse import quote, unquote, urlsplit

from dockswitch.model.address import shown
from dockswitch.model.unreachable import BadAddress, NoAnswer, NotServed, TooMuch

_AT_ONCE = getattr(os, "O_NONBLOCK", 0)  # a pipe would wait for whoever writes; Windows has none
_DRIVE = re.compile(r"/[A-Za-z]:(?:/|$)")


def page(url: str, *, most: int) -> tuple[bytes, str]:
    """The content of a file or the listing of a folder, and its address (a folder's ends in `/`).

    Raises NotServed where there is nothing, TooMuch above `most` bytes.
    """
    path = path_of(url)
    try:
        if os.path.isdir(path):
            return listing(path), url.rstrip("/") + "/"
        with opened(url) as file:
            if os.fstat(file.fileno()).st_size > most:
                raise TooMuch(shown(url), most)
            return file.readall(), url
    except OSError as error:
        raise failure(url, error) from None


def opened(url: str) -> io.FileIO:
    """A file to be read; raises OSError, and NotServed for a pipe or a device."""
    path = path_of(url)
    file = io.FileIO(os.open(path, os.O_RDONLY | _AT_ONCE))
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise NotServed(shown(url), "it is neither a file nor a folder")
    return file


def path_of(url: str) -> str:
    """The path on this machine that a file:// address names."""
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost"):
        raise BadAddress(shown(url), "a file:// address of another machine")
    path = unquote(parts.path)
    if "\0" in path or not path.startswith("/"):
        raise BadAddress(shown(url), "its path is not an absolute one")
    return path[1:] if sys.platform == "win32" and _DRIVE.match(path) else path


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
