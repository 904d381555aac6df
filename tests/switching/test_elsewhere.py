"""What is told of a release that was never published for a suite of packages."""

from dataclasses import dataclass, field
from typing import cast

import pytest

from dockswitch.model import wish
from dockswitch.model.catalog import Catalog
from dockswitch.model.errors import NotPublished
from dockswitch.model.host import Host
from dockswitch.model.ports import Reader
from dockswitch.switching import find
from dockswitch.switching.elsewhere import NotForThisSuite
from tests.sources.shelf import Shelf
from tests.sources.test_repository import FINGERPRINT, KEY, needs_gpgv, pages

STATIC = "https://download.docker.com/linux/static/test/x86_64/"
CATALOG = Catalog.shipped().with_site(
    "channels.yaml", f"keys: {{deb: {{fingerprint: {FINGERPRINT}, address: '{KEY}'}}}}"
)


@dataclass
class Shop(Shelf):
    """A shelf that is asked for a host."""

    host: Host = field(default_factory=lambda: Host("linux", "x86_64"))


def refused(words: str, codename: str) -> NotPublished:
    static = {STATIC: b'<a href="docker-23.0.0.tgz">a</a> <a href="docker-17.06.0-ce.tgz">b</a>'}
    shop = Shop({**pages(), **static}, host=Host("linux", "x86_64", "ubuntu", codename))
    request = wish.parse(words.split(), tuple(CATALOG.channels))
    with pytest.raises(NotPublished) as raised:
        find.find(cast("Reader", shop), CATALOG, request, "apt")
    return raised.value


@needs_gpgv
def test_a_suite_that_is_not_there_names_those_that_have_it() -> None:
    error = refused("test 23.0.0", "noble")
    assert isinstance(error, NotForThisSuite)
    assert error.exit == 11
    assert error.message == "test was never published for ubuntu noble"
    assert "dists/noble/InRelease is not there" in error.details
    assert error.details.endswith("published for: jammy")
    assert "`--suite jammy`" in error.hint
    assert "--backend static has it" in error.hint


@needs_gpgv
def test_a_version_that_the_suite_never_had_names_the_newest_that_it_has() -> None:
    error = refused("test 17.06.0-ce", "jammy")
    assert error.message == "17.06.0-ce was never published for ubuntu jammy"
    assert error.details == "the newest that it has is 23.0.0"
    assert "--backend static has it, --backend machine has it" in error.hint


@needs_gpgv
def test_what_was_tagged_and_never_published_is_told_as_before() -> None:
    assert not isinstance(refused("test 23.0.7", "jammy"), NotForThisSuite)
