"""What is published: one file for each kind of source, and the resolver that picks one."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import Reader
from dockswitch.model.release import Release


class Source(Protocol):
    """A place that publishes. It is frozen; `str()` of one says where it is."""

    # the channel whose releases these are
    @property
    def channel(self) -> str: ...

    # every release that it publishes, oldest first; raises NotPublished, NotAuthentic, Unreachable
    def releases(self, reader: Reader) -> Sequence[Release]: ...


def read_all(
    sources: Sequence[Source], reader: Reader
) -> list[Sequence[Release] | DockswitchError]:
    """The releases of several sources, read at once; an error stands in its source's place."""

    def read(source: Source) -> Sequence[Release] | DockswitchError:
        try:
            return source.releases(reader)
        except DockswitchError as error:
            return error

    if len(sources) <= 1:
        return [read(source) for source in sources]
    with ThreadPoolExecutor(len(sources)) as pool:
        return list(pool.map(read, sources))
