"""Plugins that no static engine brings."""

import pytest

from dockswitch.engine.preflight import plugins
from tests.world import World

ENV = {"HOME": "/home/a"}
BOTH = ("docker-buildx", "docker-compose")


@pytest.mark.parametrize(
    "folder",
    [
        "/home/a/.docker/cli-plugins",
        "/usr/local/lib/docker/cli-plugins",
        "/usr/libexec/docker/cli-plugins",
    ],
)
def test_those_that_are_there_stay(folder: str) -> None:
    world = World()
    world.programs |= {f"{folder}/{name}": name for name in BOTH}
    assert plugins.findings(world, ENV) == ()


def test_what_is_missing_is_told_with_the_way_to_get_it() -> None:
    world = World()
    world.programs["/usr/libexec/docker/cli-plugins/docker-buildx"] = "x"
    (found,) = plugins.findings(world, ENV)
    assert found.error is None
    assert "docker compose" in found.what
    assert "docker buildx" not in found.what
    assert "docker-compose of github.com/docker/compose/releases" in found.hint
    assert "/home/a/.docker/cli-plugins with" in found.hint
    world.programs.clear()
    (both,) = plugins.findings(world, {"DOCKER_CONFIG": "/c"})
    assert "`docker compose` and `docker buildx`" in both.what
    assert "/c/cli-plugins" in both.hint
