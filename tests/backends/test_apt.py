"""The apt backend: which steps lead from what is installed to what is wanted, and back."""

import copy
from collections.abc import Callable
from dataclasses import replace

import pytest

from dockswitch.apt import own_source, states
from dockswitch.backends import package_choice
from dockswitch.backends.apt import Apt, DataRootOfPackages, NoSystemd, NotTheMachine
from dockswitch.model import package_names, package_words
from dockswitch.model.hold import Hold
from dockswitch.model.layout import Layout
from dockswitch.model.plan import Goal
from dockswitch.model.release import Bundle
from dockswitch.model.step import Packages, Service, Step
from dockswitch.switching import adopted, transaction
from tests.world import World
from tests.world.commands import switch
from tests.world.debian import debian, keeps, release, there
from tests.world.dpkg import Package
from tests.world.payloads import SERVICE, SOCKET
from tests.world.truth import answering

OLD, NEW, OURS = "26.1.5", "28.5.2", "28.5.2+dfsg4"
OLDS, NEWS = release(OLD, "1.6.33-1"), release(NEW)
HOLD = Hold("anna", "use 28.5.2", "2026-01-01T00:00:00Z")
POLICY = "write /usr/sbin/policy-rc.d", "remove /usr/sbin/policy-rc.d"
ETC = "/etc/systemd/system"
UNIT = f"{ETC}/dockswitch-recover.service"
AT_BOOT = (
    f"write {UNIT}",
    f"link {ETC}/multi-user.target.wants/dockswitch-recover.service to {UNIT}",
)
SOURCE = (
    "write /etc/apt/keyrings/dockswitch.asc",
    "write /etc/apt/sources.list.d/dockswitch.sources",
)
UP = "start docker.socket, at boot too", "start docker.service, at boot too"
AS_IT_IS = ("start containerd.service, at boot too", *UP)
AT_REST = "stop docker.service", "stop docker.socket"


def machine(*versions: str) -> World:
    """With switches to these behind it, and nothing held."""
    world = debian(stable=[OURS])
    keeps(world, OLDS)
    keeps(world, NEWS, "test")
    for version in versions:
        switch(world, version, backend="apt", hold=False)
    world.acts.clear()
    return world


def goal(world: World, words: tuple[str, ...], channel: str = "stable") -> Goal:
    bundle: Bundle = keeps(world, words, channel)
    known = states.states(world, package_names.ALL)
    told = package_choice.required(words, bundle.version, known)
    neighbour = adopted.of(world)
    theirs = neighbour if neighbour is not None and neighbour.kind != "package" else None
    return Goal(bundle, (), "start", packages=told, neighbour=theirs)


def steps(world: World, wanted: Goal) -> tuple[Step, ...]:
    return Apt().steps(wanted, Apt().installed(world), world)


def said(world: World, wanted: Goal) -> list[str]:
    """As people read them, with one word for what apt does and none for the folder's digest."""
    found = []
    for step in steps(world, wanted):
        words = f"apt: {len(step.wanted)}" if isinstance(step, Packages) else str(step)
        found.append("link current" if "/current to packages/" in words else words)
    return found


def test_on_a_fresh_machine_apt_is_told_of_the_source_and_installs() -> None:
    world = machine()
    assert said(world, goal(world, NEWS, "test")) == [
        *AT_BOOT,
        *SOURCE,
        "apt: 4",
        *UP,
        "link current",
    ]


def test_up_is_one_call_of_apt_that_restarts_the_engine_itself() -> None:
    world = machine(OLD)
    # what stands before and behind apt is so already, and is for an undo
    assert said(world, goal(world, NEWS)) == [*AS_IT_IS, "apt: 3", *UP, "link current"]


def test_down_stops_the_engine_first_and_packages_start_nothing() -> None:
    world = machine(NEW)
    assert said(world, goal(world, OLDS, "test")) == [
        *(*AT_REST, POLICY[0], "apt: 2", POLICY[1]),
        *(*UP, "link current"),
    ]


def test_what_is_so_already_has_no_steps() -> None:
    world = machine(NEW)
    wanted = goal(world, NEWS, "test")
    assert said(world, wanted) == []
    assert said(world, replace(wanted, engine="leave")) == []


def test_another_channel_of_the_same_version_is_its_source_alone() -> None:
    world = machine(NEW)
    wanted = goal(world, NEWS, "test")
    assert wanted.bundle is not None
    assert wanted.bundle.origin is not None
    bundle = replace(wanted.bundle, origin=replace(wanted.bundle.origin, component="stable"))
    assert said(world, replace(wanted, bundle=bundle)) == [SOURCE[1]]


