"""Work in processes of our own, some beside each other: each tells what it does, and ends with us.

A process and not a thread: it can be interrupted by itself, and what it starts ends with it.
"""

import contextlib
import os
import selectors
import signal
import sys
import traceback
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from dockswitch.model.ports import Audience, Work
from dockswitch.system import namespaces

_EVERY = 0.1  # seconds between two looks at how time passes
_INTERRUPTED = 130
_OURS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def beside(works: Sequence[tuple[Work, str]], *, jobs: int, audience: Audience) -> None:
    """Does each, `jobs` at a time, in that order; what it prints goes to the file beside it.

    Where the audience wants no more, those that run are interrupted as by a ^C, and waited for; so
    they are where we are interrupted, and killed where we are once more.
    """
    _Stage(audience, jobs).play(works)


@dataclass(slots=True)
class _Child:
    place: int
    pid: int
    pipe: int
    left: bytes = b""


@dataclass(slots=True)
class _Stage:
    audience: Audience
    jobs: int
    running: dict[int, _Child] = field(default_factory=dict)  # by their pipe

    def play(self, works: Sequence[tuple[Work, str]]) -> None:
        waiting = deque(enumerate(works))
        try:
            while waiting or self.running:
                while waiting and len(self.running) < self.jobs:
                    place, (work, log) = waiting.popleft()
                    self._begin(place, work, log)
                if not self._listens():
                    waiting.clear()
                    self._interrupt()
        except KeyboardInterrupt:
            self._interrupt()
            raise
        except BaseException:
            self.audience = _Gone()  # such as a reader of stdout
            self._interrupt()
            raise

    def _begin(self, place: int, work: Work, log: str) -> None:
        namespaces.load()
        sys.stdout.flush()
        sys.stderr.flush()
        reading, writing = os.pipe()
        was = signal.pthread_sigmask(signal.SIG_BLOCK, _OURS)
        try:
            pid = os.fork()
            if pid == 0:
                _become(work, log, writing, was, closing=[reading, *self.running])
            os.close(writing)
            self.running[reading] = _Child(place, pid, reading)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, was)
        self.audience.began(place)

    def _listens(self) -> bool:
        """Hears what was told meanwhile; whether more is wanted."""
        with selectors.DefaultSelector() as selector:
            for pipe in self.running:
                selector.register(pipe, selectors.EVENT_READ)
            ready = [key.fd for key, _ in selector.select(_EVERY)]
        wanted = [self._hears(self.running[pipe]) for pipe in ready]  # every one is heard
        self.audience.waits()
        return all(wanted)

    def _hears(self, child: _Child) -> bool:
        piece = os.read(child.pipe, 1 << 16)
        *lines, child.left = (child.left + piece).split(b"\n")
        for line in lines:
            self.audience.heard(child.place, line.decode())
        if piece:
            return True
        return self.audience.ended(child.place, self._buried(child))

    def _buried(self, child: _Child) -> int:
        _, status = os.waitpid(child.pid, 0)
        del self.running[child.pipe]
        os.close(child.pipe)
        return os.waitstatus_to_exitcode(status)

    def _interrupt(self) -> None:
        """All that run; one that is interrupted before it is done says so by its code."""
        number = signal.SIGTERM
        while self.running:
            try:
                for child in self.running.values():
                    os.kill(child.pid, number)
                while self.running:
                    self._listens()
            except KeyboardInterrupt:
                number = signal.SIGKILL


def _become(
    work: Work, log: str, pipe: int, mask: set[int | signal.Signals], *, closing: Sequence[int]
) -> None:
    """In the child, which never returns: a group of its own, so that a ^C at us is ours to tell."""
    code = 1
    try:
        os.setpgid(0, 0)
        namespaces.end_with_maker(signal.SIGTERM)
        for each in closing:
            os.close(each)
        _redirect(log)
        signal.signal(signal.SIGTERM, _once)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        work(_Teller(pipe))
        code = 0
    except KeyboardInterrupt:
        code = _INTERRUPTED
    except BaseException:  # noqa: BLE001  # nobody above would tell it
        traceback.print_exc()
    finally:
        os._exit(code)


def _redirect(log: str) -> None:
    """Nothing to read, and all that is printed to the log."""
    written = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    for source, target in ((nothing, 0), (written, 1), (written, 2)):
        os.dup2(source, target)
    sys.stdout = sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115  # to our end


def _once(*_: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


class _Gone:
    """An audience that does not listen any more."""

    def began(self, place: int) -> None: ...

    def heard(self, place: int, line: str) -> None: ...

    def ended(self, place: int, code: int) -> bool:  # noqa: ARG002
        return False

    def waits(self) -> None: ...


class _Teller:
    """Implements model.ports.Teller."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe

    def tell(self, line: str) -> None:
        with contextlib.suppress(BrokenPipeError):
            os.write(self._pipe, f"{line}\n".encode())

    def settle(self) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
