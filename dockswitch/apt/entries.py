"""What stands in the files that name apt's sources: sources.list(5), both forms."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dockswitch.model.address import same_place
from dockswitch.model.ports import Reader

LIST, PARTS = "/etc/apt/sources.list", "/etc/apt/sources.list.d"
_LINE = re.compile(
    r"deb\s+(?:\[(?P<options>[^\]]*)\]\s*)?(?P<url>\S+)\s+(?P<suite>\S+)(?P<rest>.*)"
)
_FINGERPRINT = re.compile(r"[0-9A-Fa-f]{16,40}!?")
_YES = ("yes", "true", "with", "on", "enable", "1")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line or a stanza of binary packages, as `text` it stands in its file.

    `urls` are as `same_place` has them. `signed_by` is what apt
    compares: paths and fingerprints with commas between, or the armoured key itself.
    """

    file: str
    text: str
    urls: tuple[str, ...]
    suites: tuple[str, ...]
    components: tuple[str, ...]
    signed_by: str = ""
    trusted: bool = False

    def has(self, url: str, suite: str) -> bool:
        """Whether it names that suite of the repository at that address."""
        return same_place(url) in self.urls and suite in self.suites


def entries(reader: Reader) -> tuple[Entry, ...]:
    """All that are switched on, in apt's order; what we may not read is not among them."""
    names = [f"{PARTS}/{name}" for name in reader.names(PARTS)]
    files = [LIST, *(name for name in names if name.endswith((".list", ".sources")))]
    return tuple(entry for file in files for entry in _of_file(file, _read(reader, file)))


def _read(reader: Reader, file: str) -> str:
    try:
        return (reader.read(file) or b"").decode("utf-8", "replace")
    except OSError:  # it is for root alone
        return ""


def _of_file(file: str, text: str) -> Iterator[Entry]:
    if file.endswith(".sources"):
        for stanza in re.split(r"\n(?:[ \t]*\n)+", text):
            entry = _of_stanza(file, stanza)
            if entry is not None:
                yield entry
        return
    for line in text.splitlines():
        found = _LINE.fullmatch(line.partition("#")[0].strip())
        if found is not None:
            yield _of_line(file, line, found)


def _of_line(file: str, line: str, found: re.Match[str]) -> Entry:
    pairs = (word.partition("=") for word in (found["options"] or "").split())
    options = {name.rstrip("+-").lower(): value for name, _, value in pairs}
    return Entry(
        file=file,
        text=f"{line.strip()}\n",
        urls=(same_place(found["url"]),),
        suites=(found["suite"],),
        components=tuple(found["rest"].split()),
        signed_by=_normal(options.get("signed-by", "")),
        trusted=options.get("trusted", "").lower() in _YES,
    )


def _of_stanza(file: str, stanza: str) -> Entry | None:
    said = _fields(stanza)
    enabled = said.get("enabled", "yes").strip().lower()
    if "deb" not in said.get("types", "").split() or enabled in ("no", "false", "off", "0"):
        return None
    return Entry(
        file=file,
        text=f"{stanza.strip()}\n",
        urls=tuple(same_place(url) for url in said.get("uris", "").split()),
        suites=tuple(said.get("suites", "").split()),
        components=tuple(said.get("components", "").split()),
        signed_by=_normal(said.get("signed-by", "")),
        trusted=said.get("trusted", "").strip().lower() in _YES,
    )


def _fields(stanza: str) -> Mapping[str, str]:
    """The fields by their names in small letters; the lines of one that goes on are kept."""
    found: dict[str, str] = {}
    name = ""
    for line in stanza.splitlines():
        if line.startswith("#"):
            continue
        if line[:1] in (" ", "\t") and name:
            found[name] += f"\n{'' if line.strip() == '.' else line.strip()}"
            continue
        name, _, value = line.partition(":")
        name = name.strip().lower()
        found[name] = value.strip()
    return found


def _normal(signed_by: str) -> str:
    if "-----BEGIN" in signed_by:
        return f"{signed_by.strip()}\n"
    words = signed_by.replace(",", " ").split()
    return ",".join(word.upper() if _FINGERPRINT.fullmatch(word) else word for word in words)
