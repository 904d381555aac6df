"""A root with a database of packages in it, for the real dpkg of the machine that tests run on."""

import shutil
from pathlib import Path

import pytest

VERSION = "5:28.5.2-1~debian.12~bookworm"
CONTAINERD = "1.7.28-1~debian.12~bookworm"

_STANZA = """\
Package: {name}
Status: {selected} ok installed
Maintainer: somebody <somebody@example.org>
Architecture: all
Version: {version}
Description: {name}

"""


def fill(root: Path, *held: str) -> Path:
    """Has docker-ce, docker-ce-cli and containerd.io installed below it, those of them held."""
    if shutil.which("dpkg") is None:
        pytest.skip("there is no dpkg")
    database = root / "var/lib/dpkg"
    for folder in ("updates", "info"):
        (database / folder).mkdir(parents=True)
    versions = {"docker-ce": VERSION, "docker-ce-cli": VERSION, "containerd.io": CONTAINERD}
    stanzas = (
        _STANZA.format(name=name, version=version, selected="hold" if name in held else "install")
        for name, version in versions.items()
    )
    (database / "status").write_text("".join(stanzas))
    return root
