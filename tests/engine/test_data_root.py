"""What is read from a data-root that no engine runs on."""

import os
from pathlib import Path

import pytest

from dockswitch.engine.data_root import DataRoot, Holding, read
from dockswitch.system.here import Here
from tests.engine import holding

PLACE = "/var/lib/docker"


def test_where_there_is_none_nothing_lies(machine: Here) -> None:
    assert read(machine, PLACE) == DataRoot(PLACE)


def test_a_fresh_one_holds_nothing(machine: Here) -> None:
    for name in ("overlay2", "containers", "image/overlay2/imagedb/content/sha256", "containerd"):
        machine.folder(f"{PLACE}/{name}")
    machine.write(f"{PLACE}/volumes/metadata.db", b"")
    assert read(machine, PLACE) == DataRoot(PLACE)


def test_containers_and_images_are_told_by_store(machine: Here) -> None:
    holding.driver(machine, PLACE, "overlay2", images=3)
    holding.container(machine, PLACE, "web", "overlay2")
    holding.container(machine, PLACE, "db", "overlay2")
    holding.container(machine, PLACE, "new", "overlayfs")
    holding.container(machine, PLACE, "native", "native")
    holding.containerd(machine, PLACE)
    found = read(machine, PLACE)
    assert found.prior == {"overlay2"}
    assert found.holdings == (
        Holding("containerd", ("native", "new"), None),
        Holding("overlay2", ("db", "web"), 3),
    )
    assert [str(each) for each in found.holdings] == [
        "2 containers (native, new) and its images in the image store of containerd",
        "2 containers (db, web) and 3 images in the overlay2 storage driver",
    ]


def test_what_the_machine_s_containerd_keeps_counts_where_an_engine_used_it(machine: Here) -> None:
    holding.service(machine, "/elsewhere")
    holding.driver(machine, PLACE, "overlay2")
    assert read(machine, PLACE).holdings == ()
    holding.service(machine, PLACE)
    holding.container(machine, PLACE, "web", "overlayfs")
    assert [str(each) for each in read(machine, PLACE).holdings] == [
        "1 container (web) and its images in the image store of the machine's containerd"
    ]


def test_a_container_that_names_no_driver_is_of_the_only_one_then(machine: Here) -> None:
    holding.container(machine, PLACE, "old", "")
    assert read(machine, PLACE).holdings == (Holding("aufs", ("old",), 0),)


def test_a_driver_that_left_only_its_folder_is_no_holding(machine: Here) -> None:
    holding.driver(machine, PLACE, "devicemapper")
    assert read(machine, PLACE) == DataRoot(PLACE, (), frozenset({"devicemapper"}))


def test_many_containers_are_counted_and_few_are_named() -> None:
    names = tuple(f"c{number}" for number in range(7))
    assert str(Holding("overlay2", names, 1)) == (
        "7 containers (c0, c1, c2, c3, c4 and 2 more) and 1 image in the overlay2 storage driver"
    )


def test_what_cannot_be_read_of_a_container_is_passed_over(machine: Here) -> None:
    machine.write(f"{PLACE}/containers/{'a' * 64}/config.v2.json", b'{"Name": "/half')
    machine.write(f"{PLACE}/containers/{'b' * 64}/config.v2.json", b"[]")
    machine.folder(f"{PLACE}/containers/{'c' * 64}")
    assert read(machine, PLACE).holdings == ()


def test_remapped_users_have_a_data_root_of_their_own(machine: Here) -> None:
    holding.driver(machine, PLACE, "overlay2", images=1)
    holding.driver(machine, f"{PLACE}/165536.165536", "overlay2", images=2)
    assert read(machine, PLACE).holdings == (Holding("overlay2", (), 1),)
    assert read(machine, PLACE, remapped=True).holdings == (Holding("overlay2", (), 2),)


@pytest.mark.skipif(os.geteuid() != 0, reason="root may read everything, and become somebody else")
def test_somebody_else_is_told_so(machine: Here, tmp_path: Path) -> None:
    holding.driver(machine, PLACE, "overlay2", images=1)
    place = tmp_path / PLACE.lstrip("/")
    place.chmod(0o700)
    for folder in (tmp_path, *tmp_path.parents):
        if folder != Path("/") and folder.stat().st_uid == 0 and folder.is_relative_to("/tmp"):
            folder.chmod(folder.stat().st_mode | 0o011)
    os.seteuid(65534)
    try:
        with pytest.raises(PermissionError):
            read(machine, PLACE)
    finally:
        os.seteuid(0)
