"""The version that the label of an image names."""

from dockswitch.model.ports import Reader
from dockswitch.model.version import BadVersion, Version

_AT, _LENGTH = 0x8028, 32  # of the primary volume descriptor's volume identifier: ECMA-119, 8.4.7
_PREFIX = "b2d-v"  # as boot2docker's build writes it


def version(reader: Reader, path: str) -> Version | None:
    """None where it names none: 18.09.0 and what came before it of that release say just
    `Boot2Docker`.
    """
    content = reader.read(path) or b""
    told = content[_AT : _AT + _LENGTH].decode("ascii", "replace").strip(" \0")
    if not told.startswith(_PREFIX):
        return None
    try:
        return Version.parse(told.removeprefix(_PREFIX))
    except BadVersion:
        return None
