"""A mirror as small as can be: archives of shell scripts, laid out as Docker lays out its own."""

import gzip
import hashlib
import json
import platform
from collections.abc import Mapping
from pathlib import Path

from dockswitch.backends.bundles import expected_names
from dockswitch.model.catalog import Catalog
from dockswitch.model.version import Version
from tests.integration.server import listing
from tests.integration.tarball import pack
from tests.system.server import Answers, Asked, Reply

# Versions that nobody published, so no record binds their bytes; then some that somebody did.
CHANNELS: Mapping[str, tuple[str, ...]] = {
    "stable": ("28.5.2", "98.0.1", "98.0.2", "98.1.0"),
    "test": ("98.1.0", "99.0.0-rc.1"),
    "edge": ("17.05.0-ce", "17.06.0-ce-rc2"),
}
# boot2docker's list of releases, as GitHub shows it; one is a draft, and one has no image
IMAGES = [
    {"tag_name": "v17.05.0-ce", "published_at": "2017-05-05T00:00:00Z"},
    {"tag_name": "v17.06.0-ce-rc2", "published_at": "2017-06-07T00:00:00Z"},
    {"tag_name": "v19.03.12", "published_at": "2020-06-29T00:00:00Z"},
    {"tag_name": "v19.03.13", "draft": True},
    {"tag_name": "v19.03.14", "assets": [{"name": "notes.txt"}]},
]
SUITE = "linux/ubuntu/dists/jammy"
_PACKAGES = Path(__file__).parent.parent / "sources" / "signed" / "Packages"
# A client that says who it is and does what it is told.
_DOCKER = """#!/bin/sh
case "$1" in
    exit) exit "$2" ;;
    kill) kill -s "$2" $$ ;;
    *) echo "docker {version} $*" ;;
esac
"""
_MTIME = 1_700_000_000


def build(folder: Path) -> Path:
    """Lays the mirror out below the folder."""
    for channel, versions in CHANNELS.items():
        for version in versions:
            archive(place(folder, channel) / f"docker-{version}.tgz", version)
    repository(folder / SUITE)
    (folder / "images").mkdir()
    (folder / "images" / "index.json").write_text(json.dumps(IMAGES))
    return folder


def place(folder: Path, channel: str) -> Path:
    """Where a channel's archives for this machine are."""
    found = Catalog.shipped().architecture(platform.machine())
    assert found is not None
    return folder / "linux" / "static" / channel / found.static


def archive(target: Path, version: str, more: str = "") -> None:
    """An archive of that version; `more` makes its bytes others."""
    target.parent.mkdir(parents=True, exist_ok=True)
    scripts = target.parent / f".{version}"
    scripts.mkdir()
    members = {}
    for name in expected_names(Version.parse(version)):
        script = scripts / name
        said = _DOCKER.format(version=version) if name == "docker" else f"# {version}\n"
        script.write_text(said + more)
        members[f"docker/{name}"] = script
    pack(members, target, mtime=_MTIME)


def repository(suite: Path) -> None:
    """An unsigned apt suite with the one component `test`."""
    packages = gzip.compress(_PACKAGES.read_bytes(), mtime=0)
    folder = suite / "test" / "binary-amd64"
    folder.mkdir(parents=True)
    (folder / "Packages.gz").write_bytes(packages)
    (suite / "Release").write_text(
        "Suite: jammy\nCodename: jammy\nDate: Fri, 03 Feb 2023 10:00:00 +0000\n"
        "Architectures: amd64\nComponents: test\nSHA256:\n"
        f" {hashlib.sha256(packages).hexdigest()} {len(packages)} test/binary-amd64/Packages.gz\n"
    )


def answers(folder: Path) -> Answers:
    """How a server that knows ETags answers for that folder."""

    def answer(asked: Asked) -> Reply:
        path = asked.path.partition("?")[0]
        found = folder / path.lstrip("/")
        if not found.exists() or "/." in path:
            return Reply(b"not here", 404)
        if (found / "index.json").exists():
            found = found / "index.json"
        body = listing(found, path).encode() if found.is_dir() else found.read_bytes()
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if asked.headers.get("If-None-Match") == tag:
            return Reply(b"", 304, {"ETag": tag})
        return Reply(body, headers={"ETag": tag})

    return answer
