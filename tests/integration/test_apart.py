"""What is started apart writes to nobody's places, and ends with its maker and all it started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dockswitch.model.errors import NoNamespaces
from dockswitch.system import apart, proc, processes
from dockswitch.system.processes import CannotStart

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("isolation")]

_ENV = {"PATH": os.environ["PATH"]}
_TELLS = """\
tail -n +3 /proc/net/dev | cut -d: -f1
touch /run/docker/x /run/containerd/x /etc/docker/x && echo written
wc -l < /etc/passwd; echo process $$
sleep 300 & wait
"""


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def sleeping(within: int) -> list[int]:
    """The processes of that process's namespace."""
    space = os.readlink(f"/proc/{within}/ns/pid")
    pids = [name for name in os.listdir("/proc") if name.isdigit()]
    return [int(name) for name in pids if _space(name) == space]


def _space(pid: str) -> str:
    try:
        return os.readlink(f"/proc/{pid}/ns/pid")
    except OSError:
        return ""


def test_it_writes_to_places_of_its_own_and_sees_no_network(tmp_path: Path) -> None:
    log = tmp_path / "log"
    before = Path("/proc/self/mountinfo").read_text()
    pid = apart.start(["sh", "-c", _TELLS], log=str(log), env=_ENV)
    users = len(Path("/etc/passwd").read_text().splitlines())
    try:
        until(lambda: "process" in log.read_text())
        _, *said = log.read_text().splitlines()
        assert [line.strip() for line in said] == ["lo", "written", str(users), "process 1"]
        for place in ("/run/docker/x", "/run/containerd/x", "/etc/docker/x"):
            assert not os.path.exists(place)
        assert os.readlink(f"/proc/{pid}/ns/net") != os.readlink("/proc/self/ns/net")
        assert Path("/proc/self/mountinfo").read_text() == before
        assert os.readlink("/proc/self/ns/pid") == os.readlink("/proc/self/ns/pid_for_children")
    finally:
        processes.end(pid, wait=5, kill=True)


_TELLS_OF_NETWORK = """\
cat /etc/resolv.conf; grep -c lo: /proc/net/dev
touch /run/xtables.lock; stat -c %m /run/xtables.lock; ls /etc/docker | grep -c daemon.json
wc -l < /etc/passwd; sleep 300 & wait
"""


def test_with_a_resolver_its_loopback_is_up_and_the_lock_of_its_rules_is_its_own(
    tmp_path: Path,
) -> None:
    log, lock = tmp_path / "log", Path("/run/xtables.lock")
    there = lock.exists()
    resolver = b"nameserver 10.0.2.3\n"
    pid = apart.start(["sh", "-c", _TELLS_OF_NETWORK], log=str(log), env=_ENV, resolver=resolver)
    users = len(Path("/etc/passwd").read_text().splitlines())
    try:
        until(lambda: log.read_text().endswith(f"{users}\n"))
        _, *said = log.read_text().splitlines()
        assert said[0] == "nameserver 10.0.2.3"
        assert said[1:4] == ["1", "/run", "0"]
        flags = subprocess.run(
            ["nsenter", "-t", str(pid), "--net", "ip", "-o", "link", "show", "lo"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert "UP" in flags.stdout
        assert lock.exists() == there
        assert resolver not in Path("/etc/resolv.conf").read_bytes()
    finally:
        processes.end(pid, wait=5, kill=True)


def test_with_it_ends_all_that_it_started(tmp_path: Path) -> None:
    pid = apart.start(["sh", "-c", _TELLS], log=str(tmp_path / "log"), env=_ENV)
    until(lambda: len(sleeping(pid)) == 2)
    others = [each for each in sleeping(pid) if each != pid]
    assert processes.end(pid, wait=5, kill=True)
    assert all(proc.is_gone(each) for each in others)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_whoever_started_it(tmp_path: Path, number: signal.Signals) -> None:
    maker = (
        "import sys, time; from dockswitch.system import apart;"
        f"print(apart.start(['sleep', '300'], log={str(tmp_path / 'log')!r}, env={_ENV!r}),"
        " flush=True); time.sleep(300)"
    )
    with subprocess.Popen([sys.executable, "-c", maker], stdout=subprocess.PIPE, text=True) as made:
        assert made.stdout is not None
        pid = int(made.stdout.readline())
        assert not proc.is_gone(pid)
        made.send_signal(number)
        made.wait(10)
        until(lambda: proc.is_gone(pid))


def test_a_program_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotStart):
        apart.start([str(tmp_path / "nothing")], log=str(tmp_path / "log"), env=_ENV)


def test_where_root_may_make_no_namespaces_it_says_so(tmp_path: Path) -> None:
    words = f"apart.start(['true'], log={str(tmp_path / 'log')!r}, env={{}})"
    without = ["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin"]
    ran = subprocess.run(
        [*without, sys.executable, "-c", f"from dockswitch.system import apart; {words}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert NoNamespaces.__name__ in ran.stderr
