"""This machine for a command that asks for several hosts: no page is asked for a second time."""

import copy
import functools
from collections.abc import Sequence

from dockswitch.model.errors import DockswitchError
from dockswitch.model.host import Host
from dockswitch.model.ports import Index
from dockswitch.system.here import Here
from dockswitch.system.mirror_folder import MirrorFolder


class Pages:
    """What was read so far, by address; several threads may read at once."""

    def __init__(self) -> None:
        self._known: dict[str, Index] = {}

    def get(self, url: str) -> Index | None:
        return self._known.get(url)

    def keep(self, url: str, page: Index) -> Index:
        """The first that was read there."""
        return self._known.setdefault(url, page)


class Steady(Here):
    """A page stays what it was at first: what is read of an index at different times agrees."""

    @functools.cached_property
    def pages(self) -> Pages:
        return Pages()

    def on(self, host: Host) -> "Steady":
        """The same, asked for that host."""
        self.pages, self._door  # noqa: B018 -- both are shared, so they have to be there
        other = copy.copy(self)
        other.host = host
        return other

    def index(self, url: str) -> Index:
        page = self.indexes([url])[0]
        if isinstance(page, DockswitchError):
            raise page
        return page

    def indexes(self, urls: Sequence[str]) -> Sequence[Index | DockswitchError]:
        left = [url for url in dict.fromkeys(urls) if self.pages.get(url) is None]
        read = dict(zip(left, super().indexes(left), strict=True))
        for url, page in read.items():
            if isinstance(page, Index):
                self.pages.keep(url, page)
        return [self.pages.get(url) or read[url] for url in urls]

    def mirror_folder(self, path: str) -> MirrorFolder:
        """The folder of a mirror there: a real path, whatever the root is."""
        return MirrorFolder(path, self._door, self._tell)
