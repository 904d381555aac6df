"""OpenPGP signatures, checked by gpgv or sqv with one pinned key."""

import base64
import binascii
import hashlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from typing import Protocol

from dockswitch.model.errors import NotAuthentic
from dockswitch.model.ports import Finished

_MISSING = 127  # as shells say that there is no such program
# gpgv says these of a signature whose key it has, beside or in place of GOODSIG.
_BAD = {
    "BADSIG": "the signature is wrong: the index was changed after it was signed",
    "EXPSIG": "the signature has expired",
    "EXPKEYSIG": "the key has expired",
    "REVKEYSIG": "the key was revoked",
    "ERRSIG": "the signature is by another key, or of a kind that is not known here",
}


class Run(Protocol):
    """`Reader.run`."""

    def __call__(
        self, argv: Sequence[str], *, timeout: float = 60, env: Mapping[str, str] | None = None
    ) -> Finished: ...


def verified(
    run: Run,
    signed: bytes,
    signature: bytes | None,
    *,
    key: bytes,
    fingerprint: str,
    url: str,
) -> bytes:
    """The bytes that the key vouches for: nothing that stands around them in a clear-signed text.

    `signature` is None for a clear-signed text; `key` may be armoured; `url` is what errors call
    it. Raises NotSigned, NoVerifier, WrongKey.
    """
    pinned = fingerprint.replace(" ", "").upper()
    bare = dearmoured(key)
    found = fingerprint_of(bare)
    if found != pinned:
        raise WrongKey(f"the key for {url}", found, pinned)
    text, detached = (signed, signature) if signature is not None else _split(signed, url)
    with tempfile.TemporaryDirectory(prefix="dockswitch-") as folder:
        for name, body in (("key.gpg", bare), ("content", text), ("signature", detached)):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(body)
        wrong = _checked(run, folder, pinned, url)
    if wrong is not None:
        raise NotSigned(url, wrong)
    return text


def signer(run: Run, signed: bytes, keys: Sequence[bytes]) -> str:
    """The fingerprint of the key, one of these, that a clear-signed text is well signed with.

    The keys are as gpgv wants them; empty where it is none of them, or nobody here can tell.
    """
    with tempfile.TemporaryDirectory(prefix="dockswitch-") as folder:
        for name, body in (("key.gpg", b"".join(keys)), ("signed", signed)):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(body)
        key, text = (f"{folder}/{name}" for name in ("key.gpg", "signed"))
        said = run(["gpgv", "--homedir", folder, "--status-fd", "1", "--keyring", key, text])
        if said.code == _MISSING:
            said = run(["sqv", "--keyring", key, "--cleartext", text])
            return next(iter(said.out.split()), "") if said.code == 0 else ""
    lines = (line.split()[1:] for line in said.out.splitlines() if line.startswith("[GNUPG:] "))
    # The last of its words is the fingerprint of the whole key, whichever part of it signed.
    return next((line[-1] for line in lines if line[:1] == ["VALIDSIG"]), "")


def content(signed: bytes) -> bytes:
    """What a text says that may be clear-signed, for those who do not verify it."""
    if not signed.startswith(b"-----BEGIN PGP SIGNED MESSAGE-----"):
        return signed
    return _split(signed, "")[0]


def dearmoured(key: bytes) -> bytes:
    """A key as gpgv wants it; empty where the text holds none."""
    if not key.lstrip().startswith(b"-----BEGIN"):
        return key
    lines = [line.strip() for line in key.strip().splitlines()]
    try:
        begin = lines.index(b"", lines.index(b"-----BEGIN PGP PUBLIC KEY BLOCK-----"))
        end = lines.index(b"-----END PGP PUBLIC KEY BLOCK-----")
        return base64.b64decode(b"".join(x for x in lines[begin:end] if x[:1] != b"="))
    except (ValueError, binascii.Error):
        return b""


