"""The guard of the data-root: refused beforehand, or the same, or separate, and back again."""

import json

import pytest

from dockswitch.engine.flags import DataRootTwice
from dockswitch.engine.foreign import ForeignEngine
from dockswitch.model.errors import DataRootRefused, SwitchUndone
from dockswitch.model.plan import Plan
from dockswitch.switching import history
from dockswitch.switching.losses import DataRootLost
from dockswitch.switching.options import Data
from dockswitch.switching.way_back import NoWayBack
from tests.engine import holding
from tests.world import Manners, World
from tests.world.commands import (
    go_back,
    installed,
    kept,
    mend,
    preview,
    prune,
    start,
    stop,
    switch,
    upgrade,
)
from tests.world.truth import answering, is_whole

DOCKER = "/var/lib/docker"
OLD, NEW, NEWEST = "20.10.24+dfsg1", "28.5.2+dfsg4", "29.0.0-rc.2"
OWN = f"/var/lib/dockswitch/data/{OLD}"


def with_snapshotter(world: World) -> None:
    holding.containerd(world, DOCKER)
    holding.container(world, DOCKER, "web", "overlayfs")


def machine(*, stopped: bool = False) -> World:
    """29 runs, and keeps a container and an image in the image store of containerd."""
    world = World(stable=[OLD, NEW], test=[NEWEST])
    switch(world, NEWEST)
    with_snapshotter(world)
    if stopped:
        stop(world)
    return world


def lost(failure: pytest.ExceptionInfo[DataRootLost]) -> DataRootLost:
    assert (failure.value.exit, failure.value.code) == (13, "data-root")
    return failure.value


@pytest.mark.parametrize("stopped", [False, True])
@pytest.mark.parametrize("version", [OLD, NEW])
def test_a_downgrade_that_loses_something_is_refused_before_anything_is_fetched(
    version: str,
    stopped: bool,  # noqa: FBT001 -- pytest gives it by name
) -> None:
    world = machine(stopped=stopped)
    engines, files = [each.pid for each in world.engines], dict(world.files.entries)
    with pytest.raises(DataRootLost) as failure:
        switch(world, version)
    error = lost(failure)
    assert error.message == f"{version} would not show what /m/var/lib/docker holds"
    assert error.details.startswith(
        "1 container (web) and its images in the image store of containerd, which it "
    )
    assert "--data separate" in error.hint
    assert "--data same" in error.hint
    # 28 knows the store and is only not told to use it
    assert ("containerd-snapshotter" in error.hint) is (version == NEW)
    assert [each.pid for each in world.engines] == engines
    assert world.files.entries == files
    assert kept(world) == [NEWEST]
    with pytest.raises(DataRootLost):
        preview(world, version)


def test_told_to_use_it_28_shows_what_29_kept() -> None:
    world = machine()
    told = json.dumps({"features": {"containerd-snapshotter": True}}).encode()
    world.write(world.layout.engine_config, told)
    assert switch(world, NEW).changed
    with pytest.raises(DataRootLost):
        switch(world, OLD)


def test_separate_keeps_the_old_one_and_a_rollback_returns_to_it() -> None:
    world = machine()
    outcome = switch(world, OLD, data="separate")
    assert outcome.after.data == OWN
    is_whole(world)
    assert f"/m{OWN}" in world.engines[0].argv
    # what is in use stays with what it has, also when it is started anew
    assert not switch(world, OLD).changed
    stop(world)
    start(world)
    assert f"/m{OWN}" in world.engines[0].argv
    assert go_back(world).after.data == ""
    assert f"/m{DOCKER}" in world.engines[0].argv
    assert answering(world) == NEWEST
    assert go_back(world).after.data == OWN
    is_whole(world)


def test_from_a_separate_one_another_version_is_guarded_as_before() -> None:
    world = machine()
    switch(world, OLD, data="separate")
    with pytest.raises(DataRootLost):
        switch(world, NEW)
    switch(world, NEW, data="same")
    assert history.newest(world).data == ""
    switch(world, OLD, data="separate")
    assert go_back(world, 1, data="same").after.data == ""