def test_without_a_start_packages_change_and_the_engine_runs_on() -> None:
    world = machine(OLD)
    wanted = replace(goal(world, NEWS), engine="leave")
    assert said(world, wanted) == [POLICY[0], "apt: 3", POLICY[1], "link current"]
    for step in steps(world, wanted):
        transaction.act(world, step)
    assert answering(world) == OLD
    # whoever asks for it to run later finds an engine that nobody restarted
    again = said(world, goal(world, NEWS))
    assert again == [*AT_REST, *UP]


def test_a_stop_leaves_the_packages_and_what_starts_at_boot() -> None:
    world = machine(NEW)
    wanted = replace(goal(world, NEWS, "test"), engine="stop")
    assert said(world, wanted) == list(AT_REST)
    for step in steps(world, wanted):
        assert isinstance(step, Service)
        assert step.enabled


def test_experimental_features_are_turned_on_while_no_engine_runs() -> None:
    world = machine(NEW)
    wanted = replace(goal(world, NEWS, "test"), experimental=True)
    assert said(world, wanted) == [
        *AT_REST,
        # the one file that an engine out of packages reads
        "write /etc/docker/daemon.json",
        "set experimental to true in /etc/docker/daemon.json",
        f"write {world.layout.experimental}",
        *UP,
    ]
    for step in steps(world, wanted):
        transaction.act(world, step)
    assert world.services.engine is not None
    assert world.services.engine.experimental
    assert said(world, wanted) == []


def test_an_engine_of_ours_goes_with_its_units_before_apt_brings_one() -> None:
    world = machine()
    switch(world, OURS)
    found = said(world, goal(world, NEWS, "test"))
    place = found.index("apt: 4")
    assert found[len(SOURCE)] == "stop the engine"
    assert "remove /etc/systemd/system/docker.service" in found[:place]
    assert not set(UP) & set(found[:place])
    assert found[place + 1 : place + 3] == list(UP)


def test_back_to_a_machine_without_packages_takes_the_source_away_too() -> None:
    world = machine(NEW)
    gone = tuple(package_words.gone(name) for name in world.dpkg.packages)
    wanted = Goal(None, (), "stop", packages=gone)
    assert said(world, wanted) == [
        "remove /etc/apt/sources.list.d/dockswitch.sources",
        "remove /etc/apt/keyrings/dockswitch.asc",
        *(*AS_IT_IS, "apt: 4"),
        f"remove link {world.layout.current}",
    ]


def test_what_is_half_installed_is_installed_again() -> None:
    world = machine(NEW)
    world.dpkg.packages["docker-ce"].letters = "iHR"
    (step,) = (
        each for each in steps(world, goal(world, NEWS, "test")) if isinstance(each, Packages)
    )
    assert step.wanted == NEWS[:1]


def test_a_unit_that_its_owner_disabled_stays_so() -> None:
    world = machine(OLD)
    world.services.disable(SERVICE)
    wanted = steps(world, goal(world, NEWS))
    (last,) = (s for s in wanted[-3:] if isinstance(s, Service) and s.name == SERVICE)
    assert (last.active, last.enabled) == (True, False)
    for step in wanted:
        transaction.act(world, step)
    assert answering(world) == NEW
    assert world.services.state(SERVICE) == "disabled"
    assert world.services.state(SOCKET) == "enabled"


def test_containers_that_an_older_engine_cannot_take_back_are_stopped_and_started() -> None:
    world = machine()
    world.files.write(world.layout.engine_config, b'{"live-restore": true}')
    switch(world, NEW, backend="apt", hold=False)
    engine = world.services.engine
    assert engine is not None
    world.runs_container(engine, "kept")
    found = said(world, goal(world, OLDS, "test"))
    assert found[0] == "stop 1 container"
    assert found[1:3] == list(AT_REST)
    assert "start 1 container again" in found
    up = machine(OLD)
    assert "stop 1 container" not in said(up, goal(up, NEWS))


def test_a_hold_comes_last_and_is_let_go_of_before_apt() -> None:
    world = machine(OLD)
    found = said(world, replace(goal(world, NEWS), hold=HOLD))
    assert found[-2] == "write /etc/apt/preferences.d/dockswitch"
    assert found[-1].startswith("hold docker-ce docker-ce-cli containerd.io")
    for step in steps(world, replace(goal(world, NEWS), hold=HOLD)):
        transaction.act(world, step)
    back = said(world, goal(world, OLDS))
    assert back[0].startswith("hold docker-ce docker-ce-cli containerd.io")
    assert back[0].endswith("no longer")
    assert "remove /etc/apt/preferences.d/dockswitch" in back


