"""Whole switches by apt on a machine in memory, where its packages bring the engine."""

from dataclasses import replace

import pytest

from dockswitch.apt.archives import ArchiveMissing
from dockswitch.backends import find
from dockswitch.model.errors import SwitchUndone
from dockswitch.model.package_words import split
from dockswitch.switching import drift, history, which_backend
from dockswitch.switching.held import HeldByOthers
from tests.world import Manners, World
from tests.world.commands import adopt, go_back, switch
from tests.world.debian import debian, keeps, release, there
from tests.world.files import File
from tests.world.packaged_truth import has, is_whole
from tests.world.truth import answering

OLD, NEW, OURS = "26.1.5", "28.5.2", "28.5.2+dfsg4"
OLDS, NEWS = release(OLD, "1.6.33-1"), release(NEW)
# as an engine that is left brings them along
STAYING = release(OLD)


def machine() -> World:
    world = debian(stable=[OURS])
    keeps(world, OLDS)
    keeps(world, NEWS, "test")
    return world


def after(*versions: str) -> World:
    world = machine()
    for version in versions:
        use(world, version)
    return world


def use(world: World, version: str, *, hold: bool | None = None) -> bool:
    return switch(world, version, backend="apt", hold=hold).changed


def test_a_first_use_installs_starts_and_holds_what_was_named() -> None:
    world = machine()
    assert use(world, OLD)
    is_whole(world, OLDS)
    assert world.dpkg.held == {split(word)[0] for word in OLDS}
    now, installed = history.newest(world), find("apt").installed(world)
    assert drift.drift(world, now, installed) == ()


def test_the_same_again_changes_nothing() -> None:
    world = after(OLD)
    files, pid = dict(world.files.entries), world.services.main
    assert not use(world, OLD)
    assert world.files.entries == files
    assert world.services.main == pid


def test_the_same_again_is_seen_at_a_glance_and_nothing_is_asked_of_systemd() -> None:
    world = after(OLD)
    acts = len(world.acts)
    world.answers["systemctl"] = lambda argv: pytest.fail(f"asked {argv}")
    assert not use(world, OLD)
    assert not use(world, OLD, hold=True)
    assert world.acts[acts:] == []


def test_what_somebody_changed_meanwhile_is_seen() -> None:
    world = after(OLD)
    world.dpkg.packages["docker-ce"].letters = "ii "
    assert use(world, OLD)
    assert "docker-ce" in world.dpkg.held


def test_up_restarts_the_engine_once_and_down_keeps_what_serves_both() -> None:
    world = after(OLD)
    use(world, NEW)
    is_whole(world, NEWS)
    use(world, OLD)
    is_whole(world, STAYING)


def test_a_rollback_brings_back_exactly_what_was_there() -> None:
    world = after(OLD, NEW)
    world.offline = True
    go_back(world)
    is_whole(world, OLDS)
    assert world.dpkg.held == {split(word)[0] for word in OLDS}
    go_back(world)
    is_whole(world, NEWS)


def test_use_system_leaves_a_machine_without_an_engine_as_it_was() -> None:
    world = machine()
    before = set(world.files.entries)
    use(world, OLD)
    go_back(world, 0)
    assert there(world) == set()
    assert answering(world) is None
    assert not world.services.listens
    left = {path for path in set(world.files.entries) - before if path.startswith("/etc")}
    # debhelper leaves what enables its units, until a purge
    assert {path for path in left if ".wants" not in path} == {
        *(
            "/etc",
            "/etc/apt",
            "/etc/apt/keyrings",
            "/etc/apt/preferences.d",
            "/etc/apt/sources.list.d",
        ),
        *("/etc/systemd", "/etc/systemd/system"),
    }


def test_what_others_need_of_an_engines_packages_is_there_again_after_use_system() -> None:
    world = machine()
    for_podman = ("runc=1.1.5-1", "tini=0.19.0-1")
    world.apt.has(*for_podman)
    use(world, OLD)
    assert there(world) == {*OLDS, "tini=0.19.0-1"}
    go_back(world, 0)
    assert there(world) == set(for_podman)


def test_what_somebody_installed_since_stays_where_a_rollback_does_without_it() -> None:
    world = after(OLD, NEW)
    world.apt.has("tini=0.19.0-1")
    go_back(world)
    assert there(world) == {*OLDS, "tini=0.19.0-1"}
    go_back(world, 0)
    assert there(world) == {"tini=0.19.0-1"}


def test_packages_that_somebody_installed_are_generation_0_and_come_back_without_a_network() -> (
    None
):
    world = machine()
    theirs = release("27.5.1", "1.7.25-1")
    world.apt.has(*theirs)
    use(world, NEW)
    is_whole(world, NEWS)
    first = history.generations(world)[0]
    assert (first.number, first.version, set(first.packages)) == (0, None, set(theirs))
    world.offline = True
    go_back(world, 0)
    is_whole(world, theirs)
    assert world.dpkg.held == set()


