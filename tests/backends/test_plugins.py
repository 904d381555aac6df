"""Backends and sources that another package brings, through real entry points."""

from pathlib import Path

import pytest

from dockswitch import backends
from dockswitch.model.catalog import Catalog
from dockswitch.model.errors import NoSuchBackend
from dockswitch.model.host import Host
from dockswitch.sources.resolver import resolve

HOST = Host("linux", "x86_64")
MODULE = """
from dataclasses import dataclass


@dataclass(frozen=True)
class Shelf:
    channel: str

    def releases(self, reader):
        return ()


class Backend:
    name = "shelf"
    takes = ("shelf",)


def source(catalog, channel, host):
    return Shelf(channel)


backend = Backend()
"""
ENTRY_POINTS = """\
[dockswitch.backends]
shelf = a_shelf:backend
static = a_shelf:backend

[dockswitch.sources]
shelf = a_shelf:source
static = a_shelf:source
"""


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package, as pip would leave it on the path."""
    (tmp_path / "a_shelf.py").write_text(MODULE)
    info = tmp_path / "a_shelf-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: a-shelf\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    monkeypatch.syspath_prepend(str(tmp_path))


def test_a_backend_that_a_package_brings_is_found() -> None:
    assert backends.find("shelf").takes == ("shelf",)


def test_so_is_its_source() -> None:
    assert resolve(Catalog.shipped(), "test", "shelf", HOST).channel == "test"


def test_what_is_built_in_cannot_be_shadowed() -> None:
    assert type(backends.find("static")).__module__ == "dockswitch.backends.static"
    source = resolve(Catalog.shipped(), "test", "static", HOST)
    assert type(source).__module__ == "dockswitch.sources.listing"


def test_an_unknown_name_is_answered_with_those_that_are_known() -> None:
    with pytest.raises(NoSuchBackend) as failure:
        backends.find("shelve")
    assert failure.value.details == "backends: static, apt, machine, lima, shelf"
