"""Whose key it was that signed what apt has read."""

from dockswitch.model.ports import Reader
from dockswitch.system import signature

_TRUSTED, _TRUSTED_PARTS = "/etc/apt/trusted.gpg", "/etc/apt/trusted.gpg.d"


def signer(reader: Reader, signed_by: str, index: bytes) -> str:
    """The fingerprint of the key that signed `index`, of those that a source may be signed with.

    `signed_by` is what the source says: files, fingerprints, the key itself, or nothing, and then
    it is one of apt's own. Without an index, or where nobody can check one here, it is the first
    that is named; empty where that cannot be told.
    """
    keys = [signature.dearmoured(each) for each in _keys(reader, signed_by)]
    found = signature.signer(reader.run, index, keys) if index and keys else ""
    if found:
        return found
    words = [word for word in signed_by.split(",") if not word.startswith(("/", "-"))]
    if "-----BEGIN" not in signed_by and words and len(words[0].rstrip("!")) == 40:
        return words[0].rstrip("!")
    named = keys if signed_by or len(keys) == 1 else []
    return next(filter(None, map(signature.fingerprint_of, named)), "")


def _keys(reader: Reader, signed_by: str) -> list[bytes]:
    if "-----BEGIN" in signed_by:
        return [signed_by.encode()]
    files = [word for word in signed_by.split(",") if word.startswith("/")]
    if not files:
        names = reader.names(_TRUSTED_PARTS)
        files = [_TRUSTED, *(f"{_TRUSTED_PARTS}/{name}" for name in names)]
    return [key for key in (_read(reader, file) for file in files) if key]


def _read(reader: Reader, file: str) -> bytes:
    try:
        return reader.read(file) or b""
    except OSError:  # it is for root alone
        return b""
