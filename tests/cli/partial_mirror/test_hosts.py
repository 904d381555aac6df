"""One lock for hosts of two distributions and architectures, by three backends."""

import shutil
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.cli.partial_mirror.folder import Mirror, good
from tests.cli.program import Program
from tests.integration.apt_signing import SigningKey
from tests.standins.iso import image, label
from tests.system.server import Server
from tests.upstream import Upstream

DEBIAN, UBUNTU = "debian:bookworm/amd64", "ubuntu:jammy/arm64"


@pytest.fixture
def program(mirror: Mirror, upstream: Upstream, key: SigningKey, tmp_path: Path) -> Program:
    """With packages of both, and an image."""
    ubuntu = Upstream(upstream.root, key, distribution="ubuntu")
    ubuntu.release("stable", "98.0.2", "2.1.0-1", "arm64")
    ubuntu.sign()
    iso = upstream.root / "images/v19.03.12/boot2docker.iso"
    iso.parent.mkdir(parents=True)
    iso.write_bytes(image(label("19.03.12")))
    return mirror.program


def _lock(program: Program, server: Server) -> Program:
    """Makes the lock over HTTP; the program as it asks there from then on."""
    asks = program.given(
        DOCKSWITCH_MIRROR=server.url, DOCKSWITCH_IMAGE_MIRROR=f"{server.url}/images"
    )
    kinds = [word for kind in ("apt", "static", "machine") for word in ("--backend", kind)]
    good(asks("lock", "stable", "--for", DEBIAN, "--for", UBUNTU, *kinds))
    return asks


def test_it_is_a_file_that_people_can_read(
    program: Program, server: Server, snapshot: SnapshotAssertion
) -> None:
    _lock(program, server)
    assert program.plain((program.home / "dockswitch.lock").read_text()) == snapshot
    assert program.plain(good(program("lock")).out) == snapshot(name="shown")


@pytest.mark.parametrize(
    ("host", "backend", "files"),
    [
        (DEBIAN, "apt", ["containerd.io", "docker-ce", "docker-ce-cli"]),
        (UBUNTU, "apt", ["containerd.io", "docker-ce", "docker-ce-cli"]),
        (UBUNTU, "machine", ["boot2docker.iso"]),
    ],
)
def test_each_host_asks_for_its_files_and_for_nothing_else(
    host: str, backend: str, files: list[str], program: Program, server: Server
) -> None:
    """No listing, no signed index, no key: not even to learn whether anything changed."""
    asks = _lock(program, server)
    shutil.rmtree(asks.root)  # another machine, which has cached nothing
    asks.root.mkdir()
    before = len(server.asked)
    words = ("--locked", "--backend", backend, "--for", host, "--json")
    assert good(asks("resolve", *words)).json["trust"] == "locked"
    assert len(server.asked) == before
    good(asks("install", *words))
    asked = sorted(
        {each.path.rpartition("/")[2].partition("_")[0] for each in server.asked[before:]}
    )
    assert asked == files
