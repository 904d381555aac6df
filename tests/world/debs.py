"""The files of packages in a world: each is what its name says, and brings what that brings."""

import hashlib
import re
from collections.abc import Sequence
from urllib.parse import unquote

from dockswitch.model import package_words
from dockswitch.model.ports import Finished
from dockswitch.model.spellings import from_deb
from dockswitch.model.version import Version
from tests.world import payloads
from tests.world.files import File, Files


def content(word: str) -> bytes:
    """The file of the package that `NAME=VERSION` names."""
    return f"the file of {word}".encode()


def file_name(word: str) -> str:
    name, version = package_words.split(word)
    return package_words.file_name(name, version or "", "amd64")


def named(path: str) -> tuple[str, str]:
    """Name and version of the package in a file, by the file's name."""
    found = re.fullmatch(r".*/([^/_]+)_([^/_]+)_[^/_]+\.deb", path)
    assert found is not None, path
    return found[1], unquote(found[2])


def asks(argv: Sequence[str]) -> Finished:
    """`dpkg-deb --field …` and its kin; `apt-cache show …`, of an index that has dropped it."""
    match list(argv):
        case ["dpkg-deb", "--field", path, "Package", "Version"]:
            name, version = named(path)
            return Finished(0, f"Package: {name}\nVersion: {version}\n", "")
        case _:
            return Finished(0, "", "")


def build(files: Files, argv: Sequence[str]) -> Finished:
    """`dpkg-deb … --build TREE FILE`"""
    name, version = named(argv[-1])
    files.put(argv[-1], File(content(package_words.there(name, version))))
    return Finished(0, "", "")


def opened(url: str) -> tuple[Version, Sequence[str], str]:
    """The version, the programs and the SHA-256 of the file at a `file://` address."""
    name, version = named(unquote(url.removeprefix("file://")))
    said = from_deb(version) or Version.parse("0.0.0")
    digest = hashlib.sha256(content(package_words.there(name, version))).hexdigest()
    return said, payloads.programs(name, version), digest
