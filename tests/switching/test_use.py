"""`use`: what a spec comes to, what changes, and what is left alone."""

import pytest

from dockswitch.backends.bundles import NotInstalled
from dockswitch.backends.links import ForeignFile
from dockswitch.engine.foreign import ForeignEngine
from dockswitch.model.errors import NotPublished, Unreachable
from dockswitch.switching import history
from dockswitch.system.locks import LockBusy
from dockswitch.system.refusals import DiskFull
from tests.world import MIRROR, World
from tests.world.commands import go_back, kept, mend, preview, start, stop, switch, used
from tests.world.truth import answering, in_use, is_whole

OLD, NEW = "20.10.24+dfsg1", "28.5.2+dfsg4"
STABLE = ["20.10.1", "20.10.10", "24.0.9", "28.5.1"]
TEST = ["20.10.10", "24.0.9", "24.0.10-rc.1", "28.5.1", "29.0.0-rc.1", "29.0.0-rc.2"]
EDGE = ["17.05.0-ce", "18.05.0-ce", "28.5.1"]


def publishers() -> World:
    return World(stable=STABLE, test=TEST, edge=EDGE)


@pytest.mark.parametrize(
    ("words", "channel", "version"),
    [
        ("stable", "stable", "28.5.1"),
        ("test", "test", "29.0.0-rc.2"),
        ("edge", "edge", "28.5.1"),
        ("20.10.1", "stable", "20.10.1"),
        ("v20.10.1", "stable", "20.10.1"),
        ("20.10.10", "stable", "20.10.10"),
        ("20.10", "stable", "20.10.10"),
        ("28", "stable", "28.5.1"),
        ("test 28", "test", "28.5.1"),
        ("test@24", "test", "24.0.9"),
        (">=20,<25", "stable", "24.0.9"),
        ("latest", "stable", "28.5.1"),
        ("test latest", "test", "28.5.1"),
        ("test latest-pre", "test", "29.0.0-rc.2"),
        ("29.0.0-rc.1", "test", "29.0.0-rc.1"),
        ("29.0.0-rc1", "test", "29.0.0-rc.1"),
        ("17.05.0", "edge", "17.05.0-ce"),
        ("18.05", "edge", "18.05.0-ce"),
    ],
)
def test_a_spec_comes_to_one_release(words: str, channel: str, version: str) -> None:
    world = publishers()
    outcome = switch(world, words)
    assert outcome.changed
    assert (outcome.after.channel, str(outcome.after.version)) == (channel, version)
    assert outcome.after.wish == words
    is_whole(world)


@pytest.mark.parametrize(
    ("words", "message", "details"),
    [
        ("20.10.2", "20.10.2 was published, but not in stable, test, edge", "nearest here"),
        ("20.10.24+dfsg1", "there is no release for '20.10.24+dfsg1'", "nearest: "),
        ("stable 29", "there is no release for '29' in stable", "nearest: "),
        ("test 29", "there are only pre-releases for '29' in test", "29.0.0-rc.1, 29.0.0-rc.2"),
        ("stable 29.0.0-rc.1", "29.0.0-rc.1 was published, but not in stable", "test for linux"),
        ("stable latest-pre", "there is no release for 'latest-pre' in stable", "nearest: "),
        ("nightly", f"{MIRROR}/linux/static/nightly/x86_64/ is not there", "404"),
    ],
)
def test_what_is_not_there_is_never_another_version(words: str, message: str, details: str) -> None:
    world = publishers()
    with pytest.raises(NotPublished) as failure:
        switch(world, words)
    assert failure.value.exit == 11
    assert failure.value.message.startswith(message)
    assert details in failure.value.details
    assert kept(world) == []
    assert not world.files.names(world.layout.state)


@pytest.mark.parametrize("words", ["28", "24.0.9", "stable", "latest"])
def test_a_source_that_is_down_is_17_and_never_another_one(words: str) -> None:
    world = publishers()
    world.publishers.down = {"stable"}
    with pytest.raises(Unreachable) as failure:
        switch(world, words)
    assert failure.value.exit == 17
    assert "--offline" in failure.value.hint
    assert kept(world) == []


def test_a_later_channel_that_is_down_matters_only_where_it_is_asked() -> None:
    world = publishers()
    world.publishers.down = {"edge"}
    assert str(switch(world, "28").after.version) == "28.5.1"
    with pytest.raises(Unreachable):
        switch(world, "17.05")


def test_a_channel_that_a_mirror_lacks_is_skipped_where_none_was_named() -> None:
    world = World(test=TEST)
    outcome, found = used(world, "24.0.9")
    assert outcome.after.channel == "test"
    assert found is not None
    assert found.reasons[0] == "stable: it has no listing there, where other channels have one"
    assert "its index shows 6 releases: 24.0.9 is 24.0.9" in found.reasons
    with pytest.raises(NotPublished) as failure:
        switch(World(test=TEST), "stable 24.0.9")
    assert failure.value.message.startswith(f"{MIRROR}/linux/static/stable/x86_64/")


