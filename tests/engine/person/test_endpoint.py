"""Which engine a docker client talks to; files as `docker context` writes them."""

import hashlib
import json

import pytest

from dockswitch.engine.person import endpoint
from tests.world import World

HOME = "/home/a"
SOCKET = "/run/docker.sock"


def machine(current: object = None, **contexts: object) -> World:
    world = World(root="")
    files = {f"{HOME}/.docker/config.json": {"auths": {}, "currentContext": current}}
    for name, host in contexts.items():
        digest = hashlib.sha256(name.encode()).hexdigest()
        files[f"{HOME}/.docker/contexts/meta/{digest}/meta.json"] = {
            "Name": name,
            "Metadata": {},
            "Endpoints": {"docker": {"Host": host, "SkipTLSVerify": False}},
        }
    world.surroundings |= {path: json.dumps(told).encode() for path, told in files.items()}
    return world


def said(world: World, socket: str = SOCKET, **env: str) -> list[str]:
    found = endpoint.findings(world, socket, {"HOME": HOME, **env})
    assert all(each.error is not None for each in found)
    return [str(each) for each in found]


@pytest.mark.parametrize(
    "env",
    [
        {},
        {"DOCKER_HOST": ""},
        {"DOCKER_HOST": "unix:///var/run/docker.sock"},
        {"DOCKER_HOST": "unix:///run/docker.sock"},
        {"DOCKER_HOST": "unix://"},
        {"DOCKER_CONTEXT": "default"},
        {"DOCKER_CONTEXT": "here"},
        {"DOCKER_HOST": "unix:///run/docker.sock", "DOCKER_CONTEXT": "there"},
    ],
)
def test_what_leads_to_our_engine_is_well(env: dict[str, str]) -> None:
    assert said(machine(here="unix:///var/run/docker.sock", there="ssh://x"), **env) == []


@pytest.mark.parametrize(
    ("env", "told", "mends"),
    [
        (
            {"DOCKER_HOST": "tcp://10.0.0.1:2376"},
            "DOCKER_HOST leads docker to tcp://10.0",
            "unset DOCKER_HOST",
        ),
        (
            {"DOCKER_CONTEXT": "there"},
            "the context 'there' (DOCKER_CONTEXT) leads docker to ssh://x",
            "unset DOCKER_CONTEXT",
        ),
        (
            {},
            f"({HOME}/.docker/config.json) leads docker to unix://{HOME}/.docker/desktop/docker.sock",
            "docker context use default",
        ),
        ({"DOCKER_CONTEXT": "gone"}, "leads docker to an engine that nothing describes", "unset"),
    ],
)
def test_what_leads_elsewhere_is_named_with_the_way_back(
    env: dict[str, str], told: str, mends: str
) -> None:
    contexts = {"desktop-linux": f"unix://{HOME}/.docker/desktop/docker.sock"}
    (found,) = said(machine("desktop-linux", there="ssh://x", **contexts), **env)
    assert told in found
    assert mends in found
    assert f"and not to unix://{SOCKET}" in found


def test_an_engine_on_a_socket_of_its_own_has_to_be_named_to_the_client() -> None:
    (found,) = said(machine(), "/srv/docker.sock")
    assert "docker asks unix:///var/run/docker.sock" in found
    assert 'eval "$(dockswitch env)"' in found
    assert said(machine(), "/srv/docker.sock", DOCKER_HOST="unix:///srv/docker.sock") == []


def test_the_client_s_own_folder_may_be_another() -> None:
    world = machine("there", there="ssh://x")
    assert said(world, DOCKER_CONFIG="/elsewhere") == []
    assert len(said(world)) == 1


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"currentContext": 5}', b"\xff"])
def test_a_spoiled_client_configuration_is_the_client_s_own_to_tell(content: bytes) -> None:
    world = machine()
    world.surroundings[f"{HOME}/.docker/config.json"] = content
    assert said(world) == []
