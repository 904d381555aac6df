"""An installed package packed again, so that it can be installed again, by dpkg's own means.

What people changed of it goes along, and dpkg still knows it as changed.
"""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dockswitch.model import package_words
from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import Reader, System

# Fields of dpkg's status that are of the machine, and not of the package; see deb-control(5).
_OF_THE_MACHINE = frozenset(
    {"Status", "Conffiles", "Config-Version", "Triggers-Pending", "Triggers-Awaited"}
)
# What --listfiles says behind a path that lies elsewhere.
_DIVERTED = re.compile(r"(?:locally diverted|diverted by \S+) to: (/.*)")
_LIMIT = 600.0  # seconds


@dataclass(frozen=True, slots=True)
class _Conffile:
    """As dpkg knows it: the MD5 of what the package brought, and its flag or none."""

    path: str
    md5: str
    flag: str


def repack(system: System, word: str, *, into: str) -> str:
    """The path of the package's new file in the folder `into`, under the name of apt's cache.

    Raises NotRepacked where that version is not wholly installed, or where it cannot be packed.
    """
    name, version = package_words.split(word)
    stanza = _stanza(system, name)
    fields = dict(stanza)
    if fields.get("Version") != version or not fields.get("Status", "").endswith(" ok installed"):
        raise NotRepacked(word, "it is not wholly installed in that version")
    made = f"{into}/{package_words.file_name(name, version or '', fields['Architecture'])}"
    tree = f"{into}/.tmp-{os.getpid()}-{name}"
    try:
        _lay_out(system, name, stanza, tree)
        _build(system, word, tree, made)
    finally:
        system.discard(tree)
    return made


def _stanza(reader: Reader, name: str) -> list[tuple[str, str]]:
    """The fields of a package's status in their order; none where dpkg does not know it."""
    told = reader.run(["dpkg-query", "--status", name]).out
    unfolded = re.findall(r"^(\S+?):[ \t]?(.*(?:\n[ \t].*)*)", told, flags=re.MULTILINE)
    return [(field, value) for field, value in unfolded]


def _lay_out(system: System, name: str, stanza: list[tuple[str, str]], tree: str) -> None:
    control = f"{tree}/DEBIAN"
    system.folder(control)
    _copy_files(system, name, tree)
    told = "".join(f"{f}: {value}\n" for f, value in stanza if f not in _OF_THE_MACHINE)
    system.write(f"{control}/control", told.encode())
    # the scripts and the rest, each called by the package and what it is
    for path in system.run(["dpkg-query", "--control-path", name]).out.splitlines():
        system.copy(system.layout.stored(path), f"{control}/{path.rpartition('.')[2]}")
    conffiles = [each for each in _conffiles(dict(stanza)) if each.flag != "obsolete"]
    for each in conffiles:
        if not each.flag:
            _mark_changed(system, each, tree)
    if conffiles:
        lines = [f"{each.flag} {each.path}".strip() for each in conffiles]
        system.write(f"{control}/conffiles", "".join(f"{line}\n" for line in lines).encode())


def _copy_files(system: System, name: str, tree: str) -> None:
    """What is on disk of the package; what was deleted stays away."""
    places = _places(system, name)
    folders = {os.path.dirname(path) for path in places}
    for path, lies in places.items():
        kind = system.kind(lies)
        if path in folders and kind == "link":
            system.folder(f"{tree}{path}")  # /lib, where all of it moved into /usr
        elif kind in ("file", "folder", "link"):
            system.copy(lies, f"{tree}{path}")


def _places(reader: Reader, name: str) -> Mapping[str, str]:
    """Where each path of a package lies, folders before what is in them: some are diverted."""
    places: dict[str, str] = {}
    path = ""
    for line in reader.run(["dpkg-query", "--listfiles", name]).out.splitlines():
        diverted = _DIVERTED.fullmatch(line)
        if diverted:
            places[path] = diverted[1]
        elif line.startswith("/") and line != "/.":
            path = line
            places[path] = path
    return places


def _conffiles(fields: Mapping[str, str]) -> Iterator[_Conffile]:
    for line in fields.get("Conffiles", "").splitlines():
        found = re.fullmatch(r" (/.*) ([0-9a-f]{32}|newconffile)(?: (\S+))?", line)
        if found:
            yield _Conffile(found[1], found[2], found[3] or "")


def _mark_changed(system: System, conffile: _Conffile, tree: str) -> None:
    """A changed one gets an empty line more than there is on disk.

    dpkg takes what it installs from here for what the package brings. Were that the same as what
    is on disk, it would be unchanged from then on, and the next upgrade would replace it unasked;
    and a deleted one would come back. As it is, dpkg leaves both alone.
    """
    place = f"{tree}{conffile.path}"
    content = system.read(place)
    if content is None or _md5(content) != conffile.md5:
        system.write(place, (content or b"") + b"\n", system.mode(place) or 0o644)


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _build(system: System, word: str, tree: str, made: str) -> None:
    """zstd of level 1 takes as long as no packing at all, and a third of the space; gzip 4 times.

    dpkg has it from 1.21.18 on; the one that packs is the one that will unpack.
    """
    packing = "-Zzstd" if "zstd" in system.run(["dpkg-deb", "--help"]).out else "-Zgzip"
    real = system.layout.real
    built = system.command(
        ["dpkg-deb", packing, "-z1", "--build", real(tree), real(made)], timeout=_LIMIT
    )
    if built.code != 0:
        raise NotRepacked(word, built.err.strip() or f"dpkg-deb ends with {built.code}")


class NotRepacked(DockswitchError):
    def __init__(self, word: str, why: str) -> None:
        super().__init__(
            f"there is no file of {word} here, and it cannot be packed again",
            details=why,
            hint="going back to it needs the network",
        )
