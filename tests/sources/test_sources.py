"""Several sources at once."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import Reader
from dockswitch.model.release import Release
from dockswitch.model.unreachable import NotServed
from dockswitch.sources import read_all
from dockswitch.sources.listing import StaticIndex
from tests.sources.shelf import Shelf


@dataclass(frozen=True)
class Meeting:
    """Answers only when as many sources are read at once as the barrier wants."""

    channel: str
    barrier: threading.Barrier

    def releases(self, reader: Reader) -> Sequence[Release]:
        self.barrier.wait(5)
        return ()


def test_all_sources_are_read_at_once() -> None:
    barrier = threading.Barrier(3)
    sources = [Meeting(channel, barrier) for channel in ("stable", "test", "edge")]
    assert read_all(sources, Shelf({}).reader) == [(), (), ()]


@dataclass(frozen=True)
class Missing:
    channel: str

    def releases(self, reader: Reader) -> Sequence[Release]:
        raise NotServed(self.channel)


def test_an_error_stands_in_its_sources_place() -> None:
    url = "https://example.org/stable/x86_64/"
    index = StaticIndex("stable", url, "linux", "x86_64")
    shelf = Shelf({url: b'<a href="docker-28.5.2.tgz">'})
    first, second, third = read_all([index, Missing("edge"), index], shelf.reader)
    assert isinstance(second, DockswitchError)
    assert first == third
    assert len(read_all([index], shelf.reader)) == 1
    assert read_all([], shelf.reader) == []
