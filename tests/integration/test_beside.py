"""Engines beside a running one leave nothing: under load, and killed at any moment."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.integration.holdings import Mirror
from tests.integration.host import WORLD, Host, host, process_of
from tests.integration.host_traces import differences, settle, traces
from tests.integration.image import image_of
from tests.integration.moments import fractions
from tests.integration.needs import demand, why_no_host
from tests.integration.stock import Stock

# One worker has all of them: they share a host with an engine that runs.
pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("beside")]

#: DOCKSWITCH_LOAD_SECONDS=300 makes five minutes of it.
_LOAD = float(os.environ.get("DOCKSWITCH_LOAD_SECONDS", "20"))
#: Moments of each command that are tried; DOCKSWITCH_KILLS=50 makes that many.
_KILLS = int(os.environ.get("DOCKSWITCH_KILLS", "2"))

#: What each engine publishes, the host's own too: none knows of the others.
_PORT = "8080"
_ASKS = ("/bin/busybox", "wget", "-q", "-O", "-")


@pytest.fixture(scope="module")
def there(isolation: None, mirror: Mirror, stock: Stock) -> Iterator[Host]:
    """A host whose own engine runs, with two containers of its own."""
    demand(why_no_host())
    with host(mirror.root) as found:
        stock.hand_out(found.root, *mirror.engines)
        found.run("use", mirror.engines[1].version).ended(0)
        found.said("docker", "import", "-", "probe", given=image_of(Path("/bin/busybox")))
        found.said("docker", "network", "create", "own")
        serves = ("probe", "/busybox", "httpd", "-f", "-p", "80", "-h", "/etc")
        published = (f"--publish={_PORT}:80", "--restart=always", "--network=own")
        found.said("docker", "run", "--detach", "--init", "--name=web", *published, *serves)
        found.said("docker", "run", "--detach", "--init", "--name=idle", *serves)
        settle(found)
        yield found


def test_engines_under_load_beside_a_running_one_leave_everything_as_it_was(
    there: Host, mirror: Mirror
) -> None:
    names = {f"t{number}": engine.version for number, engine in enumerate(mirror.engines)}
    before = traces(there)
    with ThreadPoolExecutor(len(names)) as at_once:
        for said in at_once.map(lambda name: kept(there, name, names[name]), names):
            assert there.answering(said["host"]) == said["version"] == names[said["name"]]
    listed = there.run("list", "--trials").ended(0).plain["trials"]
    assert {each["name"]: each["version"] for each in listed} == names
    assert all(each["alive"] for each in listed)
    with asking(there) as asked:
        came = loaded(there, names)
    for name, said in came.items():
        print(name, said)
    print(f"own engine asked {asked.times} times; at most {asked.memory >> 20} MB in memory")
    for name, version in names.items():
        said = came[name]
        assert said["failures"] == [], said
        assert said["versions"] == f"{version} {version}"
        assert said["named"] == said["published"] == said["outside"] > 0
    assert asked.failures == []
    assert asked.times > 0
    with ThreadPoolExecutor(len(names)) as at_once:
        for done in at_once.map(lambda name: there.run("try", "--end", name), names):
            done.ended(0)
    assert there.run("list", "--trials").ended(0).plain["trials"] == []
    assert differences(before, traces(there)) == []


@pytest.mark.parametrize("kind", ["try", "keep", "end"])
def test_dockswitch_killed_at_any_moment_leaves_nothing_that_recover_does_not_clean(
    there: Host, mirror: Mirror, kind: str
) -> None:
    version = mirror.engines[0].version
    before = traces(there)
    keep = ("try", version, "--keep", "killed")
    words = {
        "try": ("try", version, "--with-image=probe", "--", "docker", "run", "probe", "/busybox"),
        "keep": keep,
        "end": ("try", "--end", "killed"),
    }[kind]
    if kind == "end":
        there.run(*keep).ended(0)
    took = seconds_of(there, *words)
    if kind == "keep":
        there.run("try", "--end", "killed").ended(0)
    for fraction in fractions(_KILLS):
        if kind == "end":
            there.run(*keep).ended(0)
        killed(there, fraction * took, *words)
        there.run("recover").ended(0)
        if is_kept(there, version):
            ended = there.run("try", "--end", "killed")
            # it may have answered, and given up meanwhile
            assert ended.code == 0 or "there is no trial 'killed'" in ended.error
            assert not is_kept(there, version)
        assert differences(before, traces(there)) == []


def test_a_kept_engine_whose_owner_is_killed_leaves_nothing_that_recover_does_not_clean(
    there: Host, mirror: Mirror
) -> None:
    before = traces(there)
    there.run("try", mirror.engines[0].version, "--keep", "owned").ended(0)
    owners = [pid for pid, said in there.processes().items() if "-m dockswitch" in said]
    assert owners
    there.said("kill", "-KILL", *map(str, owners))
    there.run("recover").ended(0)
    assert there.run("list", "--trials").ended(0).plain["trials"] == []
    assert differences(before, traces(there)) == []


def is_kept(there: Host, version: str) -> bool:
    """Whether it was kept before the kill, and so is whole.

    Whoever was to keep it is no child of the killed one, and gives up once nobody waits for it.
    """
    deadline = time.monotonic() + 60
    while left := there.run("list", "--trials").ended(0).plain["trials"]:
        (each,) = left
        assert (each["name"], each["alive"]) == ("killed", True)
        with suppress(OSError, http.client.HTTPException):
            return there.answering(each["host"]) == version
        assert time.monotonic() < deadline, left
        time.sleep(0.1)
    return False


def seconds_of(there: Host, *words: str) -> float:
    began = time.monotonic()
    there.run(*words).ended(0)
    return time.monotonic() - began


def kept(there: Host, name: str, version: str) -> dict[str, Any]:
    """What is said of one that is kept, with the image that a load is made of."""
    said = there.run("try", version, "--keep", name, "--with-image", "probe").ended(0).plain
    assert (said["name"], said["exit"]) == (name, None)
    return said


def loaded(there: Host, names: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """What came of a load on each of these trials at once, as `tests.integration.load` says it."""
    with serving(there) as url:
        load = (sys.executable, "-m", "tests.integration.load", str(_LOAD), _PORT, url)
        running = {
            name: subprocess.Popen(
                there.dockswitch("try", "--in", name, "--", *load),
                cwd=Path(__file__).parents[2],
                env=there.environment(),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for name in names
        }
        ended = {name: each.communicate(timeout=_LOAD + 200) for name, each in running.items()}
    for name, each in running.items():
        assert each.returncode == 0, (name, ended[name])
    return {name: json.loads(out) for name, (out, _) in ended.items()}


@dataclass
class Asked:
    """How often the host's own engine was asked by its published port, and the memory meanwhile."""

    times: int = 0
    memory: int = 0
    failures: list[str] = field(default_factory=list)


