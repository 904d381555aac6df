"""Real processes, started and ended."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dockswitch.system import proc, processes
from dockswitch.system.processes import STARTS, CannotStart, end, start

# Found on PATH, and known by the file that it is.
SLEEP = os.path.realpath(shutil.which("sleep") or "/bin/sleep")


def sleeper() -> subprocess.Popen[bytes]:
    process = subprocess.Popen(["sleep", "60"])
    assert soon(lambda: not gone(process.pid))
    return process


def gone(pid: int) -> bool:
    return not proc.command_line(pid)


def soon(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 5
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)
    return true()


# Its own signals 32 and 33, which posix_spawn leaves ignored (so does make) and nobody can set.
_OF_GLIBC = 1 << 31 | 1 << 32


def test_a_started_process_has_nothing_of_ours_but_its_environment(tmp_path: Path) -> None:
    log = tmp_path / "log/dockerd.log"
    leak = os.dup2(0, 99)  # inheritable, as a shell may have left one
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    try:
        script = "env; umask; exec sleep 60"
        pid = start(["/bin/sh", "-c", script], log=str(log), env={"ONLY": "this"})
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
        signal.signal(signal.SIGHUP, before)
        os.close(leak)
    try:
        assert soon(lambda: proc.command_line(pid) == (SLEEP, "60"))
        said = log.read_text().split()
        assert "ONLY=this" in said
        assert not [word for word in said if word.startswith(("HOME=", "PATH="))]
        told = Path(f"/proc/{pid}/status").read_text().splitlines()
        assert "SigBlk:\t0000000000000000" in told
        ignored = next(int(line.split()[1], 16) for line in told if line.startswith("SigIgn"))
        assert ignored & ~_OF_GLIBC == 0
        assert os.readlink(f"/proc/{pid}/cwd") == "/"
        assert "0022" in said
        assert os.getsid(pid) == pid
        assert {int(fd) for fd in os.listdir(f"/proc/{pid}/fd")} == {0, 1, 2}
        assert os.readlink(f"/proc/{pid}/fd/0") == "/dev/null"
    finally:
        assert end(pid, wait=5, kill=True)


def test_a_started_process_outlives_us_even_when_we_are_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from dockswitch.system.processes import start;"
        f"print(start(['sleep', '60'], log={str(tmp_path / 'log')!r}, env={{}}), flush=True);"
        "time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as us:
        assert us.stdout
        pid = int(us.stdout.readline())
        us.kill()
    try:
        assert proc.command_line(pid) == (SLEEP, "60")
    finally:
        assert end(pid, wait=5)


def test_each_start_is_marked_in_the_log_and_appends_to_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    start(["/bin/echo", "one"], log=str(log), env={})
    first = f"{STARTS}/bin/echo\none\n"
    assert soon(lambda: log.read_text() == first)
    start(["/bin/echo", "two"], log=str(log), env={})
    assert soon(lambda: log.read_text() == f"{first}{STARTS}/bin/echo\ntwo\n")


def test_a_long_log_is_put_aside(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"x" * (11 << 20))
    end(start(["/bin/echo"], log=str(log), env={}), wait=5)
    assert log.stat().st_size < 1000
    assert (tmp_path / "log.1").stat().st_size == 11 << 20


def test_what_cannot_be_started_says_why(tmp_path: Path) -> None:
    with pytest.raises(CannotStart) as raised:
        start(["/nowhere/dockerd"], log=str(tmp_path / "log"), env={})
    assert raised.value.message == "/nowhere/dockerd cannot be started"
    assert raised.value.details == "No such file or directory"


ENDS = pytest.mark.parametrize(
    "end",
    [end, lambda pid, *, wait, argv=None: processes._end_by_pid(pid, signal.SIGTERM, wait, argv)],
    ids=["by pidfd", "on an old kernel"],
)


@ENDS
def test_a_process_is_ended_and_reaped(end: Callable[..., bool]) -> None:
    process = sleeper()
    assert end(process.pid, wait=5)
    assert not os.path.exists(f"/proc/{process.pid}")
    process.wait()


@ENDS
def test_a_zombie_counts_as_gone(end: Callable[..., bool]) -> None:
    process = sleeper()
    process.kill()
    assert soon(lambda: gone(process.pid))
    assert end(process.pid, wait=5, argv=["sleep", "60"])
    assert not os.path.exists(f"/proc/{process.pid}")
    process.wait()


@ENDS
def test_a_pid_that_is_another_process_by_now_is_left_alone(end: Callable[..., bool]) -> None:
    with sleeper() as process:
        assert end(process.pid, wait=0.1, argv=["dockerd", "60"])
        assert process.poll() is None
        process.kill()


@ENDS
def test_a_pid_that_nobody_has_is_gone(end: Callable[..., bool]) -> None:
    with subprocess.Popen(["true"]) as process:
        pass
    assert end(process.pid, wait=0)


@ENDS
def test_one_that_does_not_listen_is_told_so_and_can_be_killed(end: Callable[..., bool]) -> None:
    deaf = ["sh", "-c", "trap '' TERM; echo; while :; do sleep 0.05; done"]
    with subprocess.Popen(deaf, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        try:
            assert not end(process.pid, wait=0.2)
            assert processes.end(process.pid, wait=5, kill=True, argv=deaf)
        finally:
            process.kill()


@pytest.mark.parametrize("pid", [2, 1 << 30], ids=["a kernel thread", "nobody"])
def test_some_pids_have_no_command_line(pid: int) -> None:
    assert proc.command_line(pid) == () or pid == 2