def test_a_distributions_engine_is_adopted_left_and_brought_back() -> None:
    world = machine()
    theirs = ("docker.io=20.10.24+dfsg1-1+deb12u1", "containerd=1.6.20~ds1-1", "runc=1.1.5-1")
    world.apt.has(*theirs, "tini=0.19.0-1")
    assert str(adopt(world).neighbour.package) == "docker.io"
    use(world, NEW)
    assert "docker.io" not in world.dpkg.packages
    is_whole(world, (*NEWS, "tini=0.19.0-1"))
    go_back(world, 0)
    is_whole(world, (*theirs, "tini=0.19.0-1"))


def test_from_an_engine_of_ours_to_packages_and_back() -> None:
    world = machine()
    switch(world, OURS)
    use(world, NEW)
    is_whole(world, NEWS)
    switch(world, OURS)
    assert answering(world) == OURS
    assert there(world) == set(NEWS)
    go_back(world)
    is_whole(world, NEWS)


def test_a_hold_that_was_asked_for_goes_along_and_an_unasked_one_ends_with_the_wish() -> None:
    world = machine()
    use(world, OLD, hold=True)
    go_back(world, 0)
    use(world, OLD, hold=True)
    use(world, NEW)
    assert world.dpkg.held == {split(word)[0] for word in NEWS}
    use(world, OLD, hold=False)
    assert world.dpkg.held == set()


def test_what_somebody_else_holds_is_refused_before_anything_is_done() -> None:
    world = machine()
    world.apt.has(*release("27.5.1", "1.7.25-1"))
    world.dpkg.packages["containerd.io"].letters = "hi "
    with pytest.raises(HeldByOthers):
        use(world, NEW)
    assert answering(world) == "27.5.1"


@pytest.mark.parametrize(
    "manners",
    [
        Manners(answers="28.5.1"),
        Manners(dies="failed to start daemon: no such driver"),
        Manners(refuses="no cgroups"),
    ],
)
def test_an_engine_that_is_not_well_is_undone(manners: Manners) -> None:
    world = after(OLD)
    world.manners[NEW], world.on_trial[NEW] = manners, Manners()
    for _ in range(4):  # more than systemd counts
        with pytest.raises(SwitchUndone):
            use(world, NEW)
        is_whole(world, OLDS)
        assert world.dpkg.held == {split(word)[0] for word in OLDS}


def test_an_engine_that_is_not_well_on_trial_never_stops_the_old_one() -> None:
    world = after(OLD)
    world.on_trial[NEW] = Manners(dies="no such driver")
    pid = world.services.main
    with pytest.raises(SwitchUndone):
        use(world, NEW)
    assert world.services.main == pid
    is_whole(world, OLDS)


@pytest.mark.parametrize("deaf", ["docker-ce", "docker-ce-cli", "containerd.io"])
def test_an_apt_that_fails_in_the_middle_is_undone(deaf: str) -> None:
    world = after(OLD)
    world.apt.deaf = {deaf}
    with pytest.raises(SwitchUndone):
        use(world, NEW)
    world.apt.deaf = set()
    is_whole(world, OLDS)


def test_what_dpkg_says_is_told_and_the_first_use_leaves_nothing() -> None:
    world = machine()
    world.apt.refuses = "E: Sub-process /usr/bin/dpkg returned an error code (1)\n"
    with pytest.raises(SwitchUndone) as failure:
        use(world, OLD)
    assert "dpkg" in failure.value.details
    assert there(world) == set()
    has(world, ())


def test_the_backend_is_what_the_machine_has() -> None:
    world = machine()
    assert which_backend.candidates(world) == ("apt", "static")
    use(world, OLD)
    assert which_backend.candidates(world) == ("apt",)
    switch(world, OURS)
    assert which_backend.candidates(world) == ("static",)
    world.host = replace(world.host, init="")
    assert which_backend.candidates(machine_without_systemd()) == ("static",)


def machine_without_systemd() -> World:
    world = machine()
    world.host = replace(world.host, init="")
    return world


def test_a_file_of_a_package_that_is_gone_from_the_shelf_is_told_before_all_else() -> None:
    world = after(OLD)
    for path in [path for path in world.files.entries if "/docker-ce-cli_5%3a28" in path]:
        world.files.write(path, None)
    with pytest.raises(ArchiveMissing):
        use(world, NEW)
    is_whole(world, OLDS)


def test_what_a_person_puts_in_policy_rc_d_is_there_again() -> None:
    world = after(NEW)
    theirs = File(b"#!/bin/sh\nexit 0\n", 0o755)
    world.files.put("/usr/sbin/policy-rc.d", theirs)
    use(world, OLD)
    assert world.files.entries["/usr/sbin/policy-rc.d"] == theirs
