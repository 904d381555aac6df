"""Programs that are not cut short, whatever happens to who runs them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dockswitch.system import locks, uninterrupted
from dockswitch.system.commands import NOT_ALLOWED, NOT_FOUND

_MAKER = """\
import sys
from dockswitch.system import uninterrupted
uninterrupted.run(["sh", "-c", sys.argv[1]], log=sys.argv[2], env={}, folder="/",
                  meanwhile=lambda: None)
print("seen through")
"""


def run(script: str, log: Path, **more: str) -> tuple[int, str]:
    ran = uninterrupted.run(
        ["sh", "-c", script], log=str(log), env=more, folder="/", meanwhile=lambda: None
    )
    return ran.code, ran.out


def test_what_it_says_is_told_and_stands_in_the_log_behind_what_was_there(tmp_path: Path) -> None:
    log = tmp_path / "log/apt.log"
    assert run("echo first", log) == (0, "first\n")
    assert run("echo $MORE; echo wrong >&2; exit 3", log, MORE="second") == (3, "second\nwrong\n")
    assert log.read_text() == "first\nsecond\nwrong\n"


def test_it_has_no_input_and_a_session_of_its_own(tmp_path: Path) -> None:
    script = "cat; ps -o sid= -p $$ | tr -d ' '; echo $$; pwd; echo $LC_ALL"
    code, said = run(script, tmp_path / "log")
    session, pid, folder, language = said.split()
    assert (code, folder, language) == (0, "/", "C.UTF-8")
    assert session == pid


def test_one_that_cannot_be_run_says_so(tmp_path: Path) -> None:
    log = str(tmp_path / "log")
    denied = tmp_path / "denied"
    denied.touch()
    for argv, code in ((["/no/such"], NOT_FOUND), ([str(denied)], NOT_ALLOWED)):
        ran = uninterrupted.run(argv, log=log, env={}, folder="/", meanwhile=lambda: None)
        assert ran.code == code
        assert ran.err.startswith(argv[0])


def test_meanwhile_is_called_until_it_ends(tmp_path: Path) -> None:
    go, called = tmp_path / "go", 0

    def meanwhile() -> None:
        nonlocal called
        called += 1
        if called == 3:
            go.touch()

    script = f"until test -e {go}; do sleep 0.01; done"
    argv = ["sh", "-c", script]
    log = str(tmp_path / "log")
    ran = uninterrupted.run(argv, log=log, env={}, folder="/", meanwhile=meanwhile)
    assert ran.code == 0
    assert called >= 3


def test_it_goes_on_when_its_maker_is_killed(tmp_path: Path) -> None:
    log, go = tmp_path / "log", tmp_path / "go"
    with _made(f"echo begun; {_until(go)}; echo to its end", log) as maker:
        assert soon(lambda: log.exists() and log.read_text() == "begun\n")
        maker.kill()
        maker.wait()
        assert locks.holder(str(log)) == 0
        go.touch()
        assert soon(lambda: log.read_text() == "begun\nto its end\n")
        assert soon(lambda: locks.holder(str(log)) is None)


def test_it_is_waited_for_when_its_maker_is_interrupted(tmp_path: Path) -> None:
    log, go = tmp_path / "log", tmp_path / "go"
    with _made(f"echo begun; {_until(go)}; echo to its end", log) as maker:
        assert soon(lambda: log.exists() and log.read_text() == "begun\n")
        for _ in range(300):
            maker.send_signal(signal.SIGINT)
            time.sleep(0.001)
        assert maker.poll() is None
        go.touch()
        out, err = maker.communicate(timeout=10)
    assert log.read_text() == "begun\nto its end\n"
    assert b"seen through" not in out
    assert b"KeyboardInterrupt" in err


def test_it_is_waited_for_when_what_is_done_meanwhile_fails(tmp_path: Path) -> None:
    def fails() -> None:
        raise ValueError

    log = tmp_path / "log"
    argv = ["sh", "-c", "sleep 0.3; echo to its end"]
    with pytest.raises(ValueError):
        uninterrupted.run(argv, log=str(log), env={}, folder="/", meanwhile=fails)
    assert log.read_text() == "to its end\n"


def test_a_terminal_that_is_closed_does_not_reach_it(tmp_path: Path) -> None:
    log, go = tmp_path / "log", tmp_path / "go"
    with _made(f"echo begun; {_until(go)}; echo to its end", log) as maker:
        assert soon(lambda: log.exists() and log.read_text() == "begun\n")
        os.killpg(maker.pid, signal.SIGHUP)
        time.sleep(0.1)
        assert maker.poll() is None
        go.touch()
        # then it does what it would have done at once
        assert maker.wait(timeout=10) == -signal.SIGHUP
    assert log.read_text() == "begun\nto its end\n"


def _until(path: Path) -> str:
    """Waits for a file, and not for ever: nobody ends it."""
    return f"for _ in $(seq 500); do test -e {path} && break; sleep 0.02; done"


@contextmanager
def _made(script: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that sees a script through."""
    argv = [sys.executable, "-c", _MAKER, script, str(log)]
    with subprocess.Popen(
        argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as maker:
        try:
            yield maker
        finally:
            maker.kill()


def soon(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)
    return true()
