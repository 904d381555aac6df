"""Waiting for a call that may never return, and no longer than so many seconds."""

import queue
import threading
from collections.abc import Callable
from typing import NoReturn, TypeVar

Found = TypeVar("Found")


class TooLate(Exception):  # not an error for people
    """The call had not returned by then."""


def within(seconds: float, call: Callable[[], Found]) -> Found:
    """What the call returns or raises; raises TooLate.

    A call that is too late goes on in a thread that the program's end does not wait for, and
    nobody takes what it finds.
    """
    said: queue.SimpleQueue[Callable[[], Found]] = queue.SimpleQueue()

    def run() -> None:
        try:
            found = call()
        except BaseException as error:  # noqa: BLE001  # raised again where it is waited for
            said.put(_raising(error))
        else:
            said.put(lambda: found)

    threading.Thread(target=run, name="dockswitch-ask", daemon=True).start()
    try:
        answer = said.get(timeout=max(seconds, 0.0))
    except queue.Empty:
        raise TooLate from None
    return answer()


def _raising(error: BaseException) -> Callable[[], NoReturn]:
    def again() -> NoReturn:
        raise error

    return again
