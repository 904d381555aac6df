"""A folder that something is fetched into: on disk when all of it is there, else gone."""

import contextlib
import errno
import os
import shutil
from collections.abc import Callable, Iterator
from typing import TypeVar

from dockswitch.model.unreachable import Changed
from dockswitch.system.disk import sync
from dockswitch.system.refusals import CannotWrite, DiskFull
from dockswitch.system.unpacked import make_folder

_Done = TypeVar("_Done")

_TRIES = 3  # of a file that changes while it is read


def anew_if_changed(work: Callable[[], _Done]) -> _Done:
    """What `work` brings, begun again where a file changed meanwhile; raises Changed in the end."""
    for _ in range(_TRIES - 1):
        with contextlib.suppress(Changed):  # then from the beginning: what had come is gone
            return work()
    return work()


@contextlib.contextmanager
def new_folder(into: str) -> Iterator[None]:
    """A new folder that is on disk behind the block, and gone where the block fails.

    Raises DiskFull, CannotWrite; a folder that is there already is left alone.
    """
    _make(into)
    try:
        yield
        sync(into)
    except OSError as error:
        shutil.rmtree(into, ignore_errors=True)
        raise _cannot_write(into, error) from None
    except BaseException:
        shutil.rmtree(into, ignore_errors=True)
        raise


def _make(into: str) -> None:
    try:
        os.makedirs(os.path.dirname(into), exist_ok=True)
        make_folder(into)
    except OSError as error:
        raise _cannot_write(into, error) from None


def _cannot_write(into: str, error: OSError) -> DiskFull | CannotWrite:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(into)
    return CannotWrite(into, error.strerror or type(error).__name__)
