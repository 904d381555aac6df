"""Whether a file is the image of boot2docker that it is said to be."""

from dockswitch.model.errors import NotAuthentic
from dockswitch.model.ports import Reader
from dockswitch.model.version import BadVersion, Version

# ECMA-119, 8.4: the first volume descriptor stands behind sixteen sectors.
_SECTOR = 2048
_DESCRIPTOR = 16 * _SECTOR
_PRIMARY = b"\1CD001\1"
_LABEL = slice(40, 72)
_SECTORS = slice(80, 84)  # of the whole file system, little-endian


def refuse_unfit(reader: Reader, path: str, wanted: Version) -> None:
    """Raises NoImage for what is no whole image, OtherImage for that of another version.

    18.09.0 and its pre-releases are labelled `Boot2Docker` and no more: such an image is taken.
    """
    descriptor = _descriptor(reader, path)
    size = reader.size(path) or 0
    if not descriptor.startswith(_PRIMARY) or len(descriptor) < _SECTOR:
        raise NoImage(path, _looks(reader, path, size))
    told = int.from_bytes(descriptor[_SECTORS], "little") * _SECTOR
    if not told or size < told:
        raise NoImage(path, f"it has {size} bytes, and says that it has {told}")
    said = _version(_label(descriptor))
    if said is not None and said != wanted:
        raise OtherImage(path, wanted, _label(descriptor))


def label(reader: Reader, path: str) -> str:
    """The label of an image's volume, such as `b2d-v17.06.0-ce-rc2`; empty for no image."""
    descriptor = _descriptor(reader, path)
    return _label(descriptor) if descriptor.startswith(_PRIMARY) else ""


def version(reader: Reader, path: str) -> Version | None:
    """The version that an image's label names; None where it names none, or is no image."""
    return _version(label(reader, path))


def _descriptor(reader: Reader, path: str) -> bytes:
    return reader.piece(path, _DESCRIPTOR, _SECTOR) or b""


def _label(descriptor: bytes) -> str:
    return descriptor[_LABEL].decode("ascii", "replace").rstrip(" \0")


def _version(label: str) -> Version | None:
    """What docker-machine itself reads in a label: the version is what follows `-v`."""
    _, mark, said = label.partition("-v")
    try:
        return Version.parse(said) if mark else None
    except BadVersion:
        return None


def _looks(reader: Reader, path: str, size: int) -> str:
    begins = (reader.piece(path, 0, 64) or b"").lstrip()
    if begins.startswith(b"<"):
        return "it is a web page: a proxy's login page?"
    return f"it has {size} bytes, and no ISO 9660 file system in them"


class NoImage(NotAuthentic):
    """docker-machine would take any bytes, and then wait for them to boot."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(
            f"{path.rpartition('/')[2]} is no image of boot2docker",
            details=what,
            hint="nothing of it was kept; open its address in a browser, or look at --mirror and "
            "DOCKSWITCH_IMAGE_MIRROR if one is set",
        )


class OtherImage(NotAuthentic):
    def __init__(self, path: str, version: Version, label: str) -> None:
        super().__init__(
            f"{path.rpartition('/')[2]} is not the image of {version}",
            details=f"its volume is labelled {label}",
            hint="nothing of it was kept; ask who runs the server, or look at "
            "DOCKSWITCH_IMAGE_MIRROR if it is set",
        )
