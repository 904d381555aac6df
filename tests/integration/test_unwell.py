"""Engines that are not well: found out, undone, and the old engine serves again."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from dockswitch.system import hosts
from tests.integration import below, whole
from tests.integration.holdings import Mirror
from tests.integration.program import Dockswitch
from tests.integration.repack import publish
from tests.integration.server import MirrorServer, serve
from tests.integration.stock import Stock

pytestmark = pytest.mark.engine


@pytest.fixture
def well(program: Dockswitch, mirror: Mirror, stock: Stock) -> str:
    """The version of an engine that runs and is well."""
    engine = mirror.engines[0]
    stock.hand_out(program.root, engine)
    program.run("use", engine.version).ended(0)
    return engine.version


@pytest.fixture
def published(program: Dockswitch) -> Iterator[MirrorServer]:
    """A server of the folder `published`, in which tests publish what is not well."""
    folder = program.root / "published"
    folder.mkdir()
    with serve(folder) as server:
        yield server


def test_a_broken_runc_is_found_out_by_a_container(
    program: Dockswitch, well: str, mirror: Mirror, stock: Stock, published: MirrorServer
) -> None:
    new = mirror.engines[1]
    broken = {"runc": "#!/bin/sh\necho broken on purpose >&2\nexit 3\n"}
    publish(_channel(published), new.version, stock.folder(new), broken)
    error = _undone(program, published, new.version)
    assert "container" in error
    whole.is_whole(program, well)


def test_a_dockerd_that_ends_at_once_is_told_in_its_own_words(
    program: Dockswitch, well: str, published: MirrorServer
) -> None:
    # It knows none of our flags, says so, and ends.
    publish(_channel(published), "99.1.2", _small(program.root), {"dockerd": Path("/bin/sleep")})
    error = _undone(program, published, "99.1.2")
    assert "unrecognized option '--config-file'" in error
    assert well in error
    whole.is_whole(program, well)


def test_a_daemon_that_answers_another_version_is_refused(
    program: Dockswitch, well: str, mirror: Mirror, published: MirrorServer
) -> None:
    new = mirror.engines[1]
    folder = _channel(published) / mirror.arch
    folder.mkdir(parents=True)
    tarball = mirror.folder(new.channels[0]) / new.name
    shutil.copyfile(tarball, folder / "docker-99.1.2.tgz")
    error = _undone(program, published, "99.1.2")
    assert f"{new.version} answers where 99.1.2 is wanted" in error
    whole.is_whole(program, well)


def test_a_first_engine_that_is_not_well_leaves_nothing(
    program: Dockswitch, published: MirrorServer
) -> None:
    small = _small(program.root)
    publish(_channel(published), "99.1.2", small, {"dockerd": "#!/bin/sh\nexit 1\n"})
    error = _undone(program, published, "99.1.2")
    assert "the machine is as it was" in error
    whole.nothing_is_there(program.root)
    assert program.run("history").ended(0).plain["generations"] == []


def test_both_eras_names_are_switched_exactly(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    new, old = mirror.engines[0], mirror.relabelled
    stock.hand_out(program.root, new, old)
    for tarball in (new, old, new):
        program.run("use", tarball.version, "--no-start").ended(0)
        whole.is_linked(program.root, tarball.version)
        names = below.links(program.root).keys()
        assert ("docker-containerd" in names, "containerd" in names) == (
            tarball is old,
            tarball is new,
        )


def test_an_engine_of_the_old_era_that_cannot_start_is_undone(
    program: Dockswitch, well: str, mirror: Mirror, stock: Stock
) -> None:
    stock.hand_out(program.root, mirror.relabelled)
    running = below.dockerds(program.root)
    if hosts.this().cgroup == 2:  # refused beforehand there
        program.run("use", mirror.relabelled.version).ended(18)
        assert below.dockerds(program.root) == running
        return
    error = program.run("use", mirror.relabelled.version).ended(15).error
    assert f"{well} is back" in error
    assert below.dockerds(program.root) != running
    whole.is_whole(program, well)


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL])
def test_an_old_engine_that_hangs_or_died_is_switched_away_from(
    program: Dockswitch, well: str, mirror: Mirror, stock: Stock, number: signal.Signals
) -> None:
    new = mirror.engines[1]
    stock.hand_out(program.root, new)
    (running,) = below.dockerds(program.root)
    os.kill(running, number)
    program.run("use", new.version).ended(0)
    whole.is_whole(program, new.version)


def _undone(program: Dockswitch, published: MirrorServer, version: str) -> str:
    """What a switch to it says, which fails and is undone."""
    here = Dockswitch(program.root, published.url)
    result = here.run("use", "stable", version).ended(15)
    assert result.plain["error"]["code"] == "undone"
    assert result.plain["error"]["hint"]
    return result.error


def _channel(published: MirrorServer) -> Path:
    return published.folder / "linux/static/stable"


def _small(root: Path) -> Path:
    """Programs enough for an archive, and none of them large."""
    folder = root / "small"
    folder.mkdir()
    for name in ("docker-init", "docker"):
        (folder / name).write_text("#!/bin/sh\n")
    return folder
