"""Switching to engines of a user's own: what they need besides comes, counts and goes with them."""

from dataclasses import replace

import pytest

from dockswitch.backends import bundles, find
from dockswitch.engine.rootless import NoKit
from dockswitch.engine.rootless_needs import Lacking
from dockswitch.engine.running import running
from dockswitch.model.errors import NotAuthentic, SwitchUndone
from dockswitch.model.layout import Layout
from dockswitch.model.trust import Trust
from dockswitch.switching import history
from dockswitch.switching.authentic import Accepted, OtherBytes
from dockswitch.switching.chosen import NoRootlessExtras
from dockswitch.switching.doctor import doctor
from tests.world import MOMENTS, Manners, Moment, World
from tests.world.commands import get, go_back, mend, preview, prune, start, stop, switch, uninstall
from tests.world.truth import answering, is_whole, nothing_is_left

RECORDED = "28.5.2"  # its digests ship with dockswitch
OLD, NEW = "26.1.5+dfsg1", "28.5.2+dfsg4"
ALONE = "24.0.5"  # published without what it would need
_PROGRAMS = ("newuidmap", "newgidmap", "ip", "slirp4netns", "iptables")


def machine() -> World:
    """Anna's, below a root as all worlds are."""
    world = World(stable=[ALONE, OLD, RECORDED], test=[OLD, NEW])
    world.publishers.rootless = {OLD, NEW, RECORDED}
    world.host = replace(world.host, uid=1000)
    world.layout = Layout.of_user(env={"HOME": "/home/anna"}, uid=1000, root="/m")
    world.programs |= {f"/usr/bin/{name}": name for name in _PROGRAMS}
    ranges = b"anna:165536:65536\n"
    world.surroundings |= {"/etc/subuid": ranges, "/etc/subgid": ranges}
    world.surroundings["/etc/passwd"] = b"anna:x:1000:1000::/home/anna:/bin/sh\n"
    world.allowed = {"/dev/net/tun": True}
    return world


def extras(version: str) -> str:
    return f"docker-rootless-extras-{version}.tgz"


def fetched(world: World) -> list[str]:
    """The archives that were asked for, oldest first."""
    names = [url.rpartition("/")[2] for url in world.publishers.requests]
    return [name for name in names if name.endswith(".tgz")]


def beside(world: World) -> list[str]:
    """The versions that can be run without root."""
    return [str(each.version) for each in bundles.kept_on(world, world.layout.rootless)]


def test_an_engine_of_a_users_own_is_switched_and_brings_what_it_needs() -> None:
    world = machine()
    switch(world, OLD)
    assert fetched(world) == [f"docker-{OLD}.tgz", extras(OLD)]
    now = history.newest(world)
    assert [each.url.rpartition("/")[2] for each in now.artifacts] == fetched(world)
    is_whole(world)
    switch(world, NEW)
    is_whole(world)
    go_back(world)
    is_whole(world)
    assert answering(world) == OLD
    assert beside(world) == [OLD, NEW]
    assert [a.url for a in history.newest(world).artifacts] == [a.url for a in now.artifacts]


def test_the_wanted_engine_is_proven_before_the_old_one_stops() -> None:
    world = machine()
    switch(world, OLD)
    world.manners = {NEW: Manners(dies="no such driver")}
    engines = [each.pid for each in world.engines]
    with pytest.raises(SwitchUndone, match="was never stopped") as failure:
        switch(world, NEW)
    assert failure.value.details.endswith("no such driver")
    assert [each.pid for each in world.engines] == engines
    is_whole(world)


def test_a_preview_tells_of_both_archives_and_fetches_none() -> None:
    world = machine()
    plan, _ = preview(world, NEW)
    assert [each.url.rpartition("/")[2] for each in plan.artifacts] == [
        f"docker-{NEW}.tgz",
        extras(NEW),
    ]
    assert fetched(world) == []
    get(world, f"test {NEW}")
    plan, _ = preview(world, NEW)
    assert [each.url.rpartition("/")[2] for each in plan.artifacts] == [extras(NEW)]


def test_who_starts_no_engine_needs_nothing_besides() -> None:
    for start_it, client_only in ((False, False), (True, True)):
        world = machine()
        world.allowed = {}
        switch(world, ALONE, start=start_it, client_only=client_only)
        assert fetched(world) == [f"docker-{ALONE}.tgz"]
        assert world.engines == []


def test_the_machines_own_engine_needs_nothing_besides() -> None:
    world = World(stable=[OLD])
    world.publishers.rootless = {OLD}
    switch(world, OLD)
    assert fetched(world) == [f"docker-{OLD}.tgz"]


