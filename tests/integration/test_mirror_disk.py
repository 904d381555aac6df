"""A mirror on a disk that is full, at whatever write: what it served before, it serves."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.partial_mirror.folder import AMD, Mirror, good
from tests.cli.program import Program
from tests.integration.apt_signing import SigningKey
from tests.integration.needs import demand, why_no_packages
from tests.integration.test_full_disk import Disk
from tests.system.server import Asked, Reply, serving
from tests.upstream import Upstream, of_two_moments

pytestmark = pytest.mark.engine

_BIG = 20 << 20  # bytes, more than what a mirror leaves free


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    demand(why_no_packages())
    made = Upstream(tmp_path / "upstream", SigningKey.make())
    _publish(made, "98.0.1")
    return made


@pytest.fixture
def mirror(root: Path, upstream: Upstream) -> tuple[Mirror, Disk]:
    """A mirror that is whole, on a disk of its own, and another release upstream."""
    disk = Disk.of(root / "disk")
    channels = upstream.channel_map(root / "channels.yaml")
    (root / "home").mkdir()
    env = {"DOCKSWITCH_MIRROR": upstream.url, "DOCKSWITCH_CHANNELS": str(channels)}
    made = Mirror(disk.place / "m", Program(root / "home", root, env))
    good(made("stable", *AMD))
    _publish(upstream, "98.0.2")
    return made, disk


def test_with_a_few_names_left_it_serves_what_it_served_and_is_ended_later(
    mirror: tuple[Mirror, Disk],
) -> None:
    made, disk = mirror
    before, codes = made.files, []
    for count in (0, 1, 2, 3, 5, 8, 12, 30):
        disk.leave("names", count)
        said = made("stable", *AMD, "--json")
        codes.append(said.code)
        assert said.code == 0 or "no space" in said.error["message"]
        assert of_two_moments(made.folder) is None
        assert {path: made.files[path] for path in _releases(before)} == _releases(before)
    assert (codes[0], codes[-1]) == (1, 0)
    disk.empty()
    good(made("stable", *AMD))
    assert [path for path in made.files if "98.0.2" in path]


def test_where_nobody_tells_how_much_will_come_the_disk_may_be_full_on_the_way(
    mirror: tuple[Mirror, Disk], upstream: Upstream
) -> None:
    made, disk = mirror
    before = made.files
    upstream.archive("stable", "docker-98.0.3.tgz", size=_BIG)

    def answer(asked: Asked) -> Reply:
        path = upstream.root / asked.path.lstrip("/")
        if path.is_dir():
            return Reply("".join(f'<a href="{name}">' for name in os.listdir(path)).encode())
        # until its connection is closed
        return Reply(path.read_bytes(), length=-1) if path.exists() else Reply(status=404)

    with serving(answer) as server:
        words = ("98.0.3", *AMD, "--backend", "static", "--json")
        disk.leave("pages", (17 << 20) // 4096)
        said = made(*words, DOCKSWITCH_MIRROR=server.url)
        assert (said.code, "no space" in said.error["message"]) == (1, True), said.out
        assert made.files == before
        disk.empty()
        good(made(*words, DOCKSWITCH_MIRROR=server.url))


def _publish(upstream: Upstream, version: str) -> None:
    upstream.archive("stable", f"docker-{version}.tgz")
    upstream.release("stable", version, "1.7.28-1")
    upstream.sign()


def _releases(files: dict[str, bytes]) -> dict[str, bytes]:
    return {path: body for path, body in files.items() if path.endswith((".deb", ".tgz"))}
