"""The unit by which a user's own systemd undoes an unfinished switch."""

import pytest

from dockswitch.engine import at_boot
from dockswitch.engine.unit_files import ForeignUnit
from dockswitch.model.step import File, Link
from dockswitch.switching import transaction
from tests.engine.test_rootless_systemd import UNITS, machine

PLACE = f"{UNITS}/dockswitch-recover.service"
LINK = f"{UNITS}/default.target.wants/dockswitch-recover.service"
PROGRAM = ("/opt/my tools/dockswitch",)


def test_it_runs_this_program_for_that_user_before_docker() -> None:
    world = machine()
    unit, link = at_boot.readies(world, PROGRAM)
    assert isinstance(unit, File)
    lines = (unit.content or "").splitlines()
    assert 'ExecStart="/opt/my tools/dockswitch" --user recover --boot' in lines
    assert "Before=docker.service" in lines
    assert (unit.path, link) == (PLACE, Link(LINK, PLACE))
    for step in (unit, link):
        transaction.act(world, step)
    assert at_boot.readies(world, PROGRAM) == ()
    world.point(LINK, None)  # whoever disables it is left alone
    assert at_boot.readies(world, PROGRAM) == ()


def test_it_knows_the_places_that_a_login_set() -> None:
    unit, _ = at_boot.readies(machine(), PROGRAM, {"XDG_DATA_HOME": "/srv/my data"})
    assert isinstance(unit, File)
    assert 'Environment="XDG_DATA_HOME=/srv/my data"' in (unit.content or "").splitlines()


def test_somebody_elses_is_not_replaced() -> None:
    world = machine()
    world.write(PLACE, b"[Service]\n")
    with pytest.raises(ForeignUnit):
        at_boot.readies(world, PROGRAM)


def test_there_is_none_where_the_user_has_no_systemd() -> None:
    world = machine()
    world.files.write(f"{world.layout.runtime}/systemd/private", None)
    assert at_boot.readies(world, PROGRAM) == ()
