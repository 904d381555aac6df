"""The place that a machine's image is read from, on a real file system."""

from pathlib import Path

import pytest

from dockswitch.model.errors import CorruptState
from dockswitch.model.host import Host
from dockswitch.model.layout import Layout
from dockswitch.system.here import Here
from dockswitch.vms.docker_machine import image, own_image
from tests.vms.docker_machine.lab import NAME, NEW, OLD
from tests.vms.docker_machine.lab import image as iso


@pytest.fixture
def here(tmp_path: Path) -> Here:
    here = Here(Layout.of_system(root=str(tmp_path)), Host("linux", "x86_64"))
    for version in (OLD, NEW):
        kept = tmp_path / folder(here, version)[1:]
        kept.mkdir(parents=True)
        (kept / "boot2docker.iso").write_bytes(iso(version))
    return here


def folder(here: Here, version: str) -> str:
    return f"{here.layout.images}/{version}-0123456789ab"


def test_it_is_replaced_in_one_go_and_nothing_else_is_left_there(here: Here) -> None:
    for version in (OLD, NEW, NEW, OLD):
        place = own_image.put(here, NAME, folder(here, version))
        assert here.read(place) == iso(version)
        assert here.names(here.layout.vm_record("machine", NAME)) == ("boot2docker.iso",)
    for version in (OLD, NEW):
        assert here.read(f"{folder(here, version)}/boot2docker.iso") == iso(version)


def test_what_is_no_image_of_that_version_does_not_get_there(here: Here, tmp_path: Path) -> None:
    place = own_image.put(here, NAME, folder(here, OLD))
    (tmp_path / folder(here, NEW)[1:] / "boot2docker.iso").write_bytes(iso(OLD))
    with pytest.raises(image.OtherImage):
        own_image.put(here, NAME, folder(here, NEW))
    (tmp_path / folder(here, NEW)[1:] / "boot2docker.iso").unlink()
    with pytest.raises(CorruptState):
        own_image.put(here, NAME, folder(here, NEW))
    assert here.read(place) == iso(OLD)


def test_what_others_may_write_into_is_no_link_to_the_kept_image(tmp_path: Path) -> None:
    here = Here(Layout.of_system(root=str(tmp_path)), Host("linux", "x86_64"))
    here.write("/kept.iso", b"an image")
    own_image.give(here, "/kept.iso", "/machine.iso")
    with (tmp_path / "machine.iso").open("r+b") as opened:  # as docker-machine's CopyFile does
        opened.write(b"another!")
    assert here.read("/kept.iso") == b"an image"