def test_a_ga_in_test_names_the_newest_pre_release() -> None:
    world = World(stable=["28.5.1"], test=["28.0.0-rc.1", "28.5.1"])
    found = used(world, "test")[1]
    assert found is not None
    assert found.newest_pre is not None
    assert str(found.newest_pre.version) == "28.0.0-rc.1"


def test_the_same_use_again_changes_nothing_restarts_nothing_and_asks_nobody() -> None:
    world = publishers()
    switch(world, "28.5.1")
    files, engines = dict(world.files.entries), [each.pid for each in world.engines]
    world.publishers.requests.clear()
    world.publishers.down = {"stable", "test", "edge"}
    for words in ("28.5.1", "stable 28.5.1"):
        outcome = switch(world, words)
        assert not outcome.changed
        assert not outcome.restarted
    assert world.publishers.requests == []
    assert world.files.entries == files
    assert [each.pid for each in world.engines] == engines


def test_a_word_for_what_is_in_use_already_changes_nothing() -> None:
    world = publishers()
    switch(world, "stable")
    before = [each.pid for each in world.engines]
    assert not switch(world, "stable").changed
    assert not switch(world, "28").changed
    assert [each.pid for each in world.engines] == before
    assert len(history.generations(world)) == 1


def test_the_same_version_from_another_channel_is_recorded_and_nothing_restarts() -> None:
    world = publishers()
    switch(world, "28.5.1")
    engines = [each.pid for each in world.engines]
    outcome = switch(world, "test 28.5.1")
    assert (outcome.changed, outcome.restarted, outcome.downtime) == (True, False, None)
    assert (outcome.after.number, outcome.after.channel) == (2, "test")
    assert [each.pid for each in world.engines] == engines
    assert kept(world) == ["28.5.1"]
    is_whole(world)
    world.publishers.requests.clear()
    assert switch(world, "stable 28.5.1").after.channel == "stable"
    assert world.publishers.requests == []  # both channels are noted now


def test_a_version_that_was_kept_needs_no_network() -> None:
    world = publishers()
    switch(world, "24.0.9")
    switch(world, "28.5.1")
    world.publishers.requests.clear()
    outcome = switch(world, "24.0.9")
    assert outcome.restarted
    assert world.publishers.requests == []
    is_whole(world)


def test_the_outcome_tells_where_from_where_to_and_how_long_nobody_answered() -> None:
    world = publishers()
    first = switch(world, "24.0.9")
    assert first.before.version is None
    assert (first.restarted, first.downtime) == (False, None)
    second = switch(world, "28.5.1")
    assert str(second.before.version) == "24.0.9"
    assert second.downtime == pytest.approx(0.23, abs=0.05)
    assert second.after.artifacts[0].url.endswith("/stable/x86_64/docker-28.5.1.tgz")
    assert (second.after.backend, second.after.running) == ("static", True)


def test_everything_is_fetched_before_the_running_engine_is_touched() -> None:
    world = publishers()
    switch(world, "24.0.9")
    with world.dies_at(10_000):
        switch(world, "28.5.1")
    fetched = next(at for at, act in enumerate(world.acts) if act.startswith("unpack"))
    old, proven = 1001, 1003  # each with its containerd
    stopped = world.acts.index(f"end {old}")
    assert fetched < world.acts.index(f"end {proven}") < stopped
    pointed = next(at for at, act in enumerate(world.acts) if act.startswith("point"))
    started = next(at for at, act in enumerate(world.acts) if act.startswith("start /"))
    assert fetched < stopped < pointed < started


def test_what_cannot_be_fetched_leaves_the_running_engine_alone() -> None:
    world = publishers()
    switch(world, "24.0.9")
    engines = [each.pid for each in world.engines]
    with world.full(1), pytest.raises(DiskFull):
        switch(world, "28.5.1")
    is_whole(world)
    assert [each.pid for each in world.engines] == engines


def test_a_switch_without_a_start_flips_the_links_and_leaves_the_engine() -> None:
    world = publishers()
    switch(world, "24.0.9")
    engines = [each.pid for each in world.engines]
    outcome = switch(world, "28.5.1", start=False)
    assert (outcome.changed, outcome.restarted) == (True, False)
    assert in_use(world) == "28.5.1"
    assert answering(world) == "24.0.9"
    assert [each.pid for each in world.engines] == engines


def test_a_first_switch_without_a_start_starts_nothing() -> None:
    world = publishers()
    outcome = switch(world, "28.5.1", start=False)
    assert not outcome.after.running
    assert world.engines == []
    is_whole(world)
    assert not switch(world, "28.5.1", start=False).changed


def test_a_use_after_one_without_a_start_starts_the_engine() -> None:
    world = publishers()
    switch(world, "28.5.1", start=False)
    outcome = switch(world, "28.5.1")
    assert (outcome.changed, outcome.restarted) == (True, False)
    is_whole(world)
    assert answering(world) == "28.5.1"


