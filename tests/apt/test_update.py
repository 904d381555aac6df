"""What apt claims to have read, against what the index says."""

from collections.abc import Sequence

import pytest

from dockswitch.apt import update
from dockswitch.apt.update import OtherThanIndexed, SourceGone
from dockswitch.model import package_words
from dockswitch.model.origin import Origin
from dockswitch.model.ports import Finished
from dockswitch.model.release import Download
from tests.apt.machine import KEYRING, SOURCES, Said, machine
from tests.world import World
from tests.world.commands import Quiet

DOCKER = "https://download.docker.com/linux/debian"
PRINT = "9DC858229FC7DD38854AE2D88D81803C0EBFCD88"
OWN = Origin(DOCKER, "bookworm", "stable", "amd64", PRINT)
FILE = f"{SOURCES}/docker.list"
THEIRS = Origin(DOCKER, "bookworm", "stable", "amd64", PRINT, file=FILE, signed_by=KEYRING)
SPELLED = "5:28.5.2-1~debian.12~bookworm"
LINES = f"deb http://archive.example/debian bookworm main\ndeb {DOCKER} bookworm stable\n"


WANTED = Download(
    f"{DOCKER}/x.deb", frozenset({"a" * 64}), package=package_words.there("docker-ce", SPELLED)
)


def shows(world: World, *digests: str) -> None:
    """What apt has of the package once it has read the source anew; before, nothing."""
    stanzas = [f"Package: docker-ce\nVersion: {SPELLED}\nSHA256: {each}\n" for each in digests]
    world.answers["apt-cache"] = lambda _: (
        Finished(0, "\n".join(stanzas), "") if updates(world) else Finished(100, "", "")
    )


def updates(world: World) -> list[Sequence[str]]:
    return [act.split() for act in world.acts if act.startswith("apt-get")]


def test_only_the_source_itself_is_read_from_a_file_that_holds_others() -> None:
    world = machine(Said(), **{"sources.list.d/docker.list": LINES})
    shows(world, "a" * 64)
    update.update(world, THEIRS, [WANTED], Quiet())
    copy = "/var/cache/dockswitch/apt/configured.list"
    assert world.read(copy) == f"deb {DOCKER} bookworm stable\n".encode()
    (asked,) = updates(world)
    for option in (
        f"Dir::Etc::sourcelist={copy}",
        "Dir::Etc::sourceparts=-",
        "APT::Get::List-Cleanup=0",
        "APT::Update::Error-Mode=any",
    ):
        assert option in asked
    assert set(update.options(world, THEIRS)) <= {*asked, "-o"}


def test_an_own_source_is_read_before_it_is_written_where_apt_reads_it() -> None:
    world = machine(Said())
    shows(world, "a" * 64)
    update.update(world, OWN, [WANTED], Quiet())
    folder = "/var/cache/dockswitch/apt"
    stanza = world.read(f"{folder}/dockswitch.sources") or b""
    assert f"Signed-By: {folder}/dockswitch.asc\n".encode() in stanza
    assert world.read(f"{folder}/dockswitch.asc")
    assert world.names(SOURCES) == ()


@pytest.mark.parametrize("digests", [(), ("b" * 64,)])
def test_other_bytes_or_none_are_not_believed(digests: Sequence[str]) -> None:
    world = machine(Said(), **{"sources.list.d/docker.list": LINES})
    shows(world, *digests)
    with pytest.raises(OtherThanIndexed) as refused:
        update.update(world, THEIRS, [WANTED], Quiet())
    assert "a" * 64 in refused.value.details
    assert all(digest in refused.value.details for digest in digests)


def test_a_source_that_somebody_took_away_meanwhile_is_told() -> None:
    with pytest.raises(SourceGone):
        update.update(machine(Said()), THEIRS, [WANTED], Quiet())


def test_a_distributions_archive_is_read_as_apt_has_it() -> None:
    world = machine(Said())
    shows(world, "a" * 64)
    update.update(world, Origin("", "", "", "amd64"), [WANTED], Quiet())
    (asked,) = updates(world)
    assert not any("Dir::Etc" in word or "Error-Mode" in word for word in asked)


def test_what_apt_has_already_is_not_read_again() -> None:
    world = machine(Said(), **{"sources.list.d/docker.list": LINES})
    shows(world, "a" * 64)
    update.update(world, THEIRS, [WANTED], Quiet())
    update.update(world, THEIRS, [WANTED], Quiet())
    assert len(updates(world)) == 1
