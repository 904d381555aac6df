"""An engine without root is proven beside the old one, and leaves nothing where it does not run."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dockswitch.system.processes import STARTS
from tests.integration.holdings import Mirror
from tests.integration.needs import demand, why_no_rootless
from tests.integration.person import Person, living
from tests.integration.server import MirrorServer

pytestmark = pytest.mark.engine

_FAILS = "#!/bin/sh\necho broken on purpose >&2\nexit 3\n"
#: What is wrong with an engine, and what is said of it.
_BROKEN = {"runc": "it starts no container", "dockerd": "broken on purpose"}


@pytest.fixture
def person(root: Path, mirror_server: MirrorServer) -> Iterator[Person]:
    demand(why_no_rootless())
    with living(root, mirror_server.url) as person:
        yield person


def test_one_that_does_not_run_here_never_stops_the_old_one(person: Person, mirror: Mirror) -> None:
    old, new = mirror.engines[1], mirror.engines[-1]
    person.run("use", old.version).ended(0)
    person.run("install", "test", new.version).ended(0)
    folder = next((person.state / "versions").glob(f"{new.version}-*"))
    for program, reason in _BROKEN.items():
        whole = (folder / program).read_bytes()
        (folder / program).write_text(_FAILS)
        processes, seen = person.processes(), names(person)
        error = person.run("use", "test", new.version).ended(15).error
        assert f"{new.version} does not run here: {old.version} was never stopped" in error
        assert reason in error
        assert (person.processes(), names(person)) == (processes, seen)
        assert person.answering() == old.version
        (folder / program).write_bytes(whole)
    said = person.run("use", "test", new.version).ended(0).plain
    assert said["restarted"]
    assert not [note for note in said["notes"] if "not proven" in note]
    assert person.answering() == new.version
    left = (person.root / "run/.proof", person.state / "proof")
    assert not [place for place in left if place.exists()]
    proven = (person.state / "log/proof.log").read_text().count(STARTS)
    assert proven == len(_BROKEN) + 1


def test_a_proof_that_is_killed_ends_with_its_maker(person: Person, mirror: Mirror) -> None:
    old, new = mirror.engines[1], mirror.engines[-1]
    person.run("use", old.version).ended(0)
    person.run("install", "test", new.version).ended(0)
    processes, seen = person.processes(), names(person)
    with person.started("use", "test", new.version) as switch:
        deadline = time.monotonic() + 30
        while not (person.root / "run/.proof/docker.sock").exists():
            assert switch.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.005)
        os.kill(dockswitch_of(person), signal.SIGKILL)
    while person.processes() != processes:
        assert time.monotonic() < deadline, person.processes()
        time.sleep(0.02)
    assert person.run("recover").ended(0).plain["changed"] is False
    assert names(person) == seen
    assert person.answering() == old.version


def test_a_container_of_a_proof_that_is_killed_goes_with_the_next_command(
    person: Person, mirror: Mirror
) -> None:
    old, new = mirror.engines[1], mirror.engines[-1]
    person.run("use", old.version).ended(0)
    person.run("install", "test", new.version).ended(0)
    processes, seen = person.processes(), names(person)
    with person.started("use", "test", new.version) as switch:
        deadline = time.monotonic() + 30
        while not shims(person):
            assert switch.poll() is None
            assert time.monotonic() < deadline
        os.kill(dockswitch_of(person), signal.SIGKILL)
    assert person.run("recover").ended(0).plain["changed"] is False
    assert (person.processes(), names(person)) == (processes, seen)
    assert person.answering() == old.version


def shims(person: Person) -> list[str]:
    """Those of an engine on trial."""
    running = person.processes().values()
    return [said for said in running if "containerd-shim" in said and "/.proof/" in said]


def dockswitch_of(person: Person) -> int:
    (pid,) = [pid for pid, said in person.processes().items() if "-m dockswitch" in said]
    return pid


def names(person: Person) -> list[str]:
    """All that lies where engines and dockswitch write, but what an engine has in its own data."""
    places = [person.root / "run", person.home, *(person.home / ".config").rglob("*")]
    places += [person.state, *(person.state / "versions").iterdir()]
    found = {f"{place}/{name}" for place in places if place.is_dir() for name in os.listdir(place)}
    return sorted(found)
