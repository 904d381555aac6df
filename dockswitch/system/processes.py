"""Processes that outlive us: started detached, and ended for good."""

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence

from dockswitch.model.errors import DockswitchError
from dockswitch.system.proc import command_line, is_gone

# Stands in the log before the lines of each daemon that is started.
STARTS = "--- dockswitch starts "

# A process that ends has no command line any more, and may still hold what its successor needs: it
# is waited for, and not signalled.
_ENDING: tuple[str, ...] = ()

_LONGEST_LOG = 10 << 20  # bytes; dockerd never turns its log itself


class CannotStart(DockswitchError):
    def __init__(self, program: str, why: str) -> None:
        super().__init__(
            f"{program} cannot be started",
            details=why,
            hint="`dockswitch uninstall` and `dockswitch install` fetch its version anew",
        )


def start(
    argv: Sequence[str],
    *,
    log: str,
    env: Mapping[str, str],
    folder: str = "/",
    prepare: Callable[[], None] = lambda: None,
) -> int:
    """Start a process that outlives us, whose output is appended to the file `log`; its pid.

    Nothing of ours goes along but `env`: no terminal, no open file, no signal mask, no folder but
    the one named. A log of more than 10 MB is put aside first. `prepare` is called in the child,
    before it becomes that program. Raises CannotStart.
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
                cwd=folder,
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


def _reap(pid: int) -> None:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
