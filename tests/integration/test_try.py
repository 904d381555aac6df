"""Real engines on trial beside one that runs: their networks, their owners, and no trace left."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.integration import below
from tests.integration.dice import dice
from tests.integration.holdings import Mirror
from tests.integration.needs import demand
from tests.integration.program import Dockswitch, finish
from tests.integration.stock import Stock
from tests.integration.terminal import talk
from tests.integration.tried import BUSYBOX, IMAGE, asks, elsewhere, everything, image, serves

pytestmark = pytest.mark.engine

_NEEDED = ("busybox", "slirp4netns", "iptables", "ip")


@pytest.fixture
def tools(program: Dockswitch) -> None:
    missing = [name for name in _NEEDED if shutil.which(name) is None]
    demand(f"this machine has no {', '.join(missing)}" if missing else None)


@pytest.fixture
def stocked(program: Dockswitch, mirror: Mirror, stock: Stock, tools: None) -> Dockswitch:
    """The oldest engine is here, and the newest."""
    stock.hand_out(program.root, mirror.engines[0], mirror.engines[-1])
    (program.root / below.STATE / "log").mkdir()
    return program


@pytest.fixture
def running(stocked: Dockswitch, mirror: Mirror) -> Dockswitch:
    """The oldest is in use, too."""
    stocked.run("use", mirror.engines[0].version).ended(0)
    return stocked


def test_two_at_once_publish_the_same_port_and_leave_no_trace(
    running: Dockswitch, mirror: Mirror
) -> None:
    old, new = mirror.engines[0].version, mirror.engines[-1].version
    before = everything(running.root, "a", "b")
    for name, version in {"a": old, "b": new}.items():
        said = running.run("try", version, "--keep", name).ended(0).plain
        assert (said["name"], said["version"]) == (name, version)
        assert said["exit"] is None
    assert below.answering(running.root) == old
    for name in "ab":
        script = [
            "set -e",
            image(running.root),
            serves("web", f"from-{name}", "-p", "8080:80"),
            asks("http://127.0.0.1:8080/"),
            "docker network create n >/dev/null",
            serves("db", f"db-of-{name}", "--network", "n"),
            f"docker run --rm --network n {IMAGE} {BUSYBOX} wget -q -O - http://db/",
            "cat /etc/resolv.conf",
        ]
        inside = running.told("try", "--in", name, "--", "sh", "-c", "\n".join(script))
        lines = inside.ended(0).out.split()
        assert lines == [f"from-{name}", f"db-of-{name}", "nameserver", "10.0.2.3"]
    listed = running.run("list", "--trials").ended(0).plain["trials"]
    assert [(each["name"], each["alive"]) for each in listed] == [("a", True), ("b", True)]
    assert everything(running.root, "a")["groups"]
    assert everything(running.root, "b")["groups"]
    assert _contexts(running.root) == 2
    assert "on trial as b" in running.run("uninstall", new).ended(1).error
    running.run("recover").ended(0)  # which spares them
    for name in "ab":
        running.run("try", "--end", name).ended(0)
    assert everything(running.root, "a", "b") == before
    assert below.answering(running.root) == old


def test_its_containers_reach_what_the_machine_reaches(stocked: Dockswitch, mirror: Mirror) -> None:
    new = mirror.engines[-1].version
    with elsewhere("192.0.2.2", "192.0.2.1") as there:
        page = stocked.root / "page"
        page.mkdir()
        (page / "index.html").write_text("outside\n")
        server = subprocess.Popen(
            ["nsenter", "-t", str(there), "--net", "busybox", "httpd", "-f", "-p", "80", "-h", page]
        )
        try:
            within = f"docker run --rm {IMAGE} {BUSYBOX} wget -q -O - http://192.0.2.2/"
            script = "\n".join([image(stocked.root), asks("http://192.0.2.2/"), within])
            said = stocked.told("try", new, "--", "sh", "-c", script).ended(0)
            assert said.out == "outside\noutside\n"
        finally:
            server.kill()
            server.wait()


def test_it_gets_an_image_of_the_engine_that_runs(running: Dockswitch, mirror: Mirror) -> None:
    new = mirror.engines[-1].version
    script = image(running.root).replace("docker", f"{running.root}/usr/local/bin/docker", 1)
    env = {**os.environ, "DOCKER_HOST": f"unix://{running.root}/run/docker.sock"}
    subprocess.run(["sh", "-c", script], env=env, check=True, timeout=60)
    runs = ("--", "docker", "run", "--rm", IMAGE, BUSYBOX, "echo", "brought")
    assert running.told("try", new, "--with-image", IMAGE, *runs).ended(0).out == "brought\n"
    error = running.run("try", new, "--with-image", "no/such:1", *runs).ended(125).error
    assert "the engine here has no image no/such:1" in error
    assert "`docker pull no/such:1`" in error


def test_one_whose_time_is_up_ends_by_itself(stocked: Dockswitch, mirror: Mirror) -> None:
    new = mirror.engines[-1].version
    before = everything(stocked.root, "short")
    said = stocked.run("try", new, "--keep", "short", "--for-hours", "0.001").ended(0).plain
    assert said["context"] == "dockswitch-short"
    assert said["until"]
    deadline = time.monotonic() + 60
    while stocked.run("list", "--trials").ended(0).plain["trials"]:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    _settled(stocked.root, before, "short")
    assert _contexts(stocked.root) == 0


def test_killed_at_any_moment_recovering_leaves_no_trace(
    stocked: Dockswitch, mirror: Mirror
) -> None:
    new, roll = mirror.engines[-1].version, dice()
    before = everything(stocked.root, "k", "t1")
    for kept in (False, True, False, True):
        words = ("--keep", "k") if kept else ("--", "sleep", "60")
        with stocked.started("try", new, *words) as process:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.2 + roll.random() * 1.5)
            process.kill()
            process.communicate()
        owner = _owner(stocked.root, "k")
        if owner:
            os.kill(owner, signal.SIGKILL)
        time.sleep(0.1)
        stocked.run("recover").ended(0)
        _settled(stocked.root, before, "k", "t1")


def test_interrupted_while_it_begins_it_is_gone(stocked: Dockswitch, mirror: Mirror) -> None:
    new = mirror.engines[-1].version
    (folder,) = (stocked.root / below.STATE / "versions").glob(f"{new}-*")
    (folder / "dockerd").unlink()  # a link to what other tests have too
    (folder / "dockerd").write_text("#!/bin/sh\nexec sleep 60\n")
    (folder / "dockerd").chmod(0o755)
    before = everything(stocked.root, "t1")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with stocked.started("try", new, "--", "true") as process:
            deadline = time.monotonic() + 60
            while not (stocked.root / below.STATE / "trials/t1/trial.json").exists():
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < deadline
                time.sleep(0.01)
            process.send_signal(number)
            said = finish(process).ended(130)
        assert said.plain["error"]["code"] == "interrupted"
        assert "Traceback" not in said.err
        (stocked.root / below.STATE / "log/trial-t1.log").unlink(missing_ok=True)
        assert everything(stocked.root, "t1") == before


def test_a_shell_on_a_terminal_is_in_it(stocked: Dockswitch, mirror: Mirror) -> None:
    new = mirror.engines[-1].version
    argv = stocked._argv(["try", new])
    env = [
        f"{name}={value}" for name, value in {**stocked.environment(), "SHELL": "/bin/sh"}.items()
    ]
    typed = "docker version --format 'it is {{.Server.Version}}.'; exit 5\n"
    code, shown = talk(["env", "-i", *env, *argv], [("`exit` leaves it", typed)])
    assert f"it is {new}." in shown
    assert code == 5


def test_where_namespaces_are_refused_it_says_so(stocked: Dockswitch, mirror: Mirror) -> None:
    argv = stocked._argv(["--json", "try", mirror.engines[-1].version, "--", "true"])
    without = ["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin"]
    ran = subprocess.run(
        [*without, *argv], env=stocked.environment(), capture_output=True, text=True, check=False
    )
    assert ran.returncode == 125
    error = json.loads(ran.stdout)["error"]
    assert error["message"] == "nothing can be started apart from this machine"
    assert error["hint"]


def _contexts(root: Path) -> int:
    """How many a docker client has below that root."""
    return len(list((root / "usr/local/lib/docker/contexts/meta").iterdir()))


def _owner(root: Path, name: str) -> int:
    try:
        record = json.loads((root / below.STATE / f"trials/{name}/trial.json").read_bytes())
    except (OSError, ValueError):
        return 0
    return int(record["owner"])


def _settled(root: Path, before: dict[str, object], *names: str) -> None:
    """The kernel takes its time to reap what was killed."""
    deadline = time.monotonic() + 10
    while everything(root, *names) != before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert everything(root, *names) == before
