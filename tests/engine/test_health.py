"""When an engine is well, and the reason when it is not."""

import json
import threading
import time
from pathlib import Path

import pytest

from dockswitch.engine.health import remove_leftovers, runs_container, wait_until_well
from dockswitch.model.version import Version
from dockswitch.system.here import Here
from tests.engine.daemon import place
from tests.engine.server import engine

SOCKET = "/run/docker.sock"
WANTED = Version.parse("28.5.2")
WELL = {
    "GET /_ping": (200, b"OK"),
    "GET /version": (200, {"Version": "28.5.2+dfsg4", "ApiVersion": "1.51"}),
}
FOLDER = "/versions/28"
RUNS = {
    "POST /images/create": (200, b'{"status":"sha256:1"}\r\n'),
    "POST /containers/create": (201, {"Id": "c1"}),
    "POST /containers/c1/start": (204, b""),
    "POST /containers/c1/wait": (200, {"StatusCode": 0}),
    "GET /containers/json": (200, [{"Id": "c1"}]),
    "GET /images/json": (200, [{"Id": "sha256:1"}]),
}

SAID = "no disk"


def well(machine: Here, wanted: Version = WANTED) -> str | None:
    return wait_until_well(
        machine, SOCKET, wanted, alive=lambda: True, said=lambda: SAID, deadline=1
    )


def test_one_that_answers_with_the_wanted_version_is_well(machine: Here) -> None:
    with engine(machine.layout.real(SOCKET), WELL):
        assert well(machine) is None


def test_it_is_waited_for(machine: Here) -> None:
    with engine(machine.layout.real(SOCKET), {**WELL, "GET /_ping": (503, b"")}) as slow:
        threading.Timer(0.2, lambda: slow.answers.update(WELL)).start()
        assert well(machine) is None
        assert slow.asked.count("GET /_ping") > 5


def test_another_version_is_not_well(machine: Here) -> None:
    with engine(machine.layout.real(SOCKET), WELL):
        why = well(machine, Version.parse("20.10.24"))
    assert why == "28.5.2+dfsg4 answers where 20.10.24 is wanted"


def test_one_without_a_version_is_not_well(machine: Here) -> None:
    with engine(machine.layout.real(SOCKET), {"GET /_ping": (200, b"OK")}):
        assert well(machine) == "no engine on /run/docker.sock says which version it is"


def test_a_dead_one_is_not_waited_for(machine: Here) -> None:
    began = time.monotonic()
    why = wait_until_well(machine, SOCKET, WANTED, alive=lambda: False, said=lambda: SAID)
    assert why == "the engine ended as it started: no disk"
    assert time.monotonic() - began < 1


def test_one_that_never_answers_is_given_up_at_the_deadline(machine: Here) -> None:
    began = time.monotonic()
    why = well(machine)
    assert why == "no engine answered on /run/docker.sock within 1 s: no disk"
    assert 1 <= time.monotonic() - began < 3


def test_a_container_is_made_run_and_removed(machine: Here) -> None:
    place(Path(machine.layout.real(FOLDER)), "docker-init")
    with engine(machine.layout.real(SOCKET), RUNS) as served:
        assert runs_container(machine, SOCKET, f"{FOLDER}/docker-init") is None
    assert served.asked == [
        "POST /images/create",
        "POST /containers/create",
        "POST /containers/c1/start",
        "POST /containers/c1/wait",
        "GET /containers/json",
        "DELETE /containers/c1",
        "GET /images/json",
        "DELETE /images/sha256:1",
    ]
    assert b"sbin/docker-init" in served.bodies["POST /images/create"]
    made = json.loads(served.bodies["POST /containers/create"])
    assert made["Cmd"] == ["/sbin/docker-init", "--version"]
    assert made["Labels"] == {"io.dockswitch.health": "1"}
    assert made["HostConfig"]["NetworkMode"] == "none"


@pytest.mark.parametrize(
    ("asked", "answer", "why"),
    [
        (
            "POST /images/create",
            (500, {"message": "no space left on device"}),
            "it takes no image: no space left on device",
        ),
        (
            "POST /images/create",
            (200, b'{"status":"x"}\r\n{"error":"bad tar"}\r\n'),
            'it takes no image: {"status":"x"}\r\n{"error":"bad tar"}',
        ),
        (
            "POST /containers/create",
            (400, {"message": "unknown runtime"}),
            "it makes no container: unknown runtime",
        ),
        (
            "POST /containers/c1/start",
            (500, {"message": "OCI runtime create failed"}),
            "it starts no container: OCI runtime create failed",
        ),
        ("POST /containers/c1/wait", (200, {"StatusCode": 126}), "its container ended with 126"),
        ("POST /containers/c1/wait", (500, {"message": "lost"}), "its container ended with lost"),
    ],
)
def test_what_fails_is_told_in_the_engine_s_words_and_nothing_is_left(
    machine: Here, asked: str, answer: tuple[int, object], why: str
) -> None:
    place(Path(machine.layout.real(FOLDER)), "docker-init")
    with engine(machine.layout.real(SOCKET), {**RUNS, asked: answer}) as served:
        assert runs_container(machine, SOCKET, f"{FOLDER}/docker-init") == why
    assert "DELETE /containers/c1" in served.asked
    assert "DELETE /images/sha256:1" in served.asked


def test_a_version_without_docker_init_says_so(machine: Here) -> None:
    assert runs_container(machine, SOCKET, f"{FOLDER}/docker-init") == (
        "there is no /versions/28/docker-init to run in a container"
    )


def test_removing_leftovers_needs_no_engine(machine: Here) -> None:
    remove_leftovers(machine, SOCKET)
