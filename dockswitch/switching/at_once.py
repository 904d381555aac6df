"""The same work on several things at once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

ASKING = 24  # requests: a server is not to be overrun
_T = TypeVar("_T")
_U = TypeVar("_U")


def at_once(most: int, work: Callable[[_T], _U], things: Sequence[_T]) -> list[_U]:
    """What comes of each, in their order; the first that fails ends what has not begun."""
    if len(things) <= 1:
        return [work(each) for each in things]
    pool = ThreadPoolExecutor(min(len(things), most))
    try:
        return [each.result() for each in [pool.submit(work, thing) for thing in things]]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
