"""`upgrade`: to the newest of the channel in use, and never to an older one."""

import pytest

from dockswitch.model.errors import Unreachable
from tests.world import World
from tests.world.commands import go_back, switch, upgrade
from tests.world.truth import is_whole

OLD, NEW, PRE = "24.0.9", "28.5.1", "29.0.0-rc.1"


@pytest.mark.parametrize(
    ("words", "published", "version"),
    [
        (f"stable {OLD}", {"stable": [OLD, NEW], "test": [OLD, NEW, PRE]}, NEW),
        (f"test {OLD}", {"stable": [OLD, NEW], "test": [OLD, NEW, PRE]}, PRE),
        (f"test {OLD}", {"stable": [OLD, NEW], "test": [OLD]}, OLD),
        (f"stable {NEW}", {"stable": [OLD], "test": [OLD, NEW]}, NEW),
    ],
)
def test_an_upgrade_goes_to_the_newest_of_the_channel_in_use(
    words: str, published: dict[str, list[str]], version: str
) -> None:
    world = World(stable=[OLD, NEW], test=[OLD, NEW])
    channel = switch(world, words).after.channel
    world.publishers.published = dict(published)
    outcome = upgrade(world)
    assert (str(outcome.after.version), outcome.after.channel) == (version, channel)
    assert outcome.changed == (version not in words)
    is_whole(world)


def test_a_second_upgrade_changes_nothing() -> None:
    world = World(stable=[OLD, NEW])
    switch(world, OLD)
    assert upgrade(world).changed
    engines = [each.pid for each in world.engines]
    assert not upgrade(world).changed
    assert [each.pid for each in world.engines] == engines


def test_an_upgrade_can_be_taken_back() -> None:
    world = World(stable=[OLD, NEW])
    switch(world, OLD)
    upgrade(world)
    assert str(go_back(world).after.version) == OLD
    is_whole(world)


def test_a_channel_that_is_down_or_gone_changes_nothing() -> None:
    world = World(stable=[OLD, NEW])
    switch(world, OLD)
    world.publishers.down = {"stable"}
    with pytest.raises(Unreachable):
        upgrade(world)
    is_whole(world)
