"""What an image says of its engine: in its label, or in its file VERSION where that says nothing.

Images of 18.09.0 are labelled with boot2docker's name alone. See ECMA-119, 8.4 and 9.1.
"""

_SECTOR = 2048


def label(image: bytes) -> str:
    if image[0x8001:0x8006] != b"CD001":
        return ""
    return image[0x8028:0x8048].decode("ascii", "replace").strip()


def engine(image: bytes) -> str | None:
    """None for what does not boot."""
    said = label(image)
    if said.startswith("b2d-v"):
        return said.removeprefix("b2d-v")
    return _file(image, b"VERSION").strip() or None if said == "Boot2Docker" else None


def _file(image: bytes, wanted: bytes) -> str:
    entry = image[0x8000 + 156 : 0x8000 + 190]
    at = int.from_bytes(entry[2:6], "little") * _SECTOR
    end = at + int.from_bytes(entry[10:14], "little")
    while at < end and image[at]:
        name = image[at + 33 : at + 33 + image[at + 32]]
        if name.split(b";")[0].rstrip(b".").upper() == wanted:
            start = int.from_bytes(image[at + 2 : at + 6], "little") * _SECTOR
            size = int.from_bytes(image[at + 10 : at + 14], "little")
            return image[start : start + size].decode()
        at += image[at]
    return ""
