"""The mirror is laid out, named and served as Docker's own host."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import requests

from tests.integration.archive import SUITES
from tests.integration.daemon import DoesNotRun
from tests.integration.engines import BINARIES, EXTRAS
from tests.integration.holdings import CHANNELS, Mirror, Tarball
from tests.integration.mirror import build, opened
from tests.integration.proof import prove
from tests.integration.server import MirrorServer
from tests.integration.tarball import digest
from tests.integration.unpacking import unpack

pytestmark = pytest.mark.engine

_CHECKOUT = Path(__file__).resolve().parents[2]


def test_every_suite_is_an_engine_or_is_left_out_with_a_reason(mirror: Mirror) -> None:
    assert len(mirror.engines) >= 3
    suites = {engine.suite for engine in mirror.engines} | {left.suite for left in mirror.left_out}
    assert suites == set(SUITES)
    assert all(left.reason for left in mirror.left_out)


def test_each_channel_holds_its_tarballs_and_nothing_else(mirror: Mirror) -> None:
    for channel in CHANNELS:
        names = {path.name for path in mirror.folder(channel).iterdir()}
        assert names == {tarball.name for tarball in mirror.tarballs(channel)}


def test_what_is_stable_is_in_test_too(mirror: Mirror) -> None:
    assert set(mirror.tarballs("stable")) < set(mirror.tarballs("test"))


def test_a_tarball_in_two_channels_is_one_file(mirror: Mirror) -> None:
    for engine in mirror.engines:
        files = [mirror.folder(channel) / engine.name for channel in engine.channels]
        assert len({file.stat().st_ino for file in files}) == 1


def test_digests_and_sizes_are_those_recorded(mirror: Mirror) -> None:
    for tarball in mirror.everything:
        path = _path(mirror, tarball)
        assert (digest(path), path.stat().st_size) == (tarball.sha256, tarball.bytes)


def test_an_engine_is_packed_as_docker_packs_it(mirror: Mirror) -> None:
    with tarfile.open(_path(mirror, mirror.engines[-1])) as tar:
        members = tar.getmembers()
    assert [member.name for member in members] == ["docker", *(f"docker/{n}" for n in BINARIES)]
    assert {member.mode for member in members} == {0o755}
    assert {(member.uid, member.gid) for member in members} == {(0, 0)}
    assert len({member.mtime for member in members}) == 1


def test_what_an_engine_needs_without_root_is_packed_beside_it(mirror: Mirror) -> None:
    versions = [(engine.version, engine.channels) for engine in mirror.engines]
    assert [(extras.version, extras.channels) for extras in mirror.extras] == versions
    for extras in mirror.extras:
        with tarfile.open(_path(mirror, extras)) as tar:
            names = [member.name for member in tar.getmembers()]
        folder = "docker-rootless-extras"
        assert names == [folder, *(f"{folder}/{name}" for name in EXTRAS)]


def test_the_relabelled_tarball_has_the_names_of_the_first_years(mirror: Mirror) -> None:
    with tarfile.open(_path(mirror, mirror.relabelled)) as tar:
        names = {member.name for member in tar if member.isfile()}
    assert names == {
        "docker/completion/bash/docker",
        "docker/completion/fish/docker.fish",
        "docker/completion/zsh/_docker",
        "docker/docker",
        "docker/docker-containerd",
        "docker/docker-containerd-ctr",
        "docker/docker-containerd-shim",
        "docker/docker-init",
        "docker/docker-proxy",
        "docker/docker-runc",
        "docker/dockerd",
    }


def test_a_mirror_that_is_there_is_not_built_again(mirror: Mirror) -> None:
    before = (mirror.root / "mirror.json").stat()
    assert build(mirror.root) == Mirror.open(mirror.root) == mirror
    after = (mirror.root / "mirror.json").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_mirror_that_is_not_whole_is_not_opened(mirror: Mirror, tmp_path: Path) -> None:
    assert opened(tmp_path) is None
    (tmp_path / "mirror.json").write_bytes((mirror.root / "mirror.json").read_bytes())
    assert opened(tmp_path) is None


def test_the_command_says_what_it_built(mirror: Mirror) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.integration.mirror", mirror.root],
        cwd=_CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    versions = " ".join(engine.version for engine in mirror.engines)
    assert ran.stdout == f"{mirror.root}: {versions}\n"


def test_a_channel_is_listed_like_on_docker_s_host(
    mirror: Mirror, mirror_server: MirrorServer
) -> None:
    page = requests.get(f"{mirror_server.url}/linux/static/test/{mirror.arch}/", timeout=10)
    assert page.headers["Content-Type"] == "text/html"
    lines = page.text.partition("<pre>")[2].partition("</pre>")[0].strip().splitlines()
    assert lines[0] == '<a href="../">../</a>'
    listed = [
        re.fullmatch(r'<a href="(\S+)">\1</a> +\d{4}-\d\d-\d\d \d\d:\d\d +\d+M', line)
        for line in lines[1:]
    ]
    names = [match.group(1) for match in listed if match is not None]
    assert names == sorted(tarball.name for tarball in mirror.tarballs("test"))
    assert len(names) == len(lines) - 1


def test_a_served_tarball_has_the_recorded_digest(
    mirror: Mirror, mirror_server: MirrorServer, tmp_path: Path
) -> None:
    engine = mirror.engines[0]
    path = f"/linux/static/{engine.channels[0]}/{mirror.arch}/{engine.name}"
    with requests.get(mirror_server.url + path, stream=True, timeout=30) as answer:
        assert int(answer.headers["Content-Length"]) == engine.bytes
        with (tmp_path / "tgz").open("wb") as file:
            for block in answer.iter_content(1 << 18):
                file.write(block)
    assert digest(tmp_path / "tgz") == engine.sha256
    assert mirror_server.requests == [path]


def test_an_engine_whose_runc_is_broken_is_found_out(mirror: Mirror, tmp_path: Path) -> None:
    unpack(_path(mirror, mirror.engines[0]), tmp_path)
    (tmp_path / "docker/runc").write_text("#!/bin/sh\nexit 3\n")
    with pytest.raises(DoesNotRun, match="docker run failed"):
        prove(tmp_path / "docker")


def _path(mirror: Mirror, tarball: Tarball) -> Path:
    return mirror.folder(tarball.channels[0]) / tarball.name