def fingerprint_of(key: bytes) -> str:
    """The fingerprint of the first key in a keyring, as RFC 4880 (12.2) computes it; or nothing."""
    if len(key) < 6 or not key[0] & 0x80:
        return ""
    if key[0] & 0x40:
        tag, sizes = key[0] & 0x3F, (1 if key[1] < 192 else 2 if key[1] < 224 else 5)
    else:
        tag, sizes = key[0] >> 2 & 0x0F, (1, 2, 4, 0)[key[0] & 3]
    told = key[1 : 1 + sizes]
    length = int.from_bytes(told[-4:], "big")
    if key[0] & 0x40 and sizes == 2:
        length = ((told[0] - 192) << 8) + told[1] + 192
    body = key[1 + sizes : 1 + sizes + length]
    if tag != 6 or len(body) != length or body[:1] != b"\x04":
        return ""
    # SHA-1 is what a fingerprint of version 4 is made of; nothing here rests on it alone.
    return hashlib.sha1(b"\x99" + length.to_bytes(2, "big") + body).hexdigest().upper()  # noqa: S324


def _split(signed: bytes, url: str) -> tuple[bytes, bytes]:
    """Content and signature of a clear-signed text; one with anything around them is refused."""
    lines = signed.strip(b"\r\n").splitlines()
    try:
        begin = lines.index(b"")
        middle = lines.index(b"-----BEGIN PGP SIGNATURE-----")
    except ValueError:
        raise NotSigned(url, "it is not a clear-signed text") from None
    headers = lines[1:begin]
    if (
        lines[0] != b"-----BEGIN PGP SIGNED MESSAGE-----"
        or lines[-1] != b"-----END PGP SIGNATURE-----"
        or not all(header.startswith(b"Hash: ") for header in headers)
        or begin > middle
        or any(line.startswith(b"-----") for line in lines[1:middle] + lines[middle + 1 : -1])
    ):
        raise NotSigned(url, "something stands around the signed text")
    content = [line.removeprefix(b"- ").rstrip(b" \t\r") for line in lines[begin + 1 : middle]]
    return b"\n".join(content), b"\n".join(lines[middle:]) + b"\n"


def _checked(run: Run, folder: str, pinned: str, url: str) -> str | None:
    """Why the signature does not count, None where it does."""
    key, content, signature = (f"{folder}/{name}" for name in ("key.gpg", "content", "signature"))
    gpgv = ["gpgv", "--homedir", folder, "--status-fd", "1", "--weak-digest", "SHA1"]
    said = run([*gpgv, "--keyring", key, signature, content])
    if said.code != _MISSING:
        return _judged(said.out, pinned)
    said = run(["sqv", "--keyring", key, signature, content])
    if said.code == _MISSING:
        raise NoVerifier(url)
    if said.code == 0 and pinned in said.out.split():
        return None
    return "sqv finds no good signature by the pinned key"


def _judged(status: str, pinned: str) -> str | None:
    """Why gpgv's status lines speak of no good signature by the pinned key, None where they do."""
    lines = [line.split()[1:] for line in status.splitlines() if line.startswith("[GNUPG:] ")]
    words = {line[0] for line in lines if line}
    for word, meaning in _BAD.items():
        if word in words and (word != "ERRSIG" or "GOODSIG" not in words):
            return meaning
    by_pinned = any(line[0] == "VALIDSIG" and pinned in (line[1], line[-1]) for line in lines)
    return None if by_pinned and "GOODSIG" in words else "no signature is by the pinned key"


class NotSigned(NotAuthentic):
    """`what` is why the signature does not count."""

    def __init__(self, url: str, what: str) -> None:
        super().__init__(
            f"{url} is not signed as it should be",
            details=what,
            hint="look at the repository's key and fingerprint; commands that only look may read "
            "an unsigned index with --verify tls",
        )


class NoVerifier(NotAuthentic):
    def __init__(self, url: str) -> None:
        super().__init__(
            f"{url} cannot be verified here",
            details="neither gpgv nor sqv is installed",
            hint="`apt-get install gpgv` brings one; commands that only look may read the index "
            "with --verify tls",
        )


class WrongKey(NotAuthentic):
    def __init__(self, name: str, have: str, wanted: str) -> None:
        super().__init__(
            f"{name} is not the pinned key",
            details=f"its fingerprint is {have or 'not to be found'}, pinned is {wanted}",
            hint="compare both with what the publisher says before you change either",
        )
