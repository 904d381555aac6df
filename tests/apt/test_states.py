"""What dpkg's letters say of a package."""

import pytest

from dockswitch.apt.states import DatabaseUnread, State, known, states
from dockswitch.model.ports import Finished
from tests.world import World
from tests.world.dpkg import Package

# letters: whether it is there, whole, held, spoiled
_LETTERS = {
    "ii ": (True, True, False, False),
    "hi ": (True, True, True, False),
    "rc ": (False, False, False, False),
    "un ": (False, False, False, False),
    "iU ": (True, False, False, False),
    "iF ": (True, False, False, False),
    "iHR": (True, False, False, True),
    "hFR": (True, False, True, True),
    "ri ": (True, False, False, False),
}


@pytest.mark.parametrize("letters", _LETTERS)
def test_only_what_is_wholly_installed_is_whole(letters: str) -> None:
    world = World()
    world.dpkg.packages["docker-ce"] = Package("5:28.5.2-1", letters)
    there, whole, held, spoiled = _LETTERS[letters]
    wanted = State("docker-ce", "5:28.5.2-1", "amd64", whole, held, spoiled, there)
    assert known(world, ["docker-ce", "nobody"]) == {"docker-ce": wanted}
    assert states(world, ["docker-ce", "nobody"]) == ({"docker-ce": wanted} if there else {})


def test_without_dpkg_there_is_nothing() -> None:
    world = World()
    world.answers["dpkg-query"] = lambda _: Finished(127, "", "dpkg-query: not found")
    assert states(world, ["docker-ce"]) == {}


def test_a_database_that_cannot_be_read_is_told() -> None:
    world = World()
    broken = "dpkg-query: error: parsing file '/var/lib/dpkg/status' near line 5"
    world.answers["dpkg-query"] = lambda _: Finished(2, "", broken)
    with pytest.raises(DatabaseUnread) as failed:
        states(world, ["docker-ce"])
    assert failed.value.details == broken
    assert "dpkg --audit" in failed.value.hint
