"""Engines without root: a real user, a real user namespace, a real container."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest

from tests.integration.holdings import Engine, Mirror
from tests.integration.needs import demand, why_no_rootless
from tests.integration.person import Person, living, name
from tests.integration.server import MirrorServer

pytestmark = pytest.mark.engine


@pytest.fixture
def person(root: Path, mirror_server: MirrorServer) -> Iterator[Person]:
    demand(why_no_rootless())
    with living(root, mirror_server.url) as person:
        yield person


def test_an_engine_of_one_s_own_is_switched_there_and_back(person: Person, mirror: Mirror) -> None:
    old, new = mirror.engines[0], mirror.engines[-1]
    said = person.run("use", old.version).ended(0).plain
    assert (said["from"], said["to"], said["restarted"]) == (None, old.version, False)
    named = [each["url"].rpartition("/")[2] for each in said["artifacts"]]
    assert named == [old.name, f"docker-rootless-extras-{old.version}.tgz"]
    assert [each["sha256"] for each in said["artifacts"]] == [old.sha256, mirror.extras[0].sha256]
    is_whole(person, old)
    said = person.run("use", "test", new.version).ended(0).plain
    assert (said["from"], said["to"], said["restarted"]) == (old.version, new.version, True)
    is_whole(person, new)
    said = person.run("rollback").ended(0).plain
    assert said["to"] == old.version
    is_whole(person, old)
    person.run("use", "system").ended(0)
    assert person.processes() == {}


def test_the_client_alone_needs_nothing_of_the_machine(person: Person, mirror: Mirror) -> None:
    engine = mirror.engines[-1]
    with without_ranges(), no_tun(), hidden("/usr/bin/newuidmap"):
        said = person.run("use", "test", engine.version, "--client-only").ended(0).plain
    assert [each["sha256"] for each in said["artifacts"]] == [engine.sha256]
    assert [each.name for each in (person.home / ".local/bin").iterdir()] == ["docker"]
    assert person.processes() == {}


def test_what_is_missing_is_named_before_anything_is_fetched_or_stopped(
    person: Person, mirror: Mirror, mirror_server: MirrorServer
) -> None:
    old, new = mirror.engines[-2:]
    needs: dict[str, tuple[AbstractContextManager[None], str]] = {
        "there is no newuidmap and no newgidmap": (
            hidden("/usr/bin/newuidmap", "/usr/bin/newgidmap"),
            "sudo apt install uidmap",
        ),
        f"/etc/subuid and /etc/subgid have no range for {name()}": (
            without_ranges(),
            "sudo usermod --add-subuids ",
        ),
        "/dev/net/tun may not be opened": (no_tun(), "sudo chmod 666 /dev/net/tun"),
        "user.max_user_namespaces is 0": (
            instead("/proc/sys/user/max_user_namespaces", "0\n"),
            "user.max_user_namespaces=28633",
        ),
    }
    for what, (taken, command) in needs.items():
        with taken:
            told = person.run("use", "test", new.version).ended(18).error
        assert what in told
        assert command in told
        assert "--client-only" in told
    assert not [each for each in mirror_server.requests if each.endswith(".tgz")]
    # Nothing is missing any more, and an engine that runs is not stopped for what is missing.
    person.run("use", old.version).ended(0)
    with without_ranges():
        person.run("use", "test", new.version).ended(18)
        assert person.answering() == old.version


def test_what_an_engine_needs_besides_is_fetched_when_it_is_started(
    person: Person, mirror: Mirror
) -> None:
    engine = mirror.engines[1]
    person.run("use", engine.version, "--no-start").ended(0)
    assert not (person.state / "rootless").exists()
    assert person.run("daemon", "start").ended(0).plain["version"] == engine.version
    person.run("daemon", "stop").ended(0)
    assert person.processes() == {}
    # From now on it is kept, and goes with its version.
    person.run("--offline", "daemon", "start").ended(0)
    is_whole(person, engine)
    person.run("use", "system").ended(0)
    person.run("uninstall", engine.version).ended(0)
    assert list((person.state / "rootless").iterdir()) == []


def test_a_killed_engine_starts_again_and_its_containers_do_not_stay_behind(
    person: Person, mirror: Mirror
) -> None:
    old, new = mirror.engines[-2:]
    person.run("use", old.version).ended(0)
    person.import_image(Path("/bin/sleep"))
    # Its user is one of those that only an engine of theirs can signal.
    lasting = ["--detach", "--restart", "always", "--user", "1000"]
    person.docker("run", *lasting, "--name", "own", "probe", "/sleep", "600")
    person.docker("run", "--detach", "--publish", "127.0.0.1:0:80", "probe", "/sleep", "600")
    port = person.docker("ps", "--latest", "--format", "{{.Ports}}").partition(":")[2]
    address = ("127.0.0.1", int(port.partition("-")[0]))
    socket.create_connection(address, timeout=5).close()
    inner = [pid for pid, said in person.processes().items() if said == "/sleep 600"]
    assert len(inner) == 2
    kill(person, "dockerd ")
    assert set(inner) <= set(person.processes())
    began = time.monotonic()
    assert person.run("use", "test", new.version).ended(0).plain["to"] == new.version
    assert time.monotonic() - began < 20  # it would wait 5 s for each shim, and 20 s for containerd
    assert not set(inner) & set(person.processes())
    names = person.docker("ps", "--format", "{{.Names}}").split()
    assert names == ["own"]
    kill(person, "rootlesskit ")
    person.run("rollback").ended(0)
    person.docker("rm", "--force", "own")
    is_whole(person, old)


def test_a_switch_that_is_killed_is_undone(person: Person, mirror: Mirror) -> None:
    old, new = mirror.engines[-2:]
    person.run("install", "test", new.version).ended(0)
    person.run("use", old.version).ended(0)
    for seconds in (0.5, 0.9, 1.3, 2.0):
        with person.started("use", "test", new.version) as switch:
            with suppress(subprocess.TimeoutExpired):
                switch.wait(seconds)
            switch.kill()
        person.run("recover").ended(0)
        status = person.run("status").ended(0).plain
        assert (status["drift"], status["running"]) == ([], person.answering())
        assert status["running"] in (old.version, new.version)
        person.run("use", old.version).ended(0)
    is_whole(person, old)


def kill(person: Person, program: str) -> None:
    """SIGKILL that one of their processes which is called so, and wait until it is gone."""
    (pid,) = [pid for pid, said in person.processes().items() if said.startswith(program)]
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while pid in person.processes() and time.monotonic() < deadline:
        time.sleep(0.02)


@contextmanager
def hidden(*programs: str) -> Iterator[None]:
    """Within it nobody in this mount namespace has these programs."""
    with ExitStack() as stack:
        for program in programs:
            stack.enter_context(_covered("/dev/null", program))
        yield


@contextmanager
def instead(path: str, text: str) -> Iterator[None]:
    """Within it a file of this mount namespace holds that text."""
    with NamedTemporaryFile("w", prefix="dk-") as file:
        file.write(text)
        file.flush()
        os.chmod(file.name, 0o644)
        with _covered(file.name, path):
            yield


@contextmanager
def without_ranges() -> Iterator[None]:
    with instead("/etc/subuid", "root:100000:65536\n"), instead("/etc/subgid", ""):
        yield


@contextmanager
def no_tun() -> Iterator[None]:
    tun = Path("/dev/net/tun")
    tun.chmod(0o600)
    yield
    tun.chmod(0o666)


@contextmanager
def _covered(source: str, target: str) -> Iterator[None]:
    subprocess.run(["mount", "--bind", source, target], check=True, timeout=30)
    try:
        yield
    finally:
        subprocess.run(["umount", target], check=True, timeout=30)


def is_whole(person: Person, engine: Engine) -> None:
    """Fail unless this version is in use, answers, is without root, and serves a container."""
    assert person.answering() == engine.version
    status = person.run("status", "--exit-code").ended(0).plain
    assert (status["installed"], status["running"], status["drift"]) == (
        engine.version,
        engine.version,
        [],
    )
    daemons = [said for said in person.processes().values() if said.startswith("dockerd ")]
    assert len(daemons) == 1
    assert "name=rootless" in person.docker("info", "--format", "{{.SecurityOptions}}")
    person.import_image((person.home / ".local/bin/docker-init").resolve(strict=True))
    words = ["probe", "/docker-init", "--version"]
    assert "tini" in person.docker("run", "--rm", "--init", *words)
