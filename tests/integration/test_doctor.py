"""`doctor` on real engines: well where all is well, and each ill named with its cure."""

from __future__ import annotations

import hashlib
import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from tests.integration import below
from tests.integration.holdings import Mirror
from tests.integration.program import Dockswitch, Result
from tests.integration.server import MirrorServer
from tests.integration.stock import Stock

pytestmark = pytest.mark.engine


@pytest.fixture
def person(program: Dockswitch, mirror: Mirror, stock: Stock) -> Dockswitch:
    """Where the oldest engine runs, and all is well for whoever asks."""
    old = mirror.engines[0]
    stock.hand_out(program.root, old)
    program.run("use", old.version).ended(0)
    folder = program.root / "home/.docker/cli-plugins"
    folder.mkdir(parents=True)
    for name in ("docker-compose", "docker-buildx"):
        _script(folder / name)
    path = f"{program.root / 'usr/local/bin'}:{_PATH}"
    return _at(program, DOCKER_HOST=f"unix://{program.root / below.SOCKET}", PATH=path)


# without whatever docker the machine has itself
_PATH = ":".join(
    each for each in os.environ["PATH"].split(":") if not os.path.exists(f"{each}/docker")
)


def test_all_is_well_and_nothing_is_changed(person: Dockswitch, mirror: Mirror) -> None:
    before = below.listing(person.root / below.STATE)
    told = person.run("doctor").ended(0)
    assert (told.plain["findings"], told.plain["well"]) == ([], True)
    assert told.plain["version"] == mirror.engines[0].version
    said = person.told("doctor").ended(0)
    assert said.out == f"nothing stands in the way of {mirror.engines[0].version}\n"
    assert below.listing(person.root / below.STATE) == before


def test_what_leads_docker_elsewhere_is_named(person: Dockswitch) -> None:
    home = person.root / "home"
    _script(home / "bin/docker")
    path = person.settings["PATH"]
    assert "home/bin/docker comes before" in _hands(_at(person, PATH=f"{home}/bin:{path}"))
    assert "is not on PATH" in _hands(_at(person, PATH=_PATH))
    assert "DOCKER_HOST leads docker to tcp://10.0.0.1" in _hands(
        _at(person, DOCKER_HOST="tcp://10.0.0.1:2376")
    )
    digest = hashlib.sha256(b"far").hexdigest()
    meta = home / f".docker/contexts/meta/{digest}/meta.json"
    meta.parent.mkdir(parents=True)
    meta.write_text(json.dumps({"Name": "far", "Endpoints": {"docker": {"Host": "ssh://far"}}}))
    (home / ".docker/config.json").write_text('{"currentContext": "far"}')
    assert "the context 'far'" in _hands(_at(person, DOCKER_HOST=""))
    (home / ".docker/config.json").unlink()
    # below a root, the client's usual socket is not the engine's
    assert 'eval "$(dockswitch env)"' in _hands(_at(person, DOCKER_HOST=""))


def test_a_docker_client_as_docker_made_it_is_understood(
    person: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    """The newest client writes the context, the oldest one is compared with a wanted engine."""
    newest = stock.folder(mirror.engines[-1]) / "docker"
    home = person.root / "home"
    words = [str(newest), "context", "create", "far", "--docker", "host=tcp://10.1.1.1:2375"]
    assert _spawned(person, words) == 0
    assert _spawned(person, [str(newest), "context", "use", "far"]) == 0
    said = _hands(_at(person, DOCKER_HOST=""))
    assert "the context 'far'" in said
    assert "tcp://10.1.1.1:2375" in said
    (home / "bin").mkdir()
    (home / "bin/docker").symlink_to(newest)
    found = _at(person, PATH=f"{home}/bin:{person.settings['PATH']}")
    assert _hands(found)
    assert "speaks API" not in found.run("doctor").out  # 28 and 20.10 understand each other


def test_an_engine_that_hangs_or_is_gone_is_named(person: Dockswitch) -> None:
    (pid,) = below.dockerds(person.root)
    os.kill(pid, signal.SIGSTOP)
    try:
        told = person.run("doctor").ended(1).plain  # once: each look waits for 5 s
        assert "does not answer" in told["findings"][0]["what"]
    finally:
        os.kill(pid, signal.SIGCONT)
    person.run("daemon", "stop").ended(0)
    assert "dockswitch daemon start" in _hands(person)


def test_links_that_dangle_and_a_spoiled_daemon_json_are_named(person: Dockswitch) -> None:
    link = person.root / "usr/local/bin/docker-scan"
    link.symlink_to("/opt/gone/docker-scan")
    config = person.root / "etc/docker/daemon.json"
    config.parent.mkdir(parents=True)
    config.write_text("{ spoiled")
    said = _hands(person)
    assert str(link) in said
    assert str(config) in said


def test_what_a_wanted_release_would_meet_is_told_without_fetching_it(
    person: Dockswitch, mirror: Mirror, mirror_server: MirrorServer
) -> None:
    new = mirror.engines[-1]
    assert person.run("doctor", new.version).ended(0).plain["version"] == new.version
    config = person.root / "etc/docker/daemon.json"
    config.parent.mkdir(parents=True)
    config.write_text('{"cluster-store": "consul://x"}')
    assert person.run("doctor").ended(0).plain["well"]
    assert "cluster-store" in _hands(person, new.version)
    assert not [asked for asked in mirror_server.requests if asked.endswith(new.name)]


def _hands(person: Dockswitch, *words: str) -> str:
    """What needs hands, for programs and for people."""
    found = person.run("doctor", *words).ended(1)
    lines = [f"{each['what']} {each['hint']}" for each in found.plain["findings"] if each["code"]]
    assert lines
    assert not found.plain["well"]
    told: Result = person.told("doctor", *words).ended(1)
    assert told.out.count("needs hands: ") == len(lines)
    return "\n".join(lines)


def _at(person: Dockswitch, **settings: str) -> Dockswitch:
    return replace(person, settings={**person.settings, **settings})


def _spawned(person: Dockswitch, words: list[str]) -> int:
    environment = {**person.environment(), "DOCKER_HOST": ""}
    return os.spawnvpe(os.P_WAIT, words[0], words, environment)


def _script(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\nexit 0\n")
    path.chmod(0o755)
