"""Small images of boot2docker's form: real ISO 9660 file systems, with the volume's label."""

from collections.abc import Mapping

_SECTOR = 2048
_LITTLE, _BIG, _ROOT, _FIRST = 19, 20, 21, 22  # sectors of the path tables, the folder, its files


def label(version: str) -> str:
    """What boot2docker's build writes for a version; 18.09.0 and its betas have just its name."""
    return "Boot2Docker" if version.startswith("18.09.0") else f"b2d-v{version}"


def image(volume: str, files: Mapping[str, bytes] | None = None, *, size: int = 0) -> bytes:
    """An image with that label and these files, filled up to `size` bytes where it is smaller.

    Files are named as `VERSION.;1` is: upper case, eight letters and three. ECMA-119.
    """
    named = sorted((files or {}).items())
    at = _FIRST
    entries = [_entry(name, _ROOT, _SECTOR, folder=True) for name in (b"\0", b"\1")]
    contents = b""
    for name, content in named:
        entries.append(_entry(name.encode(), at, len(content), folder=False))
        contents += _padded(content)
        at += -(-len(content) // _SECTOR)
    sectors = max(at, -(-size // _SECTOR))
    whole = b"".join(
        (
            bytes(16 * _SECTOR),
            _primary(volume, sectors),
            _boots(),
            _padded(b"\xffCD001\1"),
            _padded(_path("little")),
            _padded(_path("big")),
            _padded(b"".join(entries)),
            contents,
        )
    )
    return whole.ljust(sectors * _SECTOR, b"\0")


def _primary(volume: str, sectors: int) -> bytes:
    """8.4: the descriptor in sector 16, whose label is at 0x8028."""
    table = len(_path("little"))
    return _padded(
        b"\1CD001\1\0"
        + b"LINUX".ljust(32)
        + volume.encode("ascii").ljust(32)[:32]
        + bytes(8)
        + _both(sectors, 4)
        + bytes(32)
        + _both(1, 2)
        + _both(1, 2)
        + _both(_SECTOR, 2)
        + _both(table, 4)
        + _LITTLE.to_bytes(4, "little")
        + bytes(4)
        + _BIG.to_bytes(4, "big")
        + bytes(4)
        + _entry(b"\0", _ROOT, _SECTOR, folder=True)
        + b" " * (3 * 128 + 128)  # who published, prepared and wrote it
        + b" " * (3 * 37)
        + (b"0" * 16 + b"\0") * 4
        + b"\1\0"
    )


def _boots() -> bytes:
    """El Torito's mark in sector 17, with its catalog in no sector: nothing here is ever booted."""
    return _padded(b"\0CD001\1" + b"EL TORITO SPECIFICATION".ljust(64, b"\0"))


def _entry(name: bytes, sector: int, size: int, *, folder: bool) -> bytes:
    """9.1: one entry of a folder."""
    body = (
        b"\0"
        + _both(sector, 4)
        + _both(size, 4)
        + bytes((117, 6, 27, 12, 0, 0, 0))  # 2017-06-27
        + (b"\2" if folder else b"\0")
        + b"\0\0"
        + _both(1, 2)
        + bytes((len(name),))
        + name
        + (b"" if len(name) % 2 else b"\0")
    )
    return bytes((len(body) + 1,)) + body


def _path(order: str) -> bytes:
    """9.4: the table of folders, with the root alone."""
    if order == "little":
        return b"\1\0" + _ROOT.to_bytes(4, "little") + (1).to_bytes(2, "little") + b"\0\0"
    return b"\1\0" + _ROOT.to_bytes(4, "big") + (1).to_bytes(2, "big") + b"\0\0"


def _both(number: int, width: int) -> bytes:
    return number.to_bytes(width, "little") + number.to_bytes(width, "big")


def _padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % _SECTOR)
