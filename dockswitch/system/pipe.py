"""A short line of things from one thread to the next, which either end may break off."""

import threading
from collections import deque
from collections.abc import Iterator
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class BrokenOff(Exception):  # not an error for people: the thread ends
    """Nobody takes anything from this pipe any more."""


class Pipe(Generic[Thing]):
    """Holds at most `room` things: the faster thread waits for the slower one."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._things: deque[Thing] = deque()
        self._turn = threading.Condition(threading.Lock())
        self._ended = False
        self._broken = False
        self._failure: BaseException | None = None

    def put(self, thing: Thing) -> None:
        """Waits for room; raises BrokenOff when nobody takes any more."""
        with self._turn:
            while len(self._things) >= self._room and not self._broken:
                self._turn.wait()
            if self._broken:
                raise BrokenOff
            self._things.append(thing)
            self._turn.notify()

    def end(self, failure: BaseException | None = None) -> None:
        """Says that nothing more comes, and why if that is not as it should be."""
        with self._turn:
            self._ended = True
            self._failure = self._failure or failure
            self._turn.notify()

    def break_off(self) -> None:
        """Says that nothing more is taken."""
        with self._turn:
            self._broken = True
            self._things.clear()
            self._turn.notify_all()

    def __iter__(self) -> Iterator[Thing]:
        while True:
            with self._turn:
                while not self._things and not self._ended and not self._broken:
                    self._turn.wait()
                if self._broken:
                    return
                if not self._things:
                    if self._failure is not None:
                        raise self._failure
                    return
                thing = self._things.popleft()
                self._turn.notify()
            yield thing
