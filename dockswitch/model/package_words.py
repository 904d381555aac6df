"""Words for packages, as apt-get takes them: `NAME=VERSION` is to be there, `NAME-` is not."""

from collections.abc import Iterable
from urllib.parse import quote


def there(name: str, version: str) -> str:
    """The package is to be installed in exactly that version."""
    return f"{name}={version}"


def gone(name: str) -> str:
    """The package is not to be installed."""
    return f"{name}-"


def split(word: str) -> tuple[str, str | None]:
    """Name and version that a word names; the version is None for one that is not to be there."""
    name, equals, version = word.partition("=")
    return (name, version) if equals else (word.removesuffix("-"), None)


def versions(words: Iterable[str]) -> dict[str, str | None]:
    """The versions by name; None for what is not to be there."""
    return dict(split(word) for word in words)


def file_name(name: str, version: str, arch: str) -> str:
    """What apt calls a package's file in its own cache: the colon of an epoch is `%3a`.

    `arch` is dpkg's, `all` for what is of none. Source: apt's `QuoteString(Version, ":")`.
    """
    return f"{name}_{quote(version, safe='~+.-').replace('%3A', '%3a')}_{arch}.deb"
