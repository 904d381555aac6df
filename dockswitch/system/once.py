"""Each page asked for once, however many want it, and at whatever moment."""

import threading
from collections.abc import Callable
from concurrent.futures import Future

from dockswitch.model.ports import Index


class Once:
    """Remembers what each address brought, an error too; may be used by several threads."""

    def __init__(self) -> None:
        self._found: dict[str, Future[Index]] = {}
        self._turn = threading.Lock()

    def index(self, url: str, read: Callable[[str], Index]) -> Index:
        """What `read` found there, be it now, before, or by another thread that is at it."""
        with self._turn:
            found = self._found.get(url)
            first = found is None
            if found is None:
                found = self._found[url] = Future()
        if first:
            try:
                found.set_result(read(url))
            except BaseException as error:  # noqa: BLE001  # raised again for whoever asks
                found.set_exception(error)
        return found.result()