def test_same_uses_it_anyway_and_says_what_is_not_shown() -> None:
    world = machine()
    plan, _ = preview(world, OLD, data="same")
    assert plan.asks
    assert [each.risk for each in plan.findings] == [True]
    outcome = switch(world, OLD, data="same")
    assert outcome.after.data == ""
    assert len(outcome.notes) == 1
    assert "1 container (web)" in outcome.notes[0]
    is_whole(world)
    # it is not shown now either, so nothing is lost further down
    world.publishers.published["stable"] = [OLD, "20.10.5+dfsg1"]
    assert switch(world, "20.10.5+dfsg1").changed


def test_a_rollback_that_loses_something_is_refused_too() -> None:
    world = World(stable=[OLD], test=[NEWEST])
    switch(world, OLD)
    switch(world, NEWEST)
    with_snapshotter(world)
    with pytest.raises(DataRootLost):
        go_back(world)
    with pytest.raises(DataRootLost):
        switch(world, "previous")
    with pytest.raises(DataRootLost):
        preview(world, "previous")
    assert go_back(world, data="separate").after.data == OWN
    is_whole(world)


def test_a_fresh_data_root_says_beforehand_what_a_rollback_would_not_show() -> None:
    world = World(stable=[NEW], test=[NEWEST])
    switch(world, NEW)
    plan, _ = preview(world, NEWEST)
    assert plan.way_back is not None
    assert "not show what 29.0.0-rc.2 makes meanwhile in the image store of" in plan.way_back
    assert plan.findings == ()
    holding.driver(world, DOCKER, "overlay2", images=1)
    assert preview(world, NEWEST)[0].way_back is None


def test_an_upgrade_to_an_engine_without_the_driver_is_refused() -> None:
    world = World(stable=["20.10.24", "24.0.9"])
    switch(world, "20.10.24")
    holding.driver(world, DOCKER, "aufs", images=2)
    with pytest.raises(DataRootLost) as failure:
        upgrade(world)
    assert lost(failure).details == ("2 images in the aufs storage driver, which it does not know")
    plan, _ = preview(world, "24.0.9", data="same")
    assert plan.way_back == (
        "`dockswitch rollback` would not bring 20.10.24 back: it finds the data of aufs and "
        "overlay2, and wants one to be named"
    )


def test_one_that_could_not_undo_itself_is_refused_before_it_is_fetched() -> None:
    world = World(stable=["20.10.24", "24.0.9"])
    switch(world, "20.10.24")
    holding.driver(world, DOCKER, "aufs", images=2)
    with pytest.raises(NoWayBack) as failure:
        switch(world, "24.0.9", data="same", revert_after=600)
    assert "would not bring 20.10.24 back" in failure.value.details
    assert (failure.value.exit, kept(world)) == (13, ["20.10.24"])
    assert switch(world, "24.0.9", data="separate", revert_after=600).waits is not None


def test_one_that_wants_the_driver_named_is_refused_with_the_key() -> None:
    world = World(stable=["20.10.24", "23.0.6"])
    switch(world, "20.10.24")
    holding.driver(world, DOCKER, "devicemapper", images=2)
    with pytest.raises(DataRootLost) as failure:
        switch(world, "23.0.6")
    assert '"storage-driver": "devicemapper" in daemon.json' in lost(failure).hint
    named = json.dumps({"storage-driver": "devicemapper"}).encode()
    world.write(world.layout.engine_config, named)
    assert switch(world, "23.0.6").changed


@pytest.mark.parametrize("version", [OLD, NEW, NEWEST])
def test_what_overlay2_keeps_is_shown_by_all_and_asked_about_by_none(version: str) -> None:
    world = World(stable=[OLD, NEW], test=[NEWEST])
    holding.driver(world, DOCKER, "overlay2", images=3)
    holding.container(world, DOCKER, "web", "overlay2")
    for each in (NEWEST, version, OLD, NEW):
        plan, _ = preview(world, each)
        assert (about_data(plan), plan.way_back) == ([], None)
        switch(world, each)


