"""What is made of an engine's answers."""

import pytest

from dockswitch.engine.api import Container, Identity, containers, identity, pings, reason
from dockswitch.model.ports import Answer
from dockswitch.model.version import Version
from dockswitch.system.here import Here
from tests.engine.server import engine

SOCKET = "/run/docker.sock"


def test_an_engine_pings(machine: Here) -> None:
    with engine(machine.layout.real(SOCKET), {"GET /_ping": (200, b"OK")}):
        assert pings(machine, SOCKET)


def test_one_that_fails_or_is_not_there_does_not(machine: Here) -> None:
    assert not pings(machine, SOCKET)
    with engine(machine.layout.real(SOCKET), {"GET /_ping": (500, {"message": "no"})}):
        assert not pings(machine, SOCKET)


def test_an_engine_says_who_it_is(machine: Here) -> None:
    said = {"Version": "28.5.2+dfsg4", "ApiVersion": "1.51", "MinAPIVersion": "1.24", "Os": "linux"}
    with engine(machine.layout.real(SOCKET), {"GET /version": (200, said)}):
        found = identity(machine, SOCKET)
    assert found == Identity(Version.parse("28.5.2+dfsg4"), "1.51", "1.24")


@pytest.mark.parametrize("said", [{}, {"Version": "unknown"}, [], b"<html>", {"Version": 28}])
def test_what_names_no_version_is_no_identity(machine: Here, said: object) -> None:
    with engine(machine.layout.real(SOCKET), {"GET /version": (200, said)}):
        assert identity(machine, SOCKET) is None


def test_running_containers_are_told_with_what_a_switch_means_to_them(machine: Here) -> None:
    published = {"IP": "::", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"}
    listed = [
        {
            "Id": "b" * 64,
            "Image": "nginx",
            "Ports": [published, {"PrivatePort": 443, "Type": "tcp"}],
        },
        {"Id": "a" * 64, "Image": "redis", "Ports": None},
    ]
    web = {"Name": "/web", "HostConfig": {"RestartPolicy": {"Name": "always"}}}
    socket = {"Type": "bind", "Source": "/var/run/docker.sock"}
    volume = {"Type": "volume", "Source": "/var/lib/docker/volumes/v/_data"}
    watcher = {
        "Name": "/watcher",
        "HostConfig": {"AutoRemove": True, "RestartPolicy": {"Name": ""}},
        "Mounts": [socket, volume],
        "Config": {"Labels": {"com.docker.swarm.task.id": "x"}},
    }
    listed.append({"Id": "c" * 64, "Image": "watcher", "Ports": []})
    answers = {
        f"GET /containers/{'c' * 64}/json": (200, watcher),
        "GET /containers/json": (200, listed),
        f"GET /containers/{'b' * 64}/json": (200, web),
    }
    with engine(machine.layout.real(SOCKET), answers):
        assert containers(machine, SOCKET) == (
            Container("a" * 64, "a" * 12, "redis", "no", ()),
            Container(
                "c" * 64,
                "watcher",
                "watcher",
                "no",
                (),
                mounts=("/var/run/docker.sock",),
                removed=True,
                task=True,
            ),
            Container("b" * 64, "web", "nginx", "always", ("[::]:8080->80/tcp",)),
        )


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (None, "no answer"),
        (Answer(500, b'{"message": "disk full"}'), "disk full"),
        (Answer(502, b"<html>"), "status 502"),
    ],
)
def test_a_refusal_is_in_the_engine_s_own_words(answer: Answer | None, why: str) -> None:
    assert reason(answer) == why
