"""The files by which apt knows of dockswitch's own source, and of the key that it is signed with.

The key lies in /etc/apt/keyrings, where sources.list(5) wants those that a machine's owner adds:
apt trusts it for this source alone, where all of trusted.gpg.d counts for every source.
"""

from dockswitch.apt import era
from dockswitch.model import shipped
from dockswitch.model.address import bare, shown, unsigned
from dockswitch.model.errors import NotAuthentic, NotPublished, Unreachable
from dockswitch.model.origin import Origin
from dockswitch.model.ports import Reader
from dockswitch.model.step import File
from dockswitch.system import signature

STANZA = "/etc/apt/sources.list.d/dockswitch.sources"
LINE = "/etc/apt/sources.list.d/dockswitch.list"
ARMOURED = "/etc/apt/keyrings/dockswitch.asc"
KEYRING = "/etc/apt/keyrings/dockswitch.gpg"
TRUSTED = "/etc/apt/trusted.gpg.d/dockswitch.gpg"
SOURCES = (STANZA, LINE)
_KEYS = (ARMOURED, KEYRING, TRUSTED)
_FILES = (*SOURCES, *_KEYS)
_SHIPPED_KEY = "keys/docker-ce-deb.asc"


def steps(reader: Reader, origin: Origin) -> tuple[File, ...]:
    """The key, then the source, as the apt of this machine understands them.

    Those that it has in another form are taken away. Raises WrongSourceKey, Unreachable.
    """
    files = written(reader, origin)
    kept = {file.path for file in files}
    gone = (step for step in without(reader) if step.path not in kept)
    return (*files, *gone)


def written(reader: Reader, origin: Origin) -> tuple[File, ...]:
    """The key and the source; where it is beside another one, only the source, with that key."""
    version = era.version(reader)
    if version < era.STANZAS:
        line = f"deb [arch={origin.arch}] {_plain(origin.url)} {origin.suite} {origin.component}\n"
        return (_binary(TRUSTED, _key(reader, origin)), File(LINE, line))
    if origin.beside:
        return (File(STANZA, _stanza(origin, origin.signed_by)),)
    armoured = rendered(reader, origin) if version >= era.ARMOUR else ()
    if armoured:
        return armoured
    return (_binary(KEYRING, _key(reader, origin)), File(STANZA, _stanza(origin, KEYRING)))


def rendered(reader: Reader, origin: Origin) -> tuple[File, ...]:
    """The key and the source for another machine, as an apt from `era.ARMOUR` on understands them.

    None where the key is not in armour. Raises WrongSourceKey, Unreachable.
    """
    key = _key(reader, origin)
    if not key.startswith(b"-----BEGIN"):
        return ()
    return (
        File(ARMOURED, key.decode("ascii", "replace")),
        File(STANZA, _stanza(origin, ARMOURED)),
    )


def without(reader: Reader) -> tuple[File, ...]:
    """The steps that take away what is there of it: first the source, then its key."""
    there = (path for path in _FILES if reader.kind(path) is not None)
    return tuple(File(path, None) for path in there)


def note(url: str) -> str | None:
    """What a person has to know of the source at that address, None for nothing."""
    if bare(url) == url:
        return None
    return (
        f"the name and password for {shown(url)} are not written into apt's sources: plain apt "
        "wants them in /etc/apt/auth.conf.d (see apt_auth.conf(5))"
    )


def _stanza(origin: Origin, signed_by: str) -> str:
    return (
        f"Types: deb\nURIs: {_plain(origin.url)}\nSuites: {origin.suite}\n"
        f"Components: {origin.component}\nArchitectures: {origin.arch}\n"
        + (f"Signed-By:{_folded(signed_by)}\n" if signed_by else "")
    )


def _key(reader: Reader, origin: Origin) -> bytes:
    """The key as it is published, checked once more."""
    body = _published(reader, origin) if origin.key else shipped.text(_SHIPPED_KEY).encode()
    found = signature.fingerprint_of(signature.dearmoured(body))
    if found != origin.fingerprint:
        raise WrongSourceKey(shown(origin.key) or _SHIPPED_KEY, found, origin.fingerprint)
    return body.strip() + b"\n" if body.startswith(b"-----BEGIN") else body


def _published(reader: Reader, origin: Origin) -> bytes:
    """The key of a site's own; the one that is here already where it cannot be fetched.

    Going back needs no network, and a fingerprint vouches for either.
    """
    try:
        return reader.index(origin.key).body
    except (Unreachable, NotPublished):
        copies = (f"{reader.layout.cache}/apt/{path.rpartition('/')[2]}" for path in _KEYS)
        for path in (*_KEYS, *copies):
            body = reader.read(path)
            if body and signature.fingerprint_of(signature.dearmoured(body)) == origin.fingerprint:
                return body
        raise


def _binary(path: str, key: bytes) -> File:
    return File(path, signature.dearmoured(key).decode("latin-1"), encoding="latin-1")


def _plain(url: str) -> str:
    """The address as it may stand in a file that everybody can read."""
    return unsigned(bare(url))


def _folded(signed_by: str) -> str:
    if "-----BEGIN" not in signed_by:
        return f" {signed_by}"
    return "".join(f"\n {line or '.'}" for line in signed_by.strip().splitlines())


class WrongSourceKey(NotAuthentic):
    def __init__(self, name: str, have: str, wanted: str) -> None:
        super().__init__(
            f"{name} is not the key that apt is to trust",
            details=f"its fingerprint is {have or 'not to be found'}, pinned is {wanted}",
            hint="compare both with what the publisher says before you change either",
        )
