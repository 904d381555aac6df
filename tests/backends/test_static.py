"""The static backend: which steps lead from what is installed to what is wanted, and back."""

import copy
from dataclasses import replace

import pytest

from dockswitch.backends import bundles
from dockswitch.backends.links import ForeignFile
from dockswitch.backends.static import Static
from dockswitch.engine.flags import RootTooLong
from dockswitch.engine.foreign import ForeignEngine
from dockswitch.model.plan import Goal
from dockswitch.model.step import Step
from dockswitch.switching import transaction
from tests.world import World
from tests.world.commands import get, switch
from tests.world.publishers import names_of
from tests.world.truth import is_whole

FIRST, SECOND, THIRD = "17.12.0-ce", "18.09.9", "19.03.15"
OWN = "28.5.2+dfsg4"


def machine(root: str = "/m") -> World:
    return World(root, stable=[FIRST, SECOND, THIRD, OWN])


def goal(world: World, words: str, engine: str = "start") -> Goal:
    bundle = get(world, words).bundle
    assert engine in ("start", "leave")
    return Goal(bundle, bundle.names, "start" if engine == "start" else "leave")


def steps(world: World, wanted: Goal) -> tuple[Step, ...]:
    return Static().steps(wanted, Static().installed(world), world)


def said(world: World, wanted: Goal) -> list[str]:
    """The steps as people read them, without the digests in their folders' names."""
    found = []
    for step in steps(world, wanted):
        words = str(step).replace("../../../var/lib/dockswitch/", "")
        for bundle in bundles.kept(world):
            words = words.replace(bundle.folder.rpartition("/")[2], str(bundle.version))
        found.append(words.replace("/var/lib/dockswitch/", "").replace("/usr/local/bin/", ""))
    return found


def test_a_first_engine_is_linked_and_then_started() -> None:
    world = machine()
    assert said(world, goal(world, OWN)) == [
        f"link current to versions/{OWN}",
        *[f"link {name} to current/{name}" for name in names_of(bundles.kept(world)[0].version)],
        "write daemon.json",
        f"start versions/{OWN}/dockerd",
    ]


def test_names_of_the_other_era_come_and_go_with_it() -> None:
    world = machine()
    switch(world, FIRST)
    assert said(world, goal(world, THIRD)) == [
        "stop the engine",
        f"link current to versions/{THIRD}",
        *[f"link {n} to current/{n}" for n in ("containerd", "containerd-shim", "ctr", "runc")],
        "remove link docker-containerd",
        "remove link docker-containerd-ctr",
        "remove link docker-containerd-shim",
        "remove link docker-runc",
        f"start versions/{THIRD}/dockerd",
    ]


@pytest.mark.parametrize("way", [(FIRST, THIRD, FIRST), (THIRD, FIRST, THIRD), (SECOND, OWN)])
def test_every_crossing_of_eras_leaves_the_names_of_one(way: tuple[str, ...]) -> None:
    world = machine()
    for version in way:
        switch(world, version)
        is_whole(world)


def test_what_is_so_already_has_no_steps() -> None:
    world = machine()
    switch(world, OWN)
    assert steps(world, goal(world, OWN)) == ()
    assert steps(world, goal(world, OWN, "leave")) == ()


def test_without_a_start_there_are_only_links() -> None:
    world = machine()
    switch(world, FIRST)
    assert said(world, goal(world, FIRST, "leave")) == []
    found = said(world, goal(world, THIRD, "leave"))
    assert found[0] == f"link current to versions/{THIRD}"
    assert not [words for words in found if words.startswith(("stop", "start", "write"))]


def test_the_client_alone_takes_the_other_links_away() -> None:
    world = machine()
    switch(world, OWN)
    bundle = bundles.kept(world)[0]
    found = said(world, Goal(bundle, ("docker",), "leave"))
    others = [name for name in bundle.names if name != "docker"]
    assert found == [f"remove link {name}" for name in others]


def test_leaving_takes_every_link_before_the_one_they_lead_through() -> None:
    world = machine()
    switch(world, OWN)
    found = said(world, Goal(None, (), "stop"))
    names = names_of(bundles.kept(world)[0].version)
    assert found == ["stop the engine", *[f"remove link {n}" for n in names], "remove link current"]


