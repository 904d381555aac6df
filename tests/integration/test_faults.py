"""Sources that fail in the middle: nothing half is kept, and the running engine never notices."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration import below, whole
from tests.integration.holdings import Engine, Mirror
from tests.integration.program import Dockswitch
from tests.integration.server import Fault, MirrorServer, serve
from tests.integration.stock import Stock

pytestmark = pytest.mark.engine

#: bytes: well inside of every tarball
_HALF = 30_000_000


@pytest.fixture
def wanted(program: Dockswitch, mirror: Mirror, stock: Stock) -> Engine:
    """A release to be fetched while another engine runs."""
    old, new = mirror.engines[:2]
    stock.hand_out(program.root, old)
    program.run("use", old.version).ended(0)
    return new


def test_a_cut_connection_is_resumed(
    program: Dockswitch, wanted: Engine, mirror_server: MirrorServer
) -> None:
    mirror_server.faults = _first(wanted, Fault(cut_after=_HALF))
    program.run("use", wanted.version).ended(0)
    fetched = [path for path in mirror_server.requests if path.endswith(wanted.name)]
    assert len(fetched) == 2
    whole.is_whole(program, wanted.version)


@pytest.mark.parametrize(
    ("fault", "code", "said"),
    [
        (Fault(cut_after=1000), 17, "cut"),
        (Fault(length=_HALF), 12, "damaged"),
        (Fault(length=1_000_000_000), 17, ""),
        (Fault(page="<html>please log in</html>"), 17, "page"),
        (Fault(status=404), 11, "404"),
        (Fault(status=503), 17, "503"),
        (Fault(status=403), 17, ".netrc"),
        (Fault(endless=True), 12, "follows behind its last file"),
        (Fault(redirect="file:///etc/passwd"), 17, "file"),
    ],
    ids=["cut", "short", "long", "page", "404", "503", "403", "endless", "redirect"],
)
def test_a_broken_fetch_leaves_all_as_it_was(
    program: Dockswitch,
    mirror: Mirror,
    wanted: Engine,
    mirror_server: MirrorServer,
    fault: Fault,
    code: int,
    said: str,
) -> None:
    running = below.dockerds(program.root)
    mirror_server.faults = lambda path: fault if path.endswith(".tgz") else None
    error = program.run("use", wanted.version).ended(code).error
    assert wanted.name in error
    assert said in error
    assert not below.unfinished(program.root)
    assert below.dockerds(program.root) == running
    assert below.answering(program.root) == mirror.engines[0].version
    installed = program.run("list").ended(0).plain["installed"]
    assert [each["version"] for each in installed] == [mirror.engines[0].version]


def test_an_archive_that_changed_behind_its_listing_is_fetched_whole(
    program: Dockswitch, mirror: Mirror, wanted: Engine
) -> None:
    folder = program.root / "changing/linux/static/stable" / mirror.arch
    folder.mkdir(parents=True)
    place = folder / wanted.name
    shutil.copyfile(mirror.folder(wanted.channels[0]) / wanted.name, place)
    os.utime(place, (1, 1))
    with serve(program.root / "changing") as server:

        def change(path: str) -> Fault | None:
            if path.endswith(".tgz") and place.stat().st_mtime == 1:
                os.utime(place)  # as another file: its tag is made of its time
                return Fault(cut_after=_HALF)
            return None

        server.faults = change
        here = Dockswitch(program.root, server.url)
        said = here.run("use", "stable", wanted.version).ended(0).plain
    assert said["artifacts"][0]["sha256"] == wanted.sha256
    whole.is_whole(program, wanted.version)


def test_an_archive_that_is_gone_behind_its_listing_is_told(
    program: Dockswitch, mirror: Mirror, wanted: Engine
) -> None:
    running = below.dockerds(program.root)
    folder = program.root / "changing/linux/static/stable" / mirror.arch
    folder.mkdir(parents=True)
    (folder / wanted.name).touch()
    with serve(program.root / "changing") as server:

        def remove(path: str) -> Fault | None:
            if path.endswith(".tgz"):
                (folder / wanted.name).unlink(missing_ok=True)
            return None

        server.faults = remove
        here = Dockswitch(program.root, server.url)
        error = here.run("use", "stable", wanted.version).ended(11).error
    assert wanted.name in error
    assert below.dockerds(program.root) == running
    assert not below.unfinished(program.root)


def test_other_bytes_under_a_name_seen_before_are_refused(
    program: Dockswitch, mirror: Mirror
) -> None:
    seen, other = mirror.engines[0], mirror.engines[1]
    program.run("install", seen.version).ended(0)
    program.run("uninstall", seen.version).ended(0)
    folder = program.root / "forged/linux/static/stable" / mirror.arch
    folder.mkdir(parents=True)
    os.link(mirror.folder(other.channels[0]) / other.name, folder / seen.name)
    with serve(program.root / "forged") as server:
        forged = Dockswitch(program.root, server.url)
        error = forged.run("install", seen.version).ended(12).error
        for part in (f"--accept-digest {other.sha256}", seen.sha256, "seen before"):
            assert part in error
        assert not below.unfinished(program.root)
        assert forged.run("list").ended(0).plain["installed"] == []
        accepted = ["--accept-digest", other.sha256]
        said = forged.run("install", seen.version, *accepted).ended(0).plain
        assert said["sha256"] == other.sha256


def test_too_little_trust_is_refused_before_anything_is_fetched(
    program: Dockswitch, wanted: Engine, mirror_server: MirrorServer
) -> None:
    error = program.run("use", wanted.version, "--verify", "recorded").ended(12).error
    assert "tls" in error
    assert not [path for path in mirror_server.requests if path.endswith(".tgz")]


def test_without_a_server_what_is_kept_still_works(
    program: Dockswitch, mirror: Mirror, mirror_server: MirrorServer, stock: Stock
) -> None:
    old, new = mirror.engines[:2]
    stock.hand_out(program.root, old)
    channel = new.channels[-1]
    program.run("list-remote", channel).ended(0)
    closed = Dockswitch(program.root, "http://127.0.0.1:9")
    assert "--offline" in closed.run("use", channel).ended(17).error
    mirror_server.requests.clear()
    offline = program.run("list-remote", channel, "--offline").ended(0).plain["releases"]
    assert new.version in [each["version"] for each in offline]
    program.run("use", old.version, "--offline").ended(0)
    assert "never fetched" in program.run("use", new.version, "--offline").ended(17).error
    assert mirror_server.requests == []
    whole.is_whole(program, old.version)


def test_a_full_disk_is_named_and_loses_nothing(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    old, new = mirror.engines[:2]
    state = program.root / below.STATE
    state.mkdir(parents=True)
    used = sum(path.stat().st_size for path in stock.folder(old).iterdir())
    _mount_tmpfs(state, used + 60_000_000)
    program.run("use", old.version).ended(0)
    running = below.dockerds(program.root)
    error = program.run("use", new.version).ended(1).error
    assert "no space" in error
    assert "prune" in error
    assert below.dockerds(program.root) == running
    whole.is_whole(program, old.version)


def _mount_tmpfs(folder: Path, size: int) -> None:
    """In this process's own mount namespace; the sweep of the root unmounts it."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)


def _first(engine: Engine, fault: Fault) -> Callable[[str], Fault | None]:
    """The first request of that tarball meets the fault, no other."""
    faults = [fault]
    return lambda path: faults.pop() if path.endswith(engine.name) and faults else None


def test_a_slow_listing_is_waited_for(
    program: Dockswitch, mirror: Mirror, mirror_server: MirrorServer
) -> None:
    mirror_server.faults = lambda path: Fault(wait=1.5)
    began = time.monotonic()
    releases = program.run("list-remote").ended(0).plain["releases"]
    assert {each["channel"] for each in releases} == {"stable", "test", "edge"}
    assert time.monotonic() - began < 4  # all three at once
