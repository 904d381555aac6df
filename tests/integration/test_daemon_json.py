"""The machine's own daemon.json is honoured; one that no engine starts with is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration import below, whole
from tests.integration.holdings import Mirror
from tests.integration.program import Dockswitch
from tests.integration.server import MirrorServer
from tests.integration.stock import Stock

pytestmark = pytest.mark.engine


def test_the_places_that_it_sets_are_those_of_the_engine(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    old, new = mirror.engines[:2]
    stock.hand_out(program.root, old, new)
    socket = program.root / "s/d.sock"
    _write(
        program.root,
        {
            "data-root": str(program.root / "d"),
            "exec-root": str(program.root / "e"),
            "hosts": [f"unix://{socket}"],
            "debug": True,
        },
    )
    socket.parent.mkdir()
    for engine in (old, new):
        program.run("use", engine.version).ended(0)
        assert below.answering(program.root, "s/d.sock") == engine.version
        said = below.asked(socket, "/info")
        assert said["DockerRootDir"] == str(program.root / "d")
        assert said["Debug"] is True
        assert (program.root / "e/containerd").is_dir()
        assert len(below.dockerds(program.root)) == 1
        assert program.run("status", "--exit-code").ended(0).plain["running"] == engine.version
    assert not (program.root / below.SOCKET).exists()
    assert not (program.root / "var/lib/docker").exists()
    assert program.run("env").ended(0).plain["DOCKER_HOST"] == f"unix://{socket}"
    program.run("use", "system").ended(0)
    whole.nothing_is_there(program.root)


@pytest.mark.parametrize("text", ['{"debug": tru', "", "[]", '{"data-root": 5}'])
def test_one_that_cannot_be_read_is_refused_before_anything_stops(
    program: Dockswitch, mirror: Mirror, stock: Stock, text: str
) -> None:
    old, new = mirror.engines[:2]
    stock.hand_out(program.root, old, new)
    program.run("use", old.version).ended(0)
    running = below.dockerds(program.root)
    path = _write(program.root, text)
    assert str(path) in program.run("use", new.version).ended(1).error
    assert below.dockerds(program.root) == running
    assert below.answering(program.root) == old.version
    whole.is_linked(program.root, old.version)
    path.unlink()
    program.run("use", new.version).ended(0)


def test_what_only_its_start_shows_is_undone_in_the_engine_s_own_words(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    engine = mirror.engines[0]  # which has no --validate
    stock.hand_out(program.root, engine)
    path = _write(program.root, {"debug": "loud"})
    error = program.run("use", engine.version).ended(15).error
    assert "debug" in error
    assert str(path) in error
    whole.nothing_is_there(program.root)


def test_a_path_outside_the_root_is_refused_and_one_that_is_given_twice(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    engine = mirror.engines[0]
    stock.hand_out(program.root, engine)
    path = _write(program.root, {"data-root": str(program.root / "d")})
    assert str(path) in program.run("use", engine.version, "--data", "separate").ended(13).error
    path = _write(program.root, {"data-root": "/srv/docker"})
    assert str(path) in program.run("use", engine.version).ended(2).error
    assert below.dockerds(program.root) == []


def test_too_long_a_root_is_refused_before_anything_is_fetched(
    root: Path, mirror: Mirror, mirror_server: MirrorServer
) -> None:
    long = root / ("long" * 15)
    long.mkdir()
    program = Dockswitch(long, mirror_server.url)
    error = program.run("use", "stable").ended(2).error
    assert "exec-root" in error
    assert not [path for path in mirror_server.requests if path.endswith(".tgz")]
    assert not (long / below.STATE / "versions").exists()


def _write(root: Path, keys: dict[str, object] | str) -> Path:
    path = root / "etc/docker/daemon.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(keys if isinstance(keys, str) else json.dumps(keys))
    return path
