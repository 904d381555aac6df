"""`doctor`: what is wrong with a machine, and that it is well where nothing is."""

import copy

from dockswitch.backends import find
from dockswitch.model import wish
from dockswitch.model.ports import Finished
from dockswitch.model.release import Bundle
from dockswitch.switching import doctor
from dockswitch.switching.chosen import choose
from tests.world import Manners, World
from tests.world.commands import catalog, stop, switch
from tests.world.files import File

OLD, NEW = "20.10.24+dfsg1", "28.5.2+dfsg4"
BIN = "/m/usr/local/bin"
ENV = {"HOME": "/home/a", "PATH": f"{BIN}:/usr/bin", "DOCKER_HOST": "unix:///m/run/docker.sock"}


def machine() -> World:
    world = World(stable=[OLD], test=[NEW], edge=["17.12.1-ce"])
    for name in ("docker-buildx", "docker-compose"):
        world.programs[f"/home/a/.docker/cli-plugins/{name}"] = name
    switch(world, OLD)
    world.programs[f"{BIN}/docker"] = f"/m/var/lib/dockswitch/versions/{OLD}/docker"
    return world


def said(world: World, words: str = "", **env: str) -> tuple[list[str], list[str]]:
    """What needs hands, and what is worth knowing."""
    bundle: Bundle | None = None
    if words:
        request = wish.parse(words.split(), tuple(catalog().channels))
        bundle = choose(world, catalog, request, "static").bundle
    before = list(world.acts)
    told = doctor.doctor(world, find("static"), bundle, ENV | env)
    assert world.acts == before, "it changed something"
    assert told.well is not any(each.error for each in told.findings)
    hands = [str(each) for each in told.findings if each.error]
    return hands, [str(each) for each in told.findings if not each.error]


def test_a_machine_that_is_well_has_nothing_to_say() -> None:
    assert said(machine()) == ([], [])
    assert said(machine(), NEW) == ([], [])


def test_a_machine_without_an_engine_is_looked_at_for_the_newest() -> None:
    world = World(stable=[OLD])
    hands, known = said(world, DOCKER_HOST="tcp://elsewhere")
    assert hands == []
    assert len(known) == 1  # the plugins
    told = doctor.doctor(world, find("static"), None, ENV)
    assert told.version.startswith("29.")


def test_what_leads_docker_elsewhere_needs_hands() -> None:
    world = machine()
    world.programs["/usr/bin/docker"] = "/usr/bin/docker"
    world.answers["/usr/bin/docker"] = lambda argv: Finished(1, "1.41 20.10.24", "")
    hands, _ = said(world, DOCKER_HOST="tcp://x", PATH=f"/usr/bin:{BIN}")
    assert len(hands) == 2
    assert "/usr/bin/docker comes before" in hands[0]
    assert "DOCKER_HOST leads docker to tcp://x" in hands[1]


def test_an_engine_that_is_stopped_or_mute_needs_hands() -> None:
    world = machine()
    for engine in world.engines:
        engine.manners = Manners(mute=True)
    assert [line for line in said(world)[0] if "does not answer" in line]
    world = machine()
    stop(world)
    assert said(world)[0] == ["no engine runs; `dockswitch daemon start`"]


def test_a_switch_that_was_killed_and_links_that_dangle_need_hands() -> None:
    world = machine()
    whole = copy.deepcopy(world)
    with whole.dies_at(10_000):
        switch(whole, NEW)
    with world.dies_at(len(whole.acts) - 3) as death:
        switch(world, NEW)
    assert death.came
    hands, _ = said(world)
    assert [line for line in hands if "did not finish; `dockswitch recover`" in line]
    world = machine()
    world.files.point("/usr/local/bin/docker-machine", "/opt/gone")
    world.files.point("/usr/local/bin/unrelated", "/opt/gone")
    (line,) = said(world)[0]
    assert "/m/usr/local/bin/docker-machine leads to /opt/gone" in line


def test_what_a_wanted_engine_would_meet_is_told() -> None:
    world = machine()
    world.files.put(world.layout.engine_config, File(b'{"cluster-store": "x"}'))
    assert said(world) == ([], [])
    (line,) = said(world, NEW)[0]
    assert "cluster-store" in line
    world.host = type(world.host)("linux", "x86_64", cgroup=2)
    assert "cgroup v2" in said(world, "edge 17.12.1-ce")[0][0]


def test_what_cannot_be_looked_at_is_itself_a_finding() -> None:
    world = machine()
    world.files.put(world.layout.engine_config, File(b"{ spoiled"))
    hands, _ = said(world)
    assert len([line for line in hands if "is not a configuration" in line]) == 1
    world = machine()
    journal = f"{world.layout.journal}/000001.jsonl"
    world.files.put(journal, File(b"{}\nspoiled\n{}\n"))
    assert [line for line in said(world)[0] if "cannot be read" in line]