def test_what_an_engine_before_dockswitch_left_is_guarded_too() -> None:
    world = World(stable=[OLD, NEW])
    with_snapshotter(world)
    with pytest.raises(DataRootLost):
        switch(world, OLD)
    # where the wanted one would show something, nobody knows which was the last: it is said
    holding.driver(world, DOCKER, "overlay2", images=1)
    plan, _ = preview(world, OLD)
    assert about_data(plan) == [
        f"{OLD} does not show 1 container (web) and its images in the image store of containerd"
    ]
    assert switch(world, OLD).changed


def test_what_a_package_s_engine_left_in_the_machine_s_containerd_is_guarded_too() -> None:
    world = World(stable=[NEW], test=[NEWEST])
    holding.service(world, DOCKER)
    with pytest.raises(DataRootLost) as failure:
        switch(world, NEWEST)
    assert lost(failure).details == (
        "its images in the image store of the machine's containerd, which an engine with a "
        "containerd of its own does not use"
    )
    assert switch(world, NEWEST, data="separate").changed


def test_a_switch_of_links_alone_is_not_guarded() -> None:
    world = machine()
    assert switch(world, OLD, start=False).changed
    assert switch(world, NEW, client_only=True).changed
    assert answering(world) == NEWEST


def test_an_undo_is_never_refused() -> None:
    world = machine()
    world.manners = {OLD: Manners(dies="no")}
    choices: tuple[Data, ...] = ("same", "separate")
    for data in choices:
        with pytest.raises(SwitchUndone):
            switch(world, OLD, data=data)
        assert answering(world) == NEWEST
        is_whole(world)


@pytest.mark.parametrize("data", ["same", "separate"])
def test_recover_is_never_refused(data: Data) -> None:
    world = machine()
    at = 0
    came = True
    while came:
        at += 1
        with world.dies_at(at) as death:
            switch(world, OLD, data=data)
        came = death.came
        mend(world)
        now = history.newest(world)
        assert answering(world) == (OLD if now.version and str(now.version) == OLD else NEWEST)
        if str(now.version) == OLD:
            switch(world, NEWEST, data="same")
            with_snapshotter(world)


def test_separate_is_refused_where_daemon_json_decides() -> None:
    world = World(stable=[OLD, NEW])
    switch(world, NEW)
    world.write(world.layout.engine_config, json.dumps({"data-root": "/m/srv"}).encode())
    before = [each.pid for each in world.engines]
    with pytest.raises(DataRootTwice) as failure:
        switch(world, OLD, data="separate")
    assert isinstance(failure.value, DataRootRefused)
    assert [each.pid for each in world.engines] == before
    assert kept(world) == [NEW]


def test_a_daemon_of_somebody_else_on_the_separate_one_is_in_the_way() -> None:
    world = machine()
    world.starts_foreign(["/usr/bin/dockerd", "--data-root", f"/m{OWN}", "--exec-root", "/x"])
    with pytest.raises(ForeignEngine) as failure:
        switch(world, OLD, data="separate")
    assert f"the data-root /m{OWN}" in failure.value.message
    assert answering(world) == NEWEST


def test_no_removal_takes_a_data_root_along() -> None:
    world = machine()
    switch(world, OLD, data="separate")
    world.write(f"{OWN}/volumes/metadata.db", b"")
    switch(world, NEWEST, data="same")
    switch(world, NEW, data="separate")
    prune(world)
    switch(world, "system")
    prune(world)
    assert world.read(f"{OWN}/volumes/metadata.db") == b""
    assert world.names(f"{DOCKER}/containers")
    assert installed(world).daemon is None


def about_data(plan: Plan) -> list[str]:
    """What is worth knowing, but for the plugins that no engine here brings."""
    return [each.what for each in plan.findings if "plugin" not in each.what]
