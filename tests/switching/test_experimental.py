"""Experimental features, turned on for a switch and off again as their owner had them."""

import json

import pytest

from dockswitch.engine.daemon_config import BadDaemonConfig
from dockswitch.model.errors import CorruptState, SwitchUndone
from dockswitch.switching import history
from tests.world import Manners, World
from tests.world.commands import go_back, start, stop, switch
from tests.world.files import File
from tests.world.truth import is_whole

OLD, NEW = "20.10.24+dfsg1", "28.5.2+dfsg4"
SECRET = b'{\r\n\t"labels" : ["token=secret"],\r\n\t"debug" : true\r\n}'


def machine(config: bytes | None = None) -> World:
    world = World(stable=[OLD], test=[NEW])
    if config is not None:
        world.files.put(world.layout.engine_config, File(config, 0o600))
    switch(world, OLD)
    return world


def config(world: World) -> bytes | None:
    return world.read(world.layout.engine_config)


def is_on(world: World) -> bool:
    (engine,) = world.engines
    return engine.experimental


@pytest.mark.parametrize("owners", [None, b"{}", SECRET, b'{"experimental":false,"debug":true}'])
def test_they_are_on_for_that_switch_and_a_rollback_gives_the_same_bytes(
    owners: bytes | None,
) -> None:
    world = machine(owners)
    own = world.read(world.layout.own_engine_config)
    switch(world, NEW, experimental=True)
    is_whole(world)
    assert is_on(world)
    assert history.newest(world).experimental
    assert (config(world) is None) == (owners is None)
    go_back(world)
    is_whole(world)
    assert not is_on(world)
    assert config(world) == owners
    assert world.read(world.layout.own_engine_config) == own
    assert world.read(world.layout.experimental) is None
    go_back(world)
    assert is_on(world)


@pytest.mark.parametrize("owners", [None, SECRET])
def test_the_next_switch_without_the_word_takes_them_out_again(owners: bytes | None) -> None:
    world = machine(owners)
    switch(world, NEW, experimental=True)
    assert switch(world, NEW, experimental=True).changed is False
    outcome = switch(world, NEW)
    assert (outcome.changed, outcome.restarted) == (True, True)
    assert not is_on(world)
    assert config(world) == owners
    assert switch(world, NEW).changed is False


def test_the_same_version_is_started_anew_for_them() -> None:
    world = machine()
    outcome = switch(world, OLD, experimental=True)
    assert (outcome.changed, outcome.restarted) == (True, True)
    assert is_on(world)
    stop(world)
    start(world)
    assert is_on(world)
    assert go_back(world).restarted
    assert not is_on(world)
    assert world.read(world.layout.own_engine_config) == b"{}\n"


def test_what_their_owner_turned_on_stays_on() -> None:
    owners = b'{"experimental": true}'
    world = machine(owners)
    for experimental in (True, False):
        switch(world, NEW, experimental=experimental)
        assert is_on(world)
        assert config(world) == owners
        assert world.read(world.layout.experimental) is None


def test_what_their_owner_changed_since_is_kept() -> None:
    world = machine(b'{"experimental": false}')
    switch(world, NEW, experimental=True)
    for owners in (b'{"experimental": false, "debug": true}', b'{"debug": true}', b"{}"):
        world.files.put(world.layout.engine_config, File(owners))
        switch(world, OLD)
        assert config(world) == owners
        switch(world, NEW, experimental=True)
        assert is_on(world)


def test_other_keys_that_came_since_stay() -> None:
    world = machine(b'{"debug": true}')
    switch(world, NEW, experimental=True)
    told = json.loads(config(world) or b"") | {"icc": False}
    world.files.put(world.layout.engine_config, File(json.dumps(told).encode()))
    switch(world, OLD)
    assert json.loads(config(world) or b"") == {"debug": True, "icc": False}


def test_a_machine_that_got_a_daemon_json_since_has_both_put_right() -> None:
    world = machine()
    switch(world, NEW, experimental=True)
    world.files.put(world.layout.engine_config, File(b'{"debug": true}'))
    switch(world, OLD, experimental=True)
    assert is_on(world)
    assert world.read(world.layout.own_engine_config) == b"{}\n"
    switch(world, OLD)
    assert config(world) == b'{"debug": true}'


def test_an_engine_that_does_not_start_with_them_leaves_all_as_it_was() -> None:
    world = machine(SECRET)
    world.manners[NEW] = Manners(dies="no")
    world.on_trial = {NEW: Manners()}
    with pytest.raises(SwitchUndone):
        switch(world, NEW, experimental=True)
    is_whole(world)
    assert config(world) == SECRET
    assert not is_on(world)


def test_what_a_private_daemon_json_says_goes_into_no_journal() -> None:
    world = machine(SECRET)
    switch(world, NEW, experimental=True)
    go_back(world)
    assert world.mode(world.layout.engine_config) == 0o600
    told = [e.content for path, e in world.files.entries.items() if isinstance(e, File) and path]
    assert [content for content in told if b"secret" in content] == [SECRET]


def test_a_daemon_json_that_is_a_link_stays_one() -> None:
    world = World(stable=[OLD], test=[NEW])
    world.files.put("/srv/daemon.json", File(b"{}"))
    world.files.point(world.layout.engine_config, "/m/srv/daemon.json")
    world.files.point("/m", "/")  # as a machine sees its root from outside
    switch(world, NEW, experimental=True)
    assert is_on(world)
    assert world.link(world.layout.engine_config) == "/m/srv/daemon.json"
    switch(world, NEW)
    assert world.read("/srv/daemon.json") == b"{}"


def test_use_system_takes_them_out_too() -> None:
    world = machine(SECRET)
    switch(world, NEW, experimental=True)
    go_back(world, 0)
    is_whole(world)
    assert config(world) == SECRET


def test_a_note_that_cannot_be_read_is_named() -> None:
    world = machine(SECRET)
    world.files.put(world.layout.experimental, File(b"{"))
    with pytest.raises(CorruptState, match=r"experimental\.json"):
        switch(world, NEW)


def test_a_daemon_json_of_another_encoding_is_not_touched() -> None:
    world = World(stable=[OLD])
    world.files.put(world.layout.engine_config, File(b'{"labels": ["a=\xe4"]}'))
    with pytest.raises(BadDaemonConfig, match=r"daemon\.json"):
        switch(world, OLD, experimental=True)
