"""Files as they are in a second place, and what tells that they are the same."""

import hashlib
import os
import shutil
import stat

_PIECE = 1 << 20  # bytes


def copy(path: str, to: str) -> None:
    """Puts a file, folder or link there with its owner and permissions; nothing is at `to` yet.

    A file becomes a hard link where that can be: then whoever writes into one of them writes into
    both. Of a folder nothing that is in it is taken.
    """
    os.makedirs(os.path.dirname(to), exist_ok=True)
    found = os.lstat(path)
    if stat.S_ISDIR(found.st_mode):
        os.makedirs(to, exist_ok=True)
    elif _linked(path, to):
        return
    else:
        shutil.copyfile(path, to, follow_symlinks=False)
    os.chown(to, found.st_uid, found.st_gid, follow_symlinks=False)
    shutil.copystat(path, to, follow_symlinks=False)  # behind chown, which takes a setuid bit


def sha256(path: str) -> str | None:
    """The SHA-256 of a file in hex; None where there is none."""
    digest = hashlib.sha256()
    try:
        with open(path, "rb", buffering=0) as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return digest.hexdigest()


def _linked(path: str, to: str) -> bool:
    try:
        os.link(path, to, follow_symlinks=False)
    except OSError:  # another file system, or one that has none
        return False
    return True
