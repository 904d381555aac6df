"""Files that ship inside the package, read through its loader so that a zip will do."""

import functools
import os
from typing import Protocol, cast

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class _Loader(Protocol):
    def get_data(self, path: str) -> bytes: ...


@functools.cache
def text(name: str) -> str:
    """The content of the package's own file `name`; raises OSError where there is none."""
    loader = cast(_Loader, __spec__.loader)
    return loader.get_data(f"{PACKAGE}/{name}").decode()
