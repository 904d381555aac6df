"""Whether packages may start what they bring: policy-rc.d, as invoke-rc.d and its kin ask it.

It lets a set of packages be changed while the engine is left alone, or must not come up yet.
"""

from dockswitch.model.ports import Reader
from dockswitch.model.step import File

PATH = "/usr/sbin/policy-rc.d"
_MARK = "# Written by dockswitch for as long as it changes packages, and removed by it."
_FORBIDS = f"#!/bin/sh\n{_MARK}\nexit 101\n"  # "action forbidden by policy"


def forbids() -> File:
    """Packages start nothing from now on."""
    return File(PATH, _FORBIDS, 0o755)


def now(reader: Reader) -> File:
    """What stands there now, to be there again."""
    content = reader.read(PATH)
    if content is None or is_ours(reader):
        return File(PATH, None, 0o755)
    return File(PATH, content.decode("latin-1"), reader.mode(PATH) or 0o755, "latin-1")


def is_ours(reader: Reader) -> bool:
    """Whether what stands there is of a switch of ours, such as one that was killed."""
    return (reader.read(PATH) or b"") == _FORBIDS.encode()
