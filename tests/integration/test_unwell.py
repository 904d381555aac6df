"""Engines that are not well: found out while the old engine serves, which is never stopped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from dockswitch.system import hosts
from tests.integration import below, whole
from tests.integration.holdings import Mirror
from tests.integration.image import image_of
from tests.integration.program import Dockswitch
from tests.integration.repack import publish
from tests.integration.server import MirrorServer, serve
from tests.integration.stock import Stock
from tests.integration.traces import proofs_there, traces
from tests.integration.whole import docker

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


@dataclass(frozen=True)
class Serving:
    """An engine with a container that runs, and all that is to be seen of both."""

    program: Dockswitch
    version: str
    container: str

    @classmethod
    def with_container(cls, program: Dockswitch, version: str) -> Serving:
        docker(program, "import", "-", "app", given=image_of(Path("/bin/sleep")))
        words = ["--detach", "--network", "none", "app", "/sleep", "900"]
        return cls(program, version, docker(program, "run", *words).strip())

    @property
    def pids(self) -> tuple[list[int], str]:
        """Those of the engine and of its container."""
        told = docker(self.program, "inspect", "--format", "{{.State.Pid}}", self.container)
        return below.dockerds(self.program.root), told.strip()

    @contextmanager
    def untouched(self) -> Iterator[None]:
        """Fail unless what happens within stops neither, and leaves nothing."""
        pids, seen = self.pids, traces(self.program.root)
        yield
        assert self.pids == pids
        assert traces(self.program.root) == seen
        newest = self.program.run("history").ended(0).plain["generations"][-1]
        assert newest["version"] == self.version


@pytest.fixture
def serving(program: Dockswitch, well: str) -> Serving:
    # the second run says all that an engine leaves in a root
    program.run("recover").ended(0)
    engine = Serving.with_container(program, well)
    folder = program.root / below.STATE / "log"
    (folder / "proof.log").touch()
    return engine


def _text_for(name: str, instead: str) -> dict[str, bytes]:
    return {name: instead.encode()}


def _cut(binaries: Path, name: str) -> dict[str, bytes]:
    return {name: (binaries / name).read_bytes()[:100_000]}


def _without_library(binaries: Path, name: str) -> dict[str, bytes]:
    """It wants a library that no machine has."""
    whole_one = (binaries / name).read_bytes()
    assert b"\0libc.so.6\0" in whole_one
    return {name: whole_one.replace(b"\0libc.so.6\0", b"\0libx.so.6\0")}


_SCRIPT = "#!/bin/sh\necho broken on purpose >&2\nexit 3\n"

#: What is wrong with an engine, and what is said of it.
_BROKEN: dict[str, tuple[Callable[[Path], dict[str, bytes]], str]] = {
    "runc fails": (lambda _: _text_for("runc", _SCRIPT), "it starts no container"),
    "runc wants a library": (lambda at: _without_library(at, "runc"), "exit status 127"),
    "dockerd wants a library": (lambda at: _without_library(at, "dockerd"), "libx.so.6"),
    "dockerd is cut": (lambda at: _cut(at, "dockerd"), ""),
    "dockerd fails": (lambda _: _text_for("dockerd", _SCRIPT), "broken on purpose"),
    "no containerd": (lambda _: _text_for("containerd", _SCRIPT), "containerd"),
}


@pytest.mark.parametrize("how", list(_BROKEN))
def test_an_engine_that_does_not_run_here_never_stops_the_old_one(
    program: Dockswitch,
    serving: Serving,
    mirror: Mirror,
    stock: Stock,
    published: MirrorServer,
    how: str,
) -> None:
    new = mirror.engines[1]
    breaks, reason = _BROKEN[how]
    binaries = stock.folder(new)
    publish(_channel(published), new.version, binaries, _on_disk(program, breaks(binaries)))
    Dockswitch(program.root, published.url).run("install", "stable", new.version).ended(0)
    with serving.untouched():
        error = _undone(program, published, new.version)
        assert f"{new.version} does not run here: {serving.version} was never stopped" in error
        assert reason in error


def test_a_dockerd_that_ends_at_once_is_told_in_its_own_words(
    program: Dockswitch, serving: Serving, published: MirrorServer
) -> None:
    # It knows none of our flags, says so, and ends.
    publish(_channel(published), "99.1.2", _small(program.root), {"dockerd": Path("/bin/sleep")})
    Dockswitch(program.root, published.url).run("install", "stable", "99.1.2").ended(0)
    with serving.untouched():
        error = _undone(program, published, "99.1.2")
        assert "unrecognized option '--config-file'" in error
        assert serving.version in error


def test_a_daemon_that_answers_another_version_is_refused(
    program: Dockswitch, serving: Serving, mirror: Mirror, published: MirrorServer
) -> None:
    new = mirror.engines[1]
    folder = _channel(published) / mirror.arch
    folder.mkdir(parents=True)
    tarball = mirror.folder(new.channels[0]) / new.name
    shutil.copyfile(tarball, folder / "docker-99.1.2.tgz")
    Dockswitch(program.root, published.url).run("install", "stable", "99.1.2").ended(0)
    with serving.untouched():
        error = _undone(program, published, "99.1.2")
        assert f"{new.version} answers where 99.1.2 is wanted" in error


def test_what_daemon_json_says_is_met_on_trial(
    program: Dockswitch, serving: Serving, mirror: Mirror, stock: Stock
) -> None:
    stock.hand_out(program.root, mirror.engines[1])
    config = program.root / "etc/docker/daemon.json"
    config.parent.mkdir(parents=True)
    config.write_text('{"seccomp-profile": "/no/such/profile.json"}')
    with serving.untouched():
        error = program.run("use", mirror.engines[1].version).ended(15).error
        assert "does not run here" in error
        assert "/no/such/profile.json" in error


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_proof_that_is_cut_short_leaves_nothing(
    program: Dockswitch, serving: Serving, mirror: Mirror, stock: Stock, number: signal.Signals
) -> None:
    new = mirror.engines[-1]
    stock.hand_out(program.root, new)
    with serving.untouched():
        for waits_for in (_proving, _answering):
            with program.started("use", new.version) as process:
                _until(lambda: waits_for(program.root), process)  # noqa: B023 -- ends within
                process.send_signal(number)
                assert process.wait(20) == (130 if number == signal.SIGINT else -number)
            # its maker's end is its own, whoever comes next
            _until(lambda: not proofs_there(program.root))
        assert program.run("recover").ended(0).plain["changed"] is False
    program.run("use", new.version).ended(0)
    whole.is_whole(program, new.version)


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


def test_an_engine_of_the_old_era_that_cannot_start_stops_nothing(
    program: Dockswitch, well: str, mirror: Mirror, stock: Stock
) -> None:
    stock.hand_out(program.root, mirror.relabelled)
    running = below.dockerds(program.root)
    if hosts.this().cgroup == 2:  # refused beforehand there
        program.run("use", mirror.relabelled.version).ended(18)
        assert below.dockerds(program.root) == running
        return
    error = program.run("use", mirror.relabelled.version).ended(15).error
    assert f"{well} was never stopped" in error
    assert below.dockerds(program.root) == running
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


def _on_disk(program: Dockswitch, changed: dict[str, bytes]) -> dict[str, str | Path]:
    """As files, for `publish` packs those."""
    folder = program.root / "changed"
    folder.mkdir()
    for name, content in changed.items():
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o755)
    return {name: folder / name for name in changed}


def _proving(root: Path) -> bool:
    return bool(proofs_there(root))


def _answering(root: Path) -> bool:
    return (root / "run/.proof/docker.sock").exists()


def _until(true: Callable[[], bool], process: subprocess.Popen[str] | None = None) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert process is None or process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)


def _channel(published: MirrorServer) -> Path:
    return published.folder / "linux/static/stable"


def _small(root: Path) -> Path:
    """Programs enough for an archive, and none of them large."""
    folder = root / "small"
    folder.mkdir()
    for name in ("docker-init", "docker"):
        (folder / name).write_text("#!/bin/sh\n")
    return folder