@pytest.mark.parametrize("version", [FIRST, THIRD])
def test_doing_and_undoing_every_step_leaves_all_as_it_was(version: str) -> None:
    world = machine()
    switch(world, SECOND)
    wanted = steps(world, goal(world, version))
    before = copy.deepcopy(world.files.entries)
    argv = [each.argv for each in world.engines]
    inverses = []
    for step in wanted:
        inverses.append(transaction.inverse(world, step))
        transaction.act(world, step)
    assert steps(world, goal(world, version)) == ()
    assert transaction.undo(world, inverses) == []
    # the log and the pid file are the engine's own
    ours = ("/var/lib/dockswitch/log", "/run")
    after = {path: each for path, each in world.files.entries.items() if not path.startswith(ours)}
    assert after == {path: each for path, each in before.items() if not path.startswith(ours)}
    assert [each.argv for each in world.engines] == argv


@pytest.mark.parametrize(
    ("content", "target", "what"),
    [
        (b"#!/bin/sh", None, "a file"),
        (None, "/usr/bin/docker", "a link to /usr/bin/docker"),
        (None, "/opt/docker/docker", "a link to /opt/docker/docker"),
    ],
)
def test_what_somebody_else_put_under_our_name_is_refused(
    content: bytes | None, target: str | None, what: str
) -> None:
    world = machine()
    wanted = goal(world, OWN)
    world.files.write("/usr/local/bin/docker", content)
    if target is not None:
        world.files.point("/usr/local/bin/docker", target)
    before = dict(world.files.entries)
    with pytest.raises(ForeignFile) as failure:
        steps(world, wanted)
    assert failure.value.message == "/m/usr/local/bin/docker is in the way"
    assert failure.value.details == f"it is {what}, which dockswitch did not make"
    assert failure.value.hint.startswith(
        "move it aside (`mv /m/usr/local/bin/docker /m/usr/local/bin/docker.old`)"
    )
    assert world.files.entries == before


def test_a_folder_under_our_name_is_refused_too() -> None:
    world = machine()
    wanted = goal(world, OWN)
    world.files.folder("/usr/local/bin/docker")
    with pytest.raises(ForeignFile) as failure:
        steps(world, wanted)
    assert failure.value.details == "it is a folder, which dockswitch did not make"


def test_names_that_this_version_does_not_have_may_be_anybodys() -> None:
    world = machine()
    world.files.write("/usr/local/bin/docker-compose", b"mine")
    world.files.point("/usr/local/bin/docker-runc", "/usr/bin/runc")
    switch(world, OWN)
    assert world.read("/usr/local/bin/docker-compose") == b"mine"
    assert world.link("/usr/local/bin/docker-runc") == "/usr/bin/runc"


