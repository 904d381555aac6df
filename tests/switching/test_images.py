"""Images of boot2docker: which is found, why none is, and how they are kept."""

import pytest

from dockswitch.backends import bundles
from dockswitch.model import wish
from dockswitch.model.errors import NotPublished
from dockswitch.model.trust import Trust
from dockswitch.switching import find, install
from dockswitch.switching.authentic import Accepted, OtherBytes
from dockswitch.vms.docker_machine.image import NoImage, OtherImage
from tests.standins import iso
from tests.world import World
from tests.world.commands import Quiet, accepted, catalog
from tests.world.truth import nothing_is_left

RC = "17.06.0-ce-rc2"
AT = "https://github.com/boot2docker/boot2docker/releases/download/v{}/boot2docker.iso"


def get(world: World, words: str, least: Accepted = Accepted()) -> install.Installed:  # noqa: B008
    request = wish.parse(words.split(), tuple(catalog().channels))
    return install.install(world, catalog, request, "machine", least, Quiet(), keeper="machine")


def refusal(words: str) -> NotPublished:
    request = wish.parse(words.split(), tuple(catalog().channels))
    with pytest.raises(NotPublished) as failed:
        find.find(World(), catalog(), request, "machine")
    assert failed.value.exit == 11
    return failed.value


@pytest.mark.parametrize(
    ("words", "version", "channel"),
    [
        (RC, RC, "test"),
        ("17.05.0-ce", "17.05.0-ce", "test"),
        ("18.06.1", "18.06.1-ce", "stable"),
        ("edge", "18.05.0-ce", "edge"),
        ("stable", "19.03.12", "stable"),
        ("17.06", "17.06.2-ce", "stable"),
        ("1.1.2", "1.1.2", "stable"),
    ],
)
def test_a_version_alone_is_looked_for_in_each_channel(
    words: str, version: str, channel: str
) -> None:
    request = wish.parse(words.split(), tuple(catalog().channels))
    found = find.find(World(), catalog(), request, "machine").release
    assert (str(found.version), found.channel) == (version, channel)


@pytest.mark.parametrize(
    ("words", "older", "newer"),
    [
        ("18.03.0-ce-rc2", "18.03.0-ce-rc1", "18.03.0-ce-rc3"),
        ("18.06.2-ce", "18.06.1-ce", "18.09.0-ce-beta1"),
        ("18.06.3-ce", "18.06.1-ce", "18.09.0-ce-beta1"),
        *((f"19.03.{patch}", "19.03.5", "19.03.12") for patch in range(6, 12)),
    ],
)
def test_a_release_without_an_image_is_told_with_its_neighbours(
    words: str, older: str, newer: str
) -> None:
    error = refusal(words)
    assert error.message == f"there is no boot2docker image of {words}"
    assert error.details == f"the nearest: {older} (older), {newer} (newer)"
    assert "--backend lima" in error.hint


@pytest.mark.parametrize("words", ["19.03.13", "20.10.24", "28", "28.5.2", "test 29.0.0-rc.1"])
def test_boot2docker_ended(words: str) -> None:
    error = refusal(words)
    assert error.message == f"there is no boot2docker image of {words.split()[-1]}"
    assert "boot2docker ended with 19.03.12 (2020-06-29)" in error.details
    assert error.hint.startswith("--backend lima ")


def test_the_image_of_another_channel_is_named() -> None:
    error = refusal("edge 18.06.1-ce")
    assert error.message == "there is no boot2docker image of 18.06.1-ce in edge"
    assert error.details == "the nearest: 18.05.0-ce (older)"
    assert "`dockswitch use 18.06.1-ce --backend machine`" in error.hint


def test_what_was_never_a_release_is_no_image_either() -> None:
    assert refusal("18.06.9").message.startswith("there is no release for '18.06.9'")


def test_an_image_is_fetched_checked_and_kept_by_version() -> None:
    world = World()
    first = get(world, RC)
    assert (first.changed, first.bundle.keeper, first.bundle.trust) == (True, "machine", Trust.TLS)
    assert first.bundle.folder.startswith(f"{world.layout.images}/{RC}-")
    assert world.read(f"{first.bundle.folder}/boot2docker.iso") == iso.image(f"b2d-v{RC}")
    assert not get(world, RC).changed
    # all images have one name: another version's is no other content of the same file
    assert get(world, "18.06.1-ce").changed
    assert [str(each.version) for each in bundles.kept(world, "machine")] == [RC, "18.06.1-ce"]
    assert bundles.kept(world) == ()
    nothing_is_left(world)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (iso.image("b2d-v17.06.0-ce-rc3"), OtherImage),
        (b"<html>Not Found</html>", NoImage),
        (iso.image(f"b2d-v{RC}")[:-2048], NoImage),
    ],
    ids=["another", "a page", "cut"],
)
def test_what_is_not_that_image_is_not_kept(content: bytes, error: type[Exception]) -> None:
    world = World()
    world.publishers.files[AT.format(RC)] = content
    with pytest.raises(error):
        get(world, RC)
    assert bundles.kept(world, "machine") == ()
    nothing_is_left(world)


def test_an_image_that_was_seen_before_may_not_change_its_bytes() -> None:
    world = World()
    first = get(world, RC)
    world.files.move(first.bundle.folder, "/elsewhere")
    other = iso.image(f"b2d-v{RC}", {"EVIL.;1": b"x"})
    world.publishers.files[AT.format(RC)] = other
    with pytest.raises(OtherBytes) as failed:
        get(world, RC)
    assert failed.value.message == "boot2docker.iso is not the file that was seen before"
    digest = failed.value.details.partition("SHA-256 is ")[2].partition(";")[0]
    assert get(world, RC, accepted(Trust.TLS, digest)).bundle.trust is Trust.LOCKED
    nothing_is_left(world)
