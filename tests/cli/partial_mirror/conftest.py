"""An upstream of two channels for two architectures, and a mirror of it in a folder."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.partial_mirror.folder import Mirror
from tests.cli.program import Program
from tests.integration.apt_signing import SigningKey
from tests.system.server import Asked, Reply, Server, serving
from tests.upstream import Upstream


@pytest.fixture(scope="session")
def key() -> SigningKey:
    return SigningKey.make()


@pytest.fixture
def upstream(tmp_path: Path, key: SigningKey) -> Upstream:
    """Two channels for two architectures, by static archives and by packages."""
    made = Upstream(tmp_path / "upstream", key)
    for arch, deb in (("x86_64", "amd64"), ("aarch64", "arm64")):
        for channel, version in (("stable", "98.0.1"), ("stable", "98.0.2"), ("test", "98.1.0")):
            made.archive(channel, f"docker-{version}.tgz", arch)
            made.release(channel, version, "1.7.28-1", deb)
        made.archive("stable", "docker-rootless-extras-98.0.2.tgz", arch)
    made.release("stable", "98.0.2", "2.1.0-1", "amd64")
    made.sign()
    return made


@pytest.fixture
def mirror(bare: Program, upstream: Upstream, tmp_path: Path) -> Mirror:
    channels = upstream.channel_map(tmp_path / "channels.yaml")
    program = bare.given(DOCKSWITCH_MIRROR=upstream.url, DOCKSWITCH_CHANNELS=str(channels))
    return Mirror(tmp_path / "mirror", program)


@pytest.fixture
def server(upstream: Upstream) -> Iterator[Server]:
    """The upstream over HTTP, as a server that resumes."""

    def answer(asked: Asked) -> Reply:
        path = upstream.root / asked.path.partition("?")[0].lstrip("/")
        if path.is_dir():
            names = (f"{each.name}{'/' * each.is_dir()}" for each in path.iterdir())
            return Reply("".join(f'<a href="{name}">' for name in names).encode())
        if not path.exists():
            return Reply(status=404)
        body = path.read_bytes()
        tag = {"ETag": f'"{hashlib.md5(body).hexdigest()}"'}
        if asked.headers.get("If-None-Match") == tag["ETag"]:
            return Reply(status=304, headers=tag)
        return Reply(body, headers=tag, ranges=True)

    with serving(answer) as started:
        yield started
