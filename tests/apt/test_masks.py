"""Units that packages masked as they were removed are free again behind it."""

from dockswitch.apt import install, masks
from dockswitch.model.step import Packages
from tests.world import World
from tests.world.files import File

_UNIT = "/etc/systemd/system/docker.service"
_GONE = Packages(("docker-ce-",))


def test_a_removal_leaves_no_unit_masked() -> None:
    world = _with_engine()
    world.services.mask("docker.service")
    assert masks.masked(world)
    install.make_so(world, _GONE)
    assert masks.masked(world) == ()
    assert world.kind(_UNIT) is None


def test_one_that_was_cut_short_is_made_up_for_by_the_next() -> None:
    world = _with_engine()
    install.make_so(world, _GONE)
    world.services.mask("docker.service")
    install.make_so(world, _GONE)
    assert masks.masked(world) == ()


def test_what_packages_did_not_mask_is_left_alone() -> None:
    world = _with_engine()
    world.files.put(_UNIT, File(b""))
    install.make_so(world, _GONE)
    assert world.kind(_UNIT) == "file"


def _with_engine() -> World:
    world = World(root="")
    world.dpkg.has("docker-ce=5:28.5.2-1~debian.12~bookworm")
    return world