@contextmanager
def asking(there: Host) -> Iterator[Asked]:
    """Within it somebody asks what the host's own engine serves, again and again."""
    asked, over = Asked(), threading.Event()

    def ask() -> None:
        while not over.wait(0.5):
            try:
                there.said(*_ASKS, f"http://127.0.0.1:{_PORT}/hostname")
            except AssertionError as error:
                asked.failures.append(str(error))
            if asked.times % 10 == 0:
                asked.memory = max(asked.memory, there.memory())
            asked.times += 1

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield asked
    finally:
        over.set()
        thread.join()


@contextmanager
def serving(there: Host) -> Iterator[str]:
    """Within it the host serves a file, to whoever comes from anywhere: its address."""
    words = ("/bin/busybox", "httpd", "-f", "-p", f"{WORLD}:8000", "-h", "/etc")
    with subprocess.Popen(there.command(*words), cwd=there.root, text=True) as entering:
        try:
            yield f"http://{WORLD}:8000/passwd"
        finally:
            os.kill(process_of(entering), signal.SIGKILL)


def killed(there: Host, after: float, *words: str) -> None:
    """dockswitch is killed after so many seconds, if it was not done before."""
    with subprocess.Popen(
        there.dockswitch(*words),
        cwd=there.root,
        env=there.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as entering:
        with suppress(subprocess.TimeoutExpired):
            entering.wait(after)
            return
        os.kill(process_of(entering), signal.SIGKILL)
