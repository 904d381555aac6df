"""Files that several commands print to, each its own, for a person to read afterwards or for us."""

import contextlib
import os
from collections.abc import Iterator, Sequence

from dockswitch.model.person import Person


@contextlib.contextmanager
def begun(folder: str | None, names: Sequence[str], person: Person | None) -> Iterator[list[str]]:
    """An empty file of each name in a folder, which is made: their paths, in that order.

    They are that person's, None for ourselves. Without a folder they are gone at the end.
    """
    if folder is None:
        import tempfile

        with tempfile.TemporaryDirectory(prefix="dockswitch-") as own:
            yield [_emptied(os.path.join(own, name), person) for name in names]
        return
    if not os.path.isdir(folder):
        os.makedirs(folder)
        if person is not None:
            os.chown(folder, person.uid, person.gid)
    place = os.path.abspath(folder)
    yield [_emptied(os.path.join(place, name), person) for name in names]


def _emptied(path: str, person: Person | None) -> str:
    """We may be root in a folder of that person's: a link there is not followed."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0)
    opened = os.open(path, flags, 0o644)
    try:
        os.ftruncate(opened, 0)
        if person is not None:
            os.fchown(opened, person.uid, person.gid)
    finally:
        os.close(opened)
    return path
