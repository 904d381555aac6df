"""Which docker a shell finds."""

import pytest

from dockswitch.engine.person import shadow
from tests.world import World

OURS = "/m/var/lib/dockswitch/versions/28.5.2-abcd/docker"
BIN = "/m/usr/local/bin"


def said(path: str, **programs: str) -> list[str]:
    world = World()
    world.programs |= {f"{BIN}/docker": OURS} | programs
    found = shadow.findings(world, {"PATH": path})
    assert all(each.error is not None for each in found)
    return [str(each) for each in found]


def test_the_docker_that_dockswitch_links_is_well_where_it_comes_first() -> None:
    assert said(f"{BIN}:/usr/bin", **{"/usr/bin/docker": "/usr/bin/docker"}) == []


def test_another_one_that_leads_to_a_version_of_ours_is_well() -> None:
    assert said(f"/home/a/bin:{BIN}", **{"/home/a/bin/docker": OURS}) == []


@pytest.mark.parametrize("path", [f"/snap/bin:{BIN}", f"/usr/bin:/snap/bin:{BIN}"])
def test_another_one_before_it_is_named(path: str) -> None:
    (found,) = said(path, **{"/snap/bin/docker": "/usr/bin/snap"})
    assert f"/snap/bin/docker comes before {BIN}/docker" in found
    assert "remove /snap/bin/docker" in found


@pytest.mark.parametrize("path", ["", "/usr/bin", f"{BIN}er:/usr/bin"])
def test_a_folder_that_is_not_on_path_is_named(path: str) -> None:
    (found,) = said(path, **{"/usr/bin/docker": "/usr/bin/docker"})
    assert f"{BIN} is not on PATH" in found
