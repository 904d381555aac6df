"""Images of boot2docker: real small ones, and what comes in their place."""

import pytest

from dockswitch.model.version import Version
from dockswitch.vms.docker_machine import image
from tests.standins import iso
from tests.world import World

PATH = "/images/.tmp-1/boot2docker.iso"


def machine(content: bytes) -> World:
    world = World()
    world.files.write(PATH, content)
    return world


def refuse(content: bytes, version: str) -> None:
    image.refuse_unfit(machine(content), PATH, Version.parse(version))


@pytest.mark.parametrize(
    ("label", "version"),
    [
        ("b2d-v17.06.0-ce-rc2", "17.06.0-ce-rc2"),
        ("b2d-v17.06.0-ce-rc2", "17.06.0-rc2"),
        ("b2d-v19.03.12", "19.03.12"),
        ("b2d-v1.12.6", "1.12.6"),
        ("Boot2Docker-v1.10.3", "1.10.3"),
        ("Boot2Docker", "18.09.0"),
        ("Boot2Docker", "18.09.0-ce-beta1"),
        ("boot2docker", "1.3.0"),
        ("", "0.1"),
        ("my-very-own", "17.06.0-ce"),  # a site's, which claims no version
        ("b2d-v1.10.0-rc2-b", "1.10.0-rc2"),
    ],
)
def test_the_image_of_a_version_is_taken(label: str, version: str) -> None:
    content = iso.image(label)
    refuse(content, version)
    refuse(content + bytes(1 << 20), version)  # as a hybrid one is padded
    assert image.label(machine(content), PATH) == label


def test_the_label_is_what_boot2docker_writes() -> None:
    for version in ("17.06.0-ce-rc2", "18.09.0", "18.09.0-rc1"):
        refuse(iso.image(iso.label(version)), version)
    assert (iso.label("18.09.0-rc1"), iso.label("18.09.1")) == ("Boot2Docker", "b2d-v18.09.1")


@pytest.mark.parametrize(
    ("label", "version"),
    [
        ("b2d-v17.06.0-ce-rc3", "17.06.0-ce-rc2"),
        ("b2d-v17.06.0-ce", "17.06.0-ce-rc2"),
        ("b2d-v19.03.12", "18.09.0"),
    ],
)
def test_the_image_of_another_version_is_refused_naming_both(label: str, version: str) -> None:
    with pytest.raises(image.OtherImage) as failed:
        refuse(iso.image(label), version)
    error = failed.value
    assert (error.exit, error.code) == (12, "not-authentic")
    assert error.message == f"boot2docker.iso is not the image of {version}"
    assert error.details == f"its volume is labelled {label}"
    assert "DOCKSWITCH_IMAGE_MIRROR" in error.hint


WHOLE = iso.image("b2d-v17.06.0-ce", {"KERNEL.;1": b"x" * 10_000})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!DOCTYPE html><title>404</title>", "it is a web page: a proxy's login page?"),
        (b"\n<html>".ljust(1 << 20), "it is a web page: a proxy's login page?"),
        (b"", "it has 0 bytes, and no ISO 9660 file system in them"),
        (b"\x1f\x8b".ljust(1 << 20), "no ISO 9660 file system"),
        (WHOLE.replace(b"CD001", b"CD002"), "no ISO 9660 file system"),
        (WHOLE[:0x8010], "no ISO 9660 file system"),
        (WHOLE[:0x8800], f"it has 34816 bytes, and says that it has {len(WHOLE)}"),
        (WHOLE[:-1], f"it has {len(WHOLE) - 1} bytes, and says that it has {len(WHOLE)}"),
    ],
    ids=["page", "long page", "empty", "gzip", "no mark", "cut in it", "cut early", "cut late"],
)
def test_what_is_no_whole_image_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(image.NoImage) as failed:
        refuse(content, "17.06.0-ce")
    error = failed.value
    assert error.exit == 12
    assert error.message == "boot2docker.iso is no image of boot2docker"
    assert words in error.details
    assert "nothing of it was kept" in error.hint


def test_no_file_has_no_label() -> None:
    assert image.label(World(), PATH) == ""
    assert image.label(machine(b"b2d-v1.2.3" * 4000), PATH) == ""


def test_a_label_may_name_a_version() -> None:
    assert image.version(machine(iso.image("b2d-v18.06.1-ce")), PATH) == Version("18.06.1-ce")
    assert image.version(machine(iso.image("Boot2Docker")), PATH) is None
    assert image.version(World(), PATH) is None
