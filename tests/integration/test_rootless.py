"""Engines without root: a real user, a real user namespace, a real container."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.holdings import Engine, Mirror
from tests.integration.needs import demand, why_no_rootless
from tests.integration.person import Person, living
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
