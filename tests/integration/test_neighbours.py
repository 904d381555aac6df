"""What others put there is refused by name and left untouched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration import below, whole
from tests.integration.daemon import Daemon
from tests.integration.holdings import Mirror
from tests.integration.program import Dockswitch
from tests.integration.stock import Stock

pytestmark = pytest.mark.engine

#: What a daemon of somebody else may share with ours, below the root of both.
_SHARED = {
    "socket": ("--host=unix://{root}/run/docker.sock", "run/docker.sock"),
    "pid file": ("--pidfile={root}/run/dockswitch/docker.pid", "run/dockswitch/docker.pid"),
    "data-root": ("--data-root={root}/var/lib/docker", "var/lib/docker"),
    "exec-root": ("--exec-root={root}/run/docker", "run/docker"),
}


@pytest.fixture(params=list(_SHARED))
def neighbour(
    request: pytest.FixtureRequest, program: Dockswitch, mirror: Mirror, stock: Stock
) -> Iterator[tuple[Daemon, Path]]:
    """A daemon that the test itself started, and the place that it shares with ours."""
    option, place = _SHARED[request.param]
    own = program.root / "n"
    for folder in (own, program.root / "run/dockswitch"):
        folder.mkdir(parents=True)
    daemon = Daemon.start(stock.folder(mirror.engines[0]), own, option.format(root=program.root))
    try:
        yield daemon, program.root / place
    finally:
        if daemon.process.poll() is None:
            daemon.stop()


def test_a_daemon_of_somebody_else_is_refused_and_untouched(
    program: Dockswitch, mirror: Mirror, stock: Stock, neighbour: tuple[Daemon, Path]
) -> None:
    daemon, place = neighbour
    engine = mirror.engines[1]
    stock.hand_out(program.root, engine)
    error = program.run("use", engine.version).ended(1).error
    for part in (str(place), str(daemon.process.pid), "left untouched", "--root"):
        assert part in error
    assert daemon.process.poll() is None
    assert daemon.version()["Version"] == mirror.engines[0].version
    assert below.dockerds(program.root) == [daemon.process.pid]
    assert below.links(program.root) == {}
    program.run("daemon", "start").ended(1)
    assert program.run("daemon", "stop").ended(0).plain["changed"] is False
    assert daemon.process.poll() is None
    program.run("use", engine.version, "--no-start").ended(0)
    assert str(daemon.process.pid) in program.run("daemon", "start").ended(1).error
    daemon.stop()
    program.run("use", engine.version).ended(0)
    whole.is_whole(program, engine.version)


def test_a_daemon_that_shares_nothing_is_no_obstacle(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    old, new = mirror.engines[:2]
    stock.hand_out(program.root, old, new)
    own = program.root / "n"
    own.mkdir()
    neighbour = Daemon.start(stock.folder(old), own)
    try:
        for engine in (old, new):
            program.run("use", engine.version).ended(0)
            assert below.answering(program.root) == engine.version
        program.run("use", "system").ended(0)
        assert neighbour.version()["Version"] == old.version
    finally:
        neighbour.stop()


def test_a_daemon_that_sees_other_folders_of_the_same_name_is_no_obstacle(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    old, new = mirror.engines[:2]
    stock.hand_out(program.root, new)
    for name in ("n", "var/lib", "run"):
        (program.root / name).mkdir(parents=True, exist_ok=True)
    options = [option.format(root=program.root) for option, _ in _SHARED.values()]
    # Its own /run and data-root, where ours would be: the same words mean other places.
    script = "mount --make-rprivate / && for each in var/lib/docker run; do "
    script += 'mkdir -p "$0/$each" && mount -t tmpfs tmpfs "$0/$each"; done; exec "$@"'
    apart = ["unshare", "--mount", "sh", "-ec", script, str(program.root)]
    neighbour = Daemon.start(stock.folder(old), program.root / "n", *options[2:], before=apart)
    try:
        program.run("use", new.version).ended(0)
        assert neighbour.version()["Version"] == old.version
        assert below.answering(program.root) == new.version
    finally:
        neighbour.stop()


@pytest.mark.parametrize("what", ["file", "link"])
def test_a_docker_of_somebody_else_is_not_overwritten(
    program: Dockswitch, mirror: Mirror, stock: Stock, what: str
) -> None:
    engine = mirror.engines[0]
    stock.hand_out(program.root, engine)
    there = program.root / "usr/local/bin/docker"
    there.parent.mkdir(parents=True)
    if what == "file":
        there.write_text("somebody's own")
    else:
        there.symlink_to("/somebody/s/docker")
    before = below.listing(there.parent)
    error = program.run("use", engine.version).ended(1).error
    assert str(there) in error
    assert "mv " in error
    assert below.listing(there.parent) == before
    assert below.dockerds(program.root) == []
    there.rename(there.with_name("docker.old"))
    program.run("use", engine.version).ended(0)
    assert os.path.lexists(there.with_name("docker.old"))
    there.with_name("docker.old").unlink()
    whole.is_whole(program, engine.version)


def test_an_own_docker_beside_ours_stays(program: Dockswitch, mirror: Mirror, stock: Stock) -> None:
    engine = mirror.engines[0]
    stock.hand_out(program.root, engine)
    other = program.root / "usr/local/bin/another"
    other.parent.mkdir(parents=True)
    other.write_text("somebody's own")
    program.run("use", engine.version, "--no-start").ended(0)
    program.run("use", "system").ended(0)
    assert below.links(program.root) == {"another": other}