def test_a_version_without_is_refused_with_the_nearest_that_has_it() -> None:
    world = machine()
    for refused in (lambda: switch(world, ALONE), lambda: preview(world, ALONE)):
        with pytest.raises(NoRootlessExtras) as failure:
            refused()
        error = failure.value
        assert error.exit == 11
        assert error.message == f"stable {ALONE} cannot run without root"
        assert error.details.endswith(f"the nearest version that has them is {OLD}")
        assert error.hint.startswith(f"take stable@{OLD}, or leave out --user")
        assert "--client-only" in error.hint
    assert fetched(world) == []


def test_what_is_missing_here_is_told_before_anything_is_fetched_or_stopped() -> None:
    world = machine()
    switch(world, OLD)
    world.publishers.requests.clear()
    world.allowed = {}
    with pytest.raises(Lacking):
        switch(world, NEW)
    assert fetched(world) == []
    is_whole(world)
    # What runs is not asked whether it could.
    assert not switch(world, OLD).changed


@pytest.mark.parametrize(
    ("version", "accepted", "trust"),
    [(RECORDED, Accepted(Trust.RECORDED), Trust.RECORDED), (NEW, Accepted(), Trust.TLS)],
)
def test_extras_stand_under_the_same_trust(version: str, accepted: Accepted, trust: Trust) -> None:
    world = machine()
    switch(world, version, least=accepted)
    assert [each.trust for each in history.newest(world).artifacts] == [trust, trust]


def test_extras_with_too_little_trust_or_other_bytes_are_not_kept() -> None:
    world = machine()
    with pytest.raises(NotAuthentic):
        switch(world, NEW, least=Accepted(Trust.RECORDED))
    assert fetched(world) == []
    world.publishers.digests[extras(RECORDED)] = "11" * 32
    with pytest.raises(OtherBytes) as failure:
        switch(world, RECORDED)
    assert failure.value.message.startswith(extras(RECORDED))
    assert beside(world) == []
    nothing_is_left(world)


def test_a_later_start_fetches_what_was_not_needed_so_far() -> None:
    world = machine()
    switch(world, NEW, start=False)
    assert beside(world) == []
    assert start(world).version == NEW
    assert beside(world) == [NEW]
    stop(world)
    world.offline = True
    assert start(world).version == NEW


def test_an_install_brings_both_where_both_are_published() -> None:
    world = machine()
    for version in (ALONE, NEW):
        get(world, version, rootless="offered")
    assert beside(world) == [NEW]
    world.offline = True
    switch(world, NEW)
    is_whole(world)


def test_extras_go_with_the_last_of_their_version() -> None:
    world = machine()
    for version in (OLD, NEW, RECORDED):
        switch(world, version)
    uninstall(world, OLD)
    assert beside(world) == [RECORDED, NEW]
    switch(world, NEW)
    switch(world, NEW)
    prune(world)
    assert OLD not in beside(world)
    nothing_is_left(world)


def test_without_its_extras_an_earlier_engine_is_not_gone_back_to() -> None:
    world = machine()
    switch(world, OLD)
    switch(world, NEW)
    gone = bundles.kept_on(world, world.layout.rootless)[0]
    world.files.move(gone.folder, "/elsewhere")
    with pytest.raises(NoKit) as failure:
        go_back(world)
    assert f"`dockswitch --user use {OLD}`" in failure.value.hint
    is_whole(world)
    switch(world, OLD)
    is_whole(world)


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_any_call_it_is_undone(moment: Moment) -> None:
    number, alive = 1, True
    while alive:
        world = machine()
        switch(world, OLD)
        with world.dies_at(number, moment) as death:
            switch(world, NEW)
        alive, number = death.came, number + 1
        mend(world)
        is_whole(world)
    assert number > 30


def test_the_doctor_looks_at_the_same() -> None:
    world = machine()
    switch(world, OLD)
    well = doctor(world, find("static"), None, {"PATH": "/usr/bin"})
    world.allowed = {}
    told = doctor(world, find("static"), None, {"PATH": "/usr/bin"})
    new = {each.what for each in told.findings} - {each.what for each in well.findings}
    assert new == {"there is no /dev/net/tun"}
    assert not told.well


def test_another_users_engine_in_the_same_folder_is_not_ours() -> None:
    world = machine()
    switch(world, OLD)
    world.engines[0].uid = 1001
    assert world.daemons()[0].ours

    assert running(world) is None
