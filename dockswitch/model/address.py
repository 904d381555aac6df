"""Addresses: what of one may be shown, and what two have in common.

Secrets stand in an address as `user:password@` or as values of its query.
"""

import re
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

# Query names whose values say nothing about who asks; any other value is taken for a secret.
_PLAIN = frozenset({"page", "per_page", "C", "O", "sort", "order"})


def shown(url: str) -> str:
    """The address without its secrets, as it may be printed, logged and stored."""
    parts = _split(url)
    if parts is None:
        return re.sub(r"//[^/@]*@", "//", url).partition("?")[0]
    if not parts.netloc and re.match(r"[^/?#\s]*@", url):
        # Somebody forgot https://, and not the password.
        return url.partition("?")[0].rpartition("@")[2]
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, _query(parts.query), ""))


def origin(url: str) -> tuple[str, str]:
    """Scheme and host with port: who is asked."""
    parts = _split(url)
    return (parts.scheme, parts.netloc.rpartition("@")[2].lower()) if parts else ("", "")


def lent(url: str, owner: str) -> str:
    """The address with the `user:password@` of `owner`, where both are of the same origin."""
    parts, held = _split(url), _split(owner)
    if parts is None or held is None or "@" in parts.netloc or origin(url) != origin(owner):
        return url
    secret, at, _ = held.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=secret + at + parts.netloc))


def asked_as(url: str, owner: str) -> str:
    """The address with the query of `owner`, where both are of the same origin.

    Some repositories want their `?token=` for each file that they list.
    """
    parts, held = _split(url), _split(owner)
    if parts is None or held is None or parts.query or origin(url) != origin(owner):
        return url
    return urlunsplit(parts._replace(query=held.query))


def as_folder(url: str) -> str:
    """The address with one `/` at the end of its path, so that links are read against it."""
    parts = _split(url)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + "/")) if parts else url


def bare(url: str) -> str:
    """The address without `user:password@` and fragment: who asks does not change the page."""
    parts = _split(url)
    if parts is None:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment=""))


def same_place(url: str) -> str:
    """The address of a repository as it is compared with another one's, whoever asks there."""
    plain = bare(url).rstrip("/")
    return f"file:{plain.removeprefix('file://')}" if plain.startswith("file:///") else plain


def unsigned(url: str) -> str:
    """The address without query, as links on its page are read against."""
    parts = _split(url)
    return urlunsplit(parts._replace(query="", fragment="")) if parts else url


def name_of(url: str) -> str:
    """The file's name at the end of an address, as its owner spells it."""
    parts = _split(url)
    return unquote(parts.path.rpartition("/")[2]) if parts else ""


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _query(query: str) -> str:
    return "&".join(_pair(pair) for pair in query.split("&")) if query else ""


def _pair(pair: str) -> str:
    name, equals, _ = pair.partition("=")
    if not equals:
        return "***"
    return pair if name in _PLAIN else f"{name}=***"
