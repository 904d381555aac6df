"""Clients that could not talk with the wanted engine."""

from collections.abc import Sequence

import pytest

from dockswitch.engine import clients
from dockswitch.engine.preflight import api_range
from dockswitch.model.ports import Finished
from dockswitch.model.version import Version
from tests.world import World


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("PATH", "/m/usr/local/bin:/usr/local/bin:/usr/bin:/snap/bin:")
    return World()


def installs(world: World, path: str, says: str, leads: str = "") -> None:
    world.programs[path] = leads or path

    def answer(argv: Sequence[str]) -> Finished:
        assert argv[1:3] == ["version", "--format"]
        return Finished(1, says, "Cannot connect to the Docker daemon")

    world.answers[path] = answer


@pytest.mark.parametrize(
    ("says", "wanted", "what"),
    [
        ("1.41 20.10.24", "29.0.0", "speaks API 1.41 at most, and 29.0.0 wants 1.44 at least"),
        ("1.41 20.10.24", "28.5.2", ""),
        ("1.44 25.0.0", "29.0.0", ""),
        ("1.52 29.0.0", "20.10.24", "speaks API 1.44 at least, and 20.10.24 has 1.41 at most"),
        ("1.51 28.5.2", "17.06.0-ce", ""),
        ("4.9.3 podman", "29.0.0", ""),
        ("", "29.0.0", ""),
        ("1.41 20.10.24", "98.0.1", ""),
    ],
)
def test_a_client_is_compared_with_the_wanted_engine(
    world: World, says: str, wanted: str, what: str
) -> None:
    installs(world, "/usr/bin/docker", f"{says}\n")
    found = api_range.findings(world, Version.parse(wanted), {})
    assert [each.error for each in found] == ([None] if what else [])
    assert all(what in each.what and "/usr/bin/docker" in each.what for each in found)


def test_an_engine_whose_owner_lowered_its_oldest_api_is_taken_at_that(world: World) -> None:
    installs(world, "/usr/bin/docker", "1.41 20.10.24\n")
    wanted = Version.parse("29.0.0")
    assert api_range.findings(world, wanted, {"min-api-version": "1.24"}) == ()


def test_each_client_is_asked_once_and_dockswitch_s_own_is_not(world: World) -> None:
    ours = f"/m{world.layout.versions}/20.10.24-abcd/docker"
    installs(world, "/m/usr/local/bin/docker", "1.41 20.10.24\n", leads=ours)
    installs(world, "/usr/local/bin/docker", "1.41 20.10.24\n", leads="/usr/bin/docker")
    installs(world, "/usr/bin/docker", "1.41 20.10.24\n")
    installs(world, "/snap/bin/docker", "1.40 19.03.13\n")
    assert [each.path for each in clients.others(world)] == [
        "/usr/local/bin/docker",
        "/snap/bin/docker",
    ]
    assert len(api_range.findings(world, Version.parse("29.0.0"), {})) == 2