def test_a_use_of_what_was_started_by_hand_is_recorded_as_running() -> None:
    world = publishers()
    switch(world, "24.0.9", start=False)
    start(world)
    outcome = switch(world, "24.0.9")
    assert (outcome.changed, outcome.after.running) == (True, True)
    assert not switch(world, "24.0.9").changed
    switch(world, "28.5.1")
    go_back(world)
    is_whole(world)
    assert answering(world) == "24.0.9"


def test_the_client_alone_is_one_link() -> None:
    world = publishers()
    switch(world, "28.5.1", client_only=True)
    assert world.names(world.layout.bin) == ("docker",)
    assert world.engines == []
    switch(world, "28.5.1")
    is_whole(world)


def test_an_engine_that_was_stopped_is_started_by_the_next_use() -> None:
    world = publishers()
    switch(world, "28.5.1")
    stop(world)
    outcome = switch(world, "28.5.1")
    assert outcome.changed
    is_whole(world)


def test_previous_and_system_come_from_the_history() -> None:
    world = publishers()
    switch(world, "24.0.9")
    switch(world, "28.5.1")
    world.publishers.down = {"stable", "test", "edge"}
    assert str(switch(world, "previous").after.version) == "24.0.9"
    assert str(switch(world, "previous").after.version) == "28.5.1"
    gone = switch(world, "system")
    assert gone.after.version is None
    assert world.engines == []
    assert world.names(world.layout.bin) == ()
    is_whole(world)


def test_a_foreign_engine_is_refused_before_anything_is_fetched() -> None:
    world = publishers()
    pid = world.starts_foreign(["/usr/bin/dockerd"], socket="/run/docker.sock")
    with pytest.raises(ForeignEngine) as failure:
        switch(world, "stable")
    assert failure.value.message == (
        "an engine that dockswitch did not start uses the socket /m/run/docker.sock"
    )
    assert failure.value.details == (
        f"the engine unpacked at /usr/bin/dockerd (process {pid}) is left untouched"
    )
    assert world.alive(pid)
    assert kept(world) == []


def test_a_foreign_file_is_refused_before_anything_is_fetched() -> None:
    world = publishers()
    world.files.write("/usr/local/bin/dockerd", b"mine")
    with pytest.raises(ForeignFile):
        switch(world, "stable")
    assert world.read("/usr/local/bin/dockerd") == b"mine"
    assert kept(world) == []


def test_a_command_waits_for_the_one_that_is_at_work() -> None:
    world = publishers()
    with world.locked(), pytest.raises(LockBusy) as failure:
        switch(world, "stable")
    assert failure.value.exit == 14
    assert failure.value.details == "process 4711 holds the lock; waited 60 s for it"


def test_a_preview_says_the_steps_and_does_none() -> None:
    world = publishers()
    switch(world, "24.0.9")
    entries, engines = dict(world.files.entries), [each.pid for each in world.engines]
    plan, channel = preview(world, "test 28")
    assert channel == "test"
    assert plan.restarts
    assert [str(step).partition("versions")[0] for step in plan.steps] == [
        "stop the engine",
        "link /var/lib/dockswitch/current to ",
        "start /var/lib/dockswitch/",
    ]
    assert world.files.entries == entries
    assert [each.pid for each in world.engines] == engines
    assert preview(world, "24.0.9")[0].steps == ()
    assert [str(step) for step in preview(world, "system")[0].steps][:1] == ["stop the engine"]


def test_what_a_killed_switch_left_is_undone_first_and_told() -> None:
    world = publishers()
    switch(world, "24.0.9")
    with world.dies_at(40) as death:
        switch(world, "28.5.1")
    assert death.came
    outcome = switch(world, "20.10.10")
    assert outcome.recovered is not None
    assert outcome.recovered.wish == "28.5.1"
    assert outcome.after.number == 2
    is_whole(world)
    assert mend(world) is None


def test_a_version_that_another_command_removed_meanwhile_is_not_switched_to() -> None:
    world = publishers()
    switch(world, "28.5.1")
    switch(world, "24.0.9")
    engines = [each.pid for each in world.engines]
    world.meanwhile("lock", lambda: world.files.move(_folder(world, "28.5.1"), "/elsewhere"))
    with pytest.raises(NotInstalled) as failure:
        switch(world, "28.5.1")
    assert failure.value.details == "installed: 24.0.9"
    assert [each.pid for each in world.engines] == engines
    is_whole(world)
    assert answering(world) == "24.0.9"


def _folder(world: World, version: str) -> str:
    names = world.files.names(world.layout.versions)
    return f"{world.layout.versions}/{next(n for n in names if n.startswith(f'{version}-'))}"


def test_a_rollback_and_a_use_of_the_same_are_the_same() -> None:
    world = publishers()
    switch(world, "24.0.9")
    switch(world, "28.5.1")
    go_back(world)
    assert not switch(world, "24.0.9").changed
