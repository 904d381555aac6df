"""The one door to processes: run one that only looks, start one that stays, end one for good."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType

from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import Finished, Program

# As shells and timeout(1) say it.
NOT_FOUND, NOT_ALLOWED, TOO_LONG = 127, 126, 124

# Stands in the log before the lines of each daemon that is started.
STARTS = "--- dockswitch starts "

# A process that ends has no command line any more, and may still hold what its successor needs: it
# is waited for, and not signalled.
_ENDING: tuple[str, ...] = ()

_PIECE = 64 << 10  # bytes of /proc read at once
_LONGEST_LOG = 10 << 20  # bytes; dockerd never turns its log itself


class CannotStart(DockswitchError):
    def __init__(self, program: str, why: str) -> None:
        super().__init__(
            f"{program} cannot be started",
            details=why,
            hint="`dockswitch uninstall` and `dockswitch install` fetch its version anew",
        )


def run(argv: Sequence[str], *, timeout: float, env: Mapping[str, str] | None = None) -> Finished:
    """What a program says that ends within `timeout` seconds; `env` is added to our own.

    It has no input, and messages in English. Where it cannot be run or takes too long, the code is
    the shell's (127, 126, 124) and `err` says why; the whole process group is gone then.
    """
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **(env or {}), "LC_ALL": "C.UTF-8"},
            start_new_session=True,
        )
    except FileNotFoundError:
        return Finished(NOT_FOUND, "", f"{argv[0]}: not found")
    except OSError as error:
        return Finished(NOT_ALLOWED, "", f"{argv[0]}: {error.strerror}")
    return _finish(process, argv[0], timeout)


def program(name: str, path: str) -> Program | None:
    """The first program of that name in the folders of `path`; a path names itself."""
    folders = [""] if "/" in name else [each for each in path.split(":") if each]
    for found in (os.path.join(folder, name) for folder in folders):
        if os.path.isfile(found) and os.access(found, os.X_OK):
            return Program(found, os.path.realpath(found))
    return None


def attend(
    argv: Sequence[str], *, env: Mapping[str, str], aside: bool, say: Callable[[str], None]
) -> int:
    """Run a person's own command with our input and output; its exit code.

    `env` is added to our own; `aside` sends its output to stderr. 127 and 126 as shells say them,
    with the reason through `say`; a signal that ended it is 128 and its number. It gets the SIGTERM
    and SIGHUP that we get.
    """
    running: list[subprocess.Popen[bytes]] = []
    heard: list[int] = []

    def pass_on(number: int, _: FrameType | None) -> None:
        heard.append(number)
        for process in running:
            with contextlib.suppress(PermissionError):  # it is sudo, and root by now
                process.send_signal(number)

    # A terminal's ^C goes to the command too, and it alone decides; a function of ours is not
    # inherited by it, as an ignored signal would be.
    mine: dict[int, Callable[[int, FrameType | None], None]]
    mine = {signal.SIGINT: _do_nothing, signal.SIGTERM: pass_on, signal.SIGHUP: pass_on}
    was = {number: signal.signal(number, handler) for number, handler in mine.items()}
    try:
        output = sys.stderr if aside else None
        running.append(subprocess.Popen(argv, env={**os.environ, **env}, stdout=output))
        for number in heard:  # while it was being started
            running[0].send_signal(number)
        code = running[0].wait()
    except FileNotFoundError:
        say(f"{argv[0]}: not found")
        return NOT_FOUND
    except OSError as error:
        say(f"{argv[0]}: {error.strerror}")
        return NOT_ALLOWED
    finally:
        for number, handler in was.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code


def start(
    argv: Sequence[str],
    *,
    log: str,
    env: Mapping[str, str],
    prepare: Callable[[], None] = lambda: None,
) -> int:
    """Start a process that outlives us, whose output is appended to the file `log`; its pid.

    Nothing of ours goes along but `env`: no terminal, no open file, no signal mask, no folder. A
    log of more than 10 MB is put aside first. `prepare` is called in the child, before it becomes
    that program. Raises CannotStart.
    """

    def begin() -> None:
        _default_signals()
        prepare()

    os.makedirs(os.path.dirname(log), exist_ok=True)
    _turn(log)
    with open(log, "ab", buffering=0) as written:
        with contextlib.suppress(OSError):  # a full disk is no reason to have no engine
            written.write(f"{STARTS}{argv[0]}\n".encode())
        try:
            process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=written,
                cwd="/",
                env=dict(env),
                start_new_session=True,
                umask=0o022,
                preexec_fn=begin,
            )
        except OSError as error:
            raise CannotStart(argv[0], str(error.strerror)) from None
    process.returncode = 0  # it is no child to wait for: spares a warning when we end before it
    _wait_for_name(process.pid)
    return process.pid


def end(pid: int, *, wait: float, kill: bool = False, argv: Sequence[str] | None = None) -> bool:
    """SIGTERM (or SIGKILL) a process and wait up to `wait` seconds; whether it is gone.

    With `argv` only a process that still has this command line is signalled: pids are reused. A
    zombie counts as gone, and is reaped when it is our child.
    """
    number = signal.SIGKILL if kill else signal.SIGTERM
    try:
        opened = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    except (AttributeError, OSError):
        # Linux before 5.3, or a Python built without it
        return _end_by_pid(pid, number, wait, argv)
    try:
        found = command_line(pid)
        if argv is not None and found not in (tuple(argv), _ENDING):
            return True
        if argv is None or found:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(opened, number)
                # One that was stopped (SIGSTOP) hears nothing before; systemd does the same.
                signal.pidfd_send_signal(opened, signal.SIGCONT)
        poll = select.poll()
        poll.register(opened, select.POLLIN)
        gone = bool(poll.poll(wait * 1000))
    finally:
        os.close(opened)
    _reap(pid)
    return gone


def _do_nothing(*_: object) -> None:
    """Hears a signal."""


def is_gone(pid: int) -> bool:
    """Whether a process ended; a zombie has."""
    return not os.path.exists(f"/proc/{pid}") or _is_zombie(pid)


def command_line(pid: int) -> tuple[str, ...]:
    """The words of a process; none for kernel threads, zombies and pids that are gone.

    One that was found on PATH calls itself by its bare name: then the first word is its path, where
    we may know it.
    """
    try:
        text = _proc_text(f"/proc/{pid}/cmdline")
    except OSError:
        return ()
    if not text.strip(b"\0"):
        return ()
    words = os.fsdecode(text).rstrip("\0").split("\0")
    if "/" not in words[0] and os.path.basename(program := executable(pid)) == words[0]:
        words[0] = program
    return tuple(words)


def executable(pid: int) -> str:
    """The file that a process runs, under the name it had; empty where we may not know."""
    try:
        return os.readlink(f"/proc/{pid}/exe").removesuffix(" (deleted)")
    except OSError:
        return ""


def _proc_text(path: str) -> bytes:
    """A file of /proc; `open` would cost twice as much, and every process is looked at."""
    opened = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        text = piece = os.read(opened, _PIECE)
        while len(piece) == _PIECE:
            piece = os.read(opened, _PIECE)
            text += piece
    finally:
        os.close(opened)
    return text


def _finish(process: subprocess.Popen[bytes], name: str, timeout: float) -> Finished:
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired as error:
        why = f"{name}: not done after {timeout:g} s, ended"
        said = _text(error.stderr or b"")
        return Finished(TOO_LONG, _text(error.output or b""), f"{said}{why}")
    finally:
        if process.returncode is None:  # also when we are interrupted
            _end_group(process)
    return Finished(process.returncode, _text(out), _text(err))


def _end_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe:
            pipe.close()


def _text(output: bytes) -> str:
    return output.decode("utf-8", "replace")


def _turn(log: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        if os.stat(log).st_size > _LONGEST_LOG:
            os.replace(log, f"{log}.1")


def _default_signals() -> None:
    """In the child: a nohup or a shell's `&` before us must not leave dockerd deaf to signals."""
    for number in signal.valid_signals():
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _wait_for_name(pid: int) -> None:
    """Linux closes our pipe to the child some microseconds before its command line can be read."""
    while not command_line(pid) and not is_gone(pid):
        time.sleep(0.0005)


def _end_by_pid(pid: int, number: int, wait: float, argv: Sequence[str] | None) -> bool:
    found = command_line(pid)
    if argv is not None and found not in (tuple(argv), _ENDING):
        return True
    if argv is None or found:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
    deadline = time.monotonic() + wait
    while not (gone := is_gone(pid)) and time.monotonic() < deadline:
        time.sleep(0.005)
    _reap(pid)
    return gone


def _is_zombie(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0] in (b"Z", b"X")
    except OSError:
        return False


def _reap(pid: int) -> None:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
