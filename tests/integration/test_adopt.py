"""An engine that a person unpacked and started by hand: adopted, left, and gone back to."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration import below, whole
from tests.integration.holdings import Mirror
from tests.integration.image import image_of
from tests.integration.program import Dockswitch
from tests.integration.stock import Stock

pytestmark = pytest.mark.engine

#: seconds; it answers after a few tenths
_READY_LIMIT = 60

#: How many runs are killed, at a moment each of their own.
_KILLS = 6


@dataclass(frozen=True)
class ByHand:
    """What `cd FOLDER; PATH=FOLDER:$PATH dockerd …` runs, with a container that is to stay."""

    program: Dockswitch
    folder: Path
    version: str

    @property
    def root(self) -> Path:
        return self.program.root

    def start(self) -> None:
        root = self.root
        words = [
            *("dockerd", "--config-file", str(root / "its.json"), "--pidfile=its.pid"),
            *("-H", f"unix://{root}/run/docker.sock", "--exec-root", f"{root}/run/docker"),
            *("--data-root", f"{root}/var/lib/docker", "--init-path", f"{self.folder}/docker-init"),
            *("--bridge=none", "--iptables=false", "--ip6tables=false"),
        ]
        with (root / "its.log").open("ab") as log:
            subprocess.Popen(
                words,
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                executable=self.folder / "dockerd",
            )
        deadline = time.monotonic() + _READY_LIMIT
        while True:
            with suppress(OSError):
                assert below.answering(root) == self.version
                return
            assert time.monotonic() < deadline, (root / "its.log").read_text()[-2000:]
            time.sleep(0.05)

    def docker(self, *words: str, given: bytes = b"") -> str:
        ran = subprocess.run(
            [self.folder / "docker", *words],
            env={**self._environment(), "DOCKER_HOST": f"unix://{self.root}/run/docker.sock"},
            input=given,
            capture_output=True,
            check=True,
            timeout=60,
        )
        return ran.stdout.decode().strip()

    def runs_as_it_did(self) -> None:
        """Fail unless it answers, with the command line, the PATH and the folder that it had."""
        assert below.answering(self.root) == self.version
        (pid,) = below.dockerds(self.root)
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        # by its bare name at first, afterwards by the path that this was found at
        assert Path(words[0].decode()).name == "dockerd"
        assert words[-2] == b"--ip6tables=false"
        environment = Path(f"/proc/{pid}/environ").read_text().split("\0")
        assert f"PATH={self._environment()['PATH']}" in environment
        assert Path(os.readlink(f"/proc/{pid}/cwd")) == self.folder
        assert Path(os.readlink(f"/proc/{pid}/exe")) == self.folder / "dockerd"
        assert not below.links(self.root)
        assert not below.unfinished(self.root)

    def _environment(self) -> dict[str, str]:
        path = f"{self.folder}:/usr/sbin:/usr/bin:/sbin:/bin"
        return {"PATH": path, "HOME": str(self.root)}


@pytest.fixture
def theirs(program: Dockswitch, mirror: Mirror, stock: Stock) -> ByHand:
    old, new = mirror.engines[:2]
    folder = program.root / "opt/docker"
    shutil.copytree(stock.folder(old), folder, copy_function=os.link)
    for place in ("run", "home"):
        (program.root / place).mkdir()
    (program.root / "its.json").write_text("{}")
    stock.hand_out(program.root, new)
    found = ByHand(program, folder, old.version)
    found.start()
    return found


@pytest.fixture
def kept(theirs: ByHand) -> str:
    """A container that comes back whenever an engine does."""
    theirs.docker("import", "-", "app", given=image_of(Path("/bin/sleep")))
    words = ["--detach", "--restart=always", "--network=none", "--name=kept", "--stop-signal=KILL"]
    return theirs.docker("run", *words, "app", "/sleep", "1000")


def running(root: Path) -> list[str]:
    """The containers that run, by the engine that answers; given a moment to start them."""
    deadline = time.monotonic() + 10
    while not (found := below.asked(root / below.SOCKET, "/containers/json")):
        if time.monotonic() > deadline:
            break
        time.sleep(0.1)
    return [str(each["Id"]) for each in found]


def test_it_is_adopted_left_and_gone_back_to_with_its_containers(
    program: Dockswitch, mirror: Mirror, theirs: ByHand, kept: str
) -> None:
    old, new = mirror.engines[:2]
    error = program.run("use", new.version).ended(1).error
    assert f"the engine unpacked at {theirs.folder}/dockerd" in error
    assert "`dockswitch adopt` takes it over" in error
    (pid,) = below.dockerds(program.root)
    would = program.run("adopt", "--dry-run").ended(0).plain
    assert not (program.root / below.STATE / "journal").exists()
    found = program.run("adopt").ended(0).plain
    assert found["neighbour"] == would["neighbour"]
    assert (found["changed"], found["generation"]) == (True, 0)
    assert found["neighbour"]["kind"] == "unpacked"
    assert found["neighbour"]["version"] == old.version
    assert program.run("adopt").ended(0).plain["changed"] is False
    assert below.dockerds(program.root) == [pid]
    status = program.run("status", "--exit-code").ended(0).plain
    assert (status["installed"], status["running"]) == (None, old.version)

    used = program.run("use", new.version).ended(0).plain
    assert (used["from"], used["to"], used["restarted"]) == (old.version, new.version, True)
    assert running(program.root) == [kept]
    whole.agrees(program, new.version)
    back = program.run("use", "system").ended(0).plain
    assert (back["from"], back["to"], back["backend"]) == (new.version, old.version, "static")
    assert back["neighbour"]["kind"] == "unpacked"
    assert running(program.root) == [kept]
    theirs.runs_as_it_did()
    program.run("rollback").ended(0)
    assert running(program.root) == [kept]
    assert below.answering(program.root) == new.version
    told = program.told("history").ended(0).out.splitlines()
    assert [line.split()[0] for line in told] == ["0", "1", "2", "3"]
    assert f"{old.version} (unpacked)" in told[0]


def test_an_engine_that_does_not_start_never_costs_it_a_stop(
    program: Dockswitch, mirror: Mirror, theirs: ByHand, kept: str
) -> None:
    new = mirror.engines[1]
    program.run("adopt").ended(0)
    (dockerd,) = (program.root / below.STATE / "versions").glob(f"{new.version}-*/dockerd")
    dockerd.unlink()
    shutil.copy("/bin/sleep", dockerd)
    pids = below.dockerds(program.root)
    assert "was never stopped" in program.run("use", new.version).ended(15).error
    assert below.dockerds(program.root) == pids
    assert running(program.root) == [kept]
    theirs.runs_as_it_did()
    program.run("status", "--exit-code").ended(0)


def test_a_switch_killed_at_any_moment_leaves_one_of_the_two_with_the_container(
    program: Dockswitch, mirror: Mirror, theirs: ByHand, kept: str
) -> None:
    new = mirror.engines[1].version
    program.run("adopt").ended(0)
    seed = int(os.environ.get("DOCKSWITCH_TEST_SEED") or time.time_ns() % 1_000_000)
    print(f"DOCKSWITCH_TEST_SEED={seed}")
    dice = random.Random(seed)
    for part in range(_KILLS):
        wanted = "system" if program.run("current").code == 0 else new
        after = (part + dice.random()) / _KILLS * 2.5
        print(f"use {wanted} killed after {after:.2f} s")
        with program.started("use", wanted) as process, suppress(subprocess.TimeoutExpired):
            process.wait(after)
        program.run("recover").ended(0)
        assert running(program.root) == [kept]
        if program.run("current").code == 0:
            assert below.answering(program.root) == new
            whole.agrees(program, new)
        else:
            theirs.runs_as_it_did()


def test_one_that_ended_by_itself_is_told(program: Dockswitch, theirs: ByHand) -> None:
    program.run("adopt").ended(0)
    (pid,) = below.dockerds(program.root)
    os.kill(pid, signal.SIGTERM)
    while below.dockerds(program.root):
        time.sleep(0.05)
    drift = program.run("status", "--exit-code").ended(10).plain["drift"]
    assert "does not answer" in " ".join(drift)
    # What is meant by `system` is brought back all the same.
    program.run("use", "system").ended(0)
    theirs.runs_as_it_did()
