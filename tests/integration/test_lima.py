"""Engines in machines of Lima's: real ones, in guests with a systemd of their own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.apt_holdings import AptRepository, Packaged
from tests.integration.lima import Lima, standing_in
from tests.integration.program import finish
from tests.integration.server import serve

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("guests")]

_VERSION = ("version", "--format", "{{.Server.Version}}")


@pytest.fixture
def lima(root: Path, machine_files: Path, apt_repository: AptRepository) -> Iterator[Lima]:
    """With the static archives and the signed packages of the tests' own host."""
    with serve(apt_repository.root) as server:
        channels = root / "etc/dockswitch/channels.yaml"
        channels.parent.mkdir(parents=True)
        channels.write_text(apt_repository.channels_yaml(server.url))
        with standing_in(root, server.url, machine_files, apt_repository.root) as made:
            yield made


@pytest.fixture
def pair(apt_repository: AptRepository) -> tuple[Packaged, Packaged]:
    """The oldest and the newest that start."""
    starting = [each for each in apt_repository.releases if each.answers == each.version]
    return starting[0], starting[-1]


def name_of(release: Packaged) -> str:
    return f"dockswitch-{release.version.replace('+', '-')}"


def is_in_use(lima: Lima, release: Packaged, name: str) -> None:
    """Fail unless that engine answers where `status` and `env` say."""
    status = lima.program.run("status", "--user").ended(0).plain
    assert status["running"] == release.version, status
    socket = lima.home / name / "sock/docker.sock"
    said = lima.program.told("env", "--user").ended(0).out
    assert f"DOCKER_HOST='unix://{socket}'" in said or f"DOCKER_HOST=unix://{socket}" in said
    assert lima.docker(name, *_VERSION) == release.version


def test_a_machine_for_each_version_and_one_whose_engine_is_replaced(
    lima: Lima, pair: tuple[Packaged, Packaged]
) -> None:
    old, new = pair
    use = ("use", "--backend", "lima")
    said = lima.program.run(*use, old.version).ended(0).plain
    assert (said["to"], said["backend"], said["trust"]) == (old.version, "lima", "signed")
    is_in_use(lima, old, name_of(old))
    assert "API listen on" in lima.program.told("daemon", "logs", "--user").ended(0).out
    there = lima.shell(name_of(old), "dpkg-query", "-W", "-f", "${Version}", "docker-ce")
    assert there == old.packages["docker-ce"]
    said = lima.program.run(*use, new.channels[0]).ended(0).plain  # the newest that it has
    assert (said["to"], said["trust"]) == (new.version, "signed")
    is_in_use(lima, new, name_of(new))
    assert "is stopped" in lima.limactl("shell", name_of(old), "true").stderr
    lima.program.run("rollback", "--user").ended(0)
    is_in_use(lima, old, name_of(old))
    shared = (*use, "--in-place", "--machine", "shared")
    said = lima.program.run(*shared, old.version, "--from", "static").ended(0).plain
    assert said["trust"] != "signed"
    is_in_use(lima, old, "shared")
    # Killed in the midst of the script, it has one engine or the other; the old one is what was.
    with lima.program.started(*shared, new.version) as killed:
        started = time.monotonic()
        while not lima.limactl("shell", "shared", "pgrep", "-f", "[e]ngine.sh").stdout:
            assert killed.poll() is None, finish(killed)
            assert time.monotonic() < started + 60
    lima.program.run("recover", "--user").ended(0)
    is_in_use(lima, old, "shared")
    # What is kept serves another machine without the network.
    lima.program.run(*shared, new.version, "--offline").ended(0)
    is_in_use(lima, new, "shared")
    assert lima.names() == sorted((name_of(old), name_of(new), "shared"))