@pytest.mark.parametrize(
    ("argv", "socket", "place"),
    [
        (["/usr/bin/dockerd", "-H", "fd://"], "/run/docker.sock", "the socket /m/run/docker.sock"),
        (["/usr/bin/dockerd", "--data-root", "/m/var/lib/docker"], "", "the data-root /m/var/lib"),
        (["/usr/bin/dockerd", "--graph=/m/var/lib/docker"], "", "the data-root /m/var/lib/docker"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_an_engine_of_somebody_else_is_refused_and_left_running(
    argv: list[str], socket: str, place: str, *, first: bool
) -> None:
    world = machine()
    if not first:
        switch(world, FIRST)
    wanted = goal(world, OWN)
    pid = world.starts_foreign(argv, socket=socket)
    with pytest.raises(ForeignEngine) as failure:
        steps(world, wanted)
    assert failure.value.message.startswith(f"an engine that dockswitch did not start uses {place}")
    assert failure.value.details == (
        f"the engine unpacked at /usr/bin/dockerd (process {pid}) is left untouched"
    )
    assert world.alive(pid)


def test_a_pid_file_of_another_engine_is_refused() -> None:
    world = machine()
    wanted = goal(world, OWN)
    pid = world.starts_foreign(["/usr/bin/dockerd", "--data-root", "/elsewhere"])
    world.files.write(world.layout.pidfile, f"{pid}\n".encode())
    with pytest.raises(ForeignEngine) as failure:
        steps(world, wanted)
    assert "uses the pid file /m/run/dockswitch/docker.pid" in failure.value.message


def test_a_socket_that_systemd_holds_is_refused_with_its_name() -> None:
    world = machine()
    wanted = goal(world, OWN)
    world.listens(1, "/run/docker.sock")
    with pytest.raises(ForeignEngine) as failure:
        steps(world, wanted)
    assert failure.value.details == "systemd's docker.socket (process 1) is left untouched"
    assert "kill 1" not in failure.value.hint


def test_an_engine_elsewhere_is_nobodys_business() -> None:
    world = machine()
    world.starts_foreign(["/usr/bin/dockerd"], socket="/elsewhere/docker.sock")
    switch(world, OWN)
    is_whole(world)


def test_a_root_that_is_too_long_for_sockets_is_refused_before_anything_is_done() -> None:
    world = machine("/a-very-long-root" * 4)
    with pytest.raises(RootTooLong) as failure:
        steps(world, goal(world, OWN))
    assert failure.value.exit == 2


def test_a_machine_without_a_root_of_its_own_has_a_bridge() -> None:
    world = machine("")
    switch(world, OWN)
    is_whole(world)
    (engine,) = world.engines
    assert engine.argv[0].startswith("/var/lib/dockswitch/versions/")
    assert "--bridge=none" not in engine.argv


def test_what_is_installed_is_what_is_seen() -> None:
    world = machine()
    none = Static().installed(world)
    assert (none.version, none.folder, none.names, none.daemon, none.running) == (
        *(None, "", (), None, None),
    )
    switch(world, FIRST)
    switch(world, OWN, start=False)
    found = Static().installed(world)
    assert str(found.version) == OWN
    assert str(found.running) == FIRST
    assert found.folder.startswith(f"/var/lib/dockswitch/versions/{OWN}-")
    assert set(found.names) == set(bundles.kept(world)[-1].names)


def test_a_current_that_leads_to_no_version_is_nothing_of_ours() -> None:
    world = machine()
    world.files.point(world.layout.current, "versions/mine")
    found = Static().installed(world)
    assert found.version is None
    switch(world, OWN)
    is_whole(world)


def with_plugin(world: World, words: str) -> Goal:
    """As if the version had come out of packages, with a plug-in of the client's."""
    wanted = goal(world, words, "leave")
    assert wanted.bundle is not None
    world.files.write(f"{wanted.bundle.folder}/cli-plugins/docker-x", b"plug-in", 0o755)
    return replace(wanted, names=(*wanted.names, "cli-plugins/docker-x"))


def test_a_plugin_is_linked_where_the_client_finds_it_and_goes_with_its_version() -> None:
    world = machine()
    switch(world, SECOND)
    path = f"{world.layout.plugins}/docker-x"
    wanted = with_plugin(world, OWN)
    before = copy.deepcopy(world.files.entries)
    inverses = []
    for step in steps(world, wanted):
        inverses.append(transaction.inverse(world, step))
        transaction.act(world, step)
    assert world.read(path) == b"plug-in"
    assert steps(world, wanted) == ()
    assert f"remove link {path}" in said(world, goal(world, SECOND, "leave"))
    assert transaction.undo(world, inverses) == []
    # The folder for plug-ins may stay: empty it says nothing.
    left = world.files.entries.keys() - before.keys()
    assert left <= {f"/usr/local/lib{more}" for more in ("", "/docker", "/docker/cli-plugins")}
    assert before == {path: world.files.entries[path] for path in before}


def test_a_plugin_that_somebody_else_put_there_stays_and_is_no_obstacle() -> None:
    world = machine()
    path = f"{world.layout.plugins}/docker-x"
    world.files.write(path, b"theirs", 0o755)
    wanted = with_plugin(world, OWN)
    for step in steps(world, wanted):
        transaction.act(world, step)
    assert world.read(path) == b"theirs"
    assert steps(world, wanted) == ()
    assert "cli-plugins/docker-x" not in Static().installed(world).names
