"""Programs that must not be cut short, such as dpkg: they go on when we are killed."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FrameType

from dockswitch.model.ports import Finished
from dockswitch.system import locks
from dockswitch.system.commands import ENGLISH, NOT_ALLOWED, NOT_FOUND

_PAUSE = 0.02  # seconds
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows has no third one
_INTERRUPTIONS = tuple(getattr(signal, name) for name in _NAMES if hasattr(signal, name))


def run(
    argv: Sequence[str],
    *,
    log: str,
    env: Mapping[str, str],
    folder: str,
    meanwhile: Callable[[], None],
) -> Finished:
    """Runs a program to its end, however long that takes; `env` is added to our own.

    What it says goes to the file `log`, behind what is there: a pipe would end with us. It has a
    session of its own, no input, and messages in English; what ends us or a terminal's ^C does not
    reach it. Where we are interrupted it is waited for all the same: that is heard afterwards.
    `meanwhile` is called until it ends. While it runs its log is locked, so that `locks.holder`
    finds it once we are gone.
    """
    os.makedirs(os.path.dirname(log), exist_ok=True)
    with open(log, "ab+", buffering=0) as written, _undisturbed():
        locks.hold(written.fileno())
        began = written.seek(0, os.SEEK_END)
        try:
            process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=written,
                cwd=folder,
                env={**os.environ, **env, **ENGLISH},
                start_new_session=True,
                umask=0o022,
            )
        except FileNotFoundError:
            return Finished(NOT_FOUND, "", f"{argv[0]}: not found")
        except OSError as error:
            return Finished(NOT_ALLOWED, "", f"{argv[0]}: {error.strerror}")
        _attend(process, meanwhile)
        written.seek(began)
        said = written.read().decode("utf-8", "replace")
    return Finished(process.returncode, said, "")


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """What is to interrupt us does so once this is over.

    Caught, it could come again between any two steps of whatever catches it.
    """
    heard: list[int] = []

    def hear(number: int, _: FrameType | None) -> None:
        heard.append(number)

    if threading.current_thread() is not threading.main_thread():
        yield  # no other is ever interrupted
        return
    was = {number: signal.signal(number, hear) for number in _INTERRUPTIONS}
    try:
        yield
    finally:
        for number, handler in was.items():
            signal.signal(number, handler)
        if heard:
            signal.raise_signal(heard[0])


def _attend(process: "subprocess.Popen[bytes]", meanwhile: Callable[[], None]) -> None:
    try:
        while process.poll() is None:
            meanwhile()
            time.sleep(_PAUSE)
    finally:
        process.wait()  # half of its work would be worse than whatever `meanwhile` met