def ours() -> World:
    world = machine()
    switch(world, OURS)
    return world


def half_done() -> World:
    world = machine(NEW)
    world.dpkg.packages["docker-ce"] = Package(package_words.split(NEWS[0])[1] or "", "iU ")
    return world


PAIRS: dict[str, tuple[Callable[[], World], Callable[[World], Goal]]] = {
    "fresh": (machine, lambda w: goal(w, NEWS)),
    "up": (lambda: machine(OLD), lambda w: goal(w, NEWS)),
    "down": (lambda: machine(NEW), lambda w: goal(w, OLDS, "test")),
    "held": (lambda: machine(OLD), lambda w: replace(goal(w, NEWS), hold=HOLD)),
    "no start": (lambda: machine(OLD), lambda w: replace(goal(w, NEWS), engine="leave")),
    "a stop": (lambda: machine(NEW), lambda w: replace(goal(w, NEWS, "test"), engine="stop")),
    "experimental": (lambda: machine(OLD), lambda w: replace(goal(w, NEWS), experimental=True)),
    "from ours": (ours, lambda w: goal(w, NEWS, "test")),
    "system": (
        lambda: machine(NEW),
        lambda w: Goal(None, (), "stop", packages=tuple(f"{name}-" for name in w.dpkg.packages)),
    ),
}


@pytest.mark.parametrize("pair", PAIRS)
def test_doing_and_undoing_every_step_leaves_all_as_it_was(pair: str) -> None:
    begin, wish = PAIRS[pair]
    world = begin()
    wanted = wish(world)
    before, inverses = copy.deepcopy(world), []
    for step in steps(world, wanted):
        inverses.append(transaction.inverse(world, step))
        transaction.act(world, step)
    assert inverses
    assert steps(world, wanted) == ()
    assert transaction.undo(world, inverses) == []
    assert there(world) == there(before)
    assert world.dpkg.held == before.dpkg.held
    assert answering(world) == answering(before)
    for unit in (SOCKET, SERVICE):
        assert world.services.is_active(unit) == before.services.is_active(unit)
        if before.services.find(unit):
            assert world.services.find(unit) == before.services.find(unit)
            assert world.services.state(unit) == before.services.state(unit)
    assert _files(world) == _files(before)


def _files(world: World) -> dict[str, object]:
    """Without logs, what engines write in /run, and what debhelper leaves of removed units."""
    passed = "/var/lib/dockswitch/log", "/run", "/var/lib/systemd", "/etc/systemd", "/var/log"
    mine = {p: e for p, e in world.files.entries.items() if not p.startswith(passed)}
    return {path: each for path, each in mine.items() if world.files.kind(path) != "folder"}


def test_what_is_half_done_and_undone_is_whole() -> None:
    world = half_done()
    inverses = []
    for step in steps(world, goal(world, NEWS, "test")):
        inverses.append(transaction.inverse(world, step))
        transaction.act(world, step)
    assert there(world) == set(NEWS)
    assert transaction.undo(world, inverses) == []
    assert there(world) == set(NEWS)
    assert answering(world) == NEW


def test_what_is_installed_is_what_dpkg_and_the_engine_say() -> None:
    world = machine()
    none = Apt().installed(world)
    assert (none.version, none.folder, none.daemon, none.running) == (None, "", None, None)
    switch(world, NEW, backend="apt")
    found = Apt().installed(world)
    assert (str(found.version), str(found.running)) == (NEW, NEW)
    assert found.folder.startswith(f"{world.layout.packages}/{NEW}-")
    world.dpkg.packages["docker-ce"].letters = "iHR"
    assert Apt().installed(world).folder == ""


def test_packages_are_for_the_machine_itself_and_its_systemd() -> None:
    world = machine()
    wanted = goal(world, NEWS)
    with pytest.raises(DataRootOfPackages):
        steps(world, replace(wanted, data="/var/lib/other"))
    world.host = replace(world.host, init="")
    with pytest.raises(NoSystemd):
        steps(world, wanted)
    world.layout = Layout.of_system(root="/m")
    with pytest.raises(NotTheMachine):
        steps(world, wanted)


def test_a_source_that_apt_has_already_is_left_to_it() -> None:
    world = machine()
    wanted = goal(world, NEWS)
    assert wanted.bundle is not None
    assert wanted.bundle.origin is not None
    theirs = replace(wanted.bundle.origin, file="/etc/apt/sources.list.d/docker.list")
    found = said(world, replace(wanted, bundle=replace(wanted.bundle, origin=theirs)))
    assert not [words for words in found if own_source.STANZA in words]
