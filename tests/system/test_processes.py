"""Real processes, run and started and ended."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dockswitch.system import processes
from dockswitch.system.processes import STARTS, CannotStart, end, run, start

# Found on PATH, and known by the file that it is.
SLEEP = os.path.realpath(shutil.which("sleep") or "/bin/sleep")


def sleeper() -> subprocess.Popen[bytes]:
    process = subprocess.Popen(["sleep", "60"])
    assert soon(lambda: not gone(process.pid))
    return process


def gone(pid: int) -> bool:
    return not processes.command_line(pid)


def soon(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 5
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)
    return true()


def test_a_program_says_both_its_outputs_and_its_code() -> None:
    done = run(["sh", "-c", "echo out; echo err >&2; exit 3"], timeout=10)
    assert (done.code, done.out, done.err) == (3, "out\n", "err\n")


def test_a_program_has_no_input() -> None:
    assert run(["cat"], timeout=10).code == 0


def test_a_program_speaks_english_and_gets_what_is_added_to_our_environment() -> None:
    said = run(["sh", "-c", "echo $LC_ALL $ADDED ${PATH:+path}"], timeout=10, env={"ADDED": "yes"})
    assert said.out == "C.UTF-8 yes path\n"


def test_output_that_is_no_text_is_read_all_the_same() -> None:
    assert run(["printf", r"\377x"], timeout=10).out == "\ufffdx"


def test_a_program_that_is_not_there_is_a_code_and_a_reason() -> None:
    done = run(["/nowhere/dockerd"], timeout=10)
    assert (done.code, done.err) == (127, "/nowhere/dockerd: not found")


def test_a_file_that_cannot_be_executed_is_a_code_and_a_reason(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("no program")
    done = run([str(tmp_path / "x")], timeout=10)
    assert (done.code, done.err) == (126, f"{tmp_path}/x: Permission denied")


def test_at_the_limit_the_whole_group_is_ended(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    began = time.monotonic()
    done = run(["sh", "-c", f"sleep 60 & echo $! > {pids}; sleep 60"], timeout=0.5)
    assert done.code == 124
    assert done.err == "sh: not done after 0.5 s, ended"
    assert time.monotonic() - began < 5
    assert soon(lambda: gone(int(pids.read_text())))


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
        assert soon(lambda: processes.command_line(pid) == (SLEEP, "60"))
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
        assert processes.command_line(pid) == (SLEEP, "60")
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
    assert processes.command_line(pid) == () or pid == 2
