"""What a switch is said to mean for containers, and whether it comes so; who is asked about it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.integration import below, sleepers, whole
from tests.integration.holdings import Mirror
from tests.integration.program import Dockswitch
from tests.integration.stock import Stock
from tests.integration.sweep import processes_of

pytestmark = pytest.mark.engine

_ALONE = (
    "this node is the only manager of a Swarm: without it the Swarm has no quorum, and nothing in "
    "it can be changed or moved"
)
_PORTS = "0.0.0.0:18080->80/tcp"


def test_it_comes_as_it_was_foreseen(program: Dockswitch, mirror: Mirror, stock: Stock) -> None:
    old, new = mirror.engines[1:3]
    stock.hand_out(program.root, old, new)
    program.run("use", old.version).ended(0)
    sleepers.image(program)
    whole.docker(program, "network", "create", "n")
    always, socket = ["--restart", "always"], program.root / below.SOCKET
    published = ["--publish", "0.0.0.0:18080:80"]
    sleepers.run(program, "failing", "--restart", "on-failure")
    sleepers.run(program, "folder", *always, "--volume", f"{socket.parent}:/host")
    sleepers.run(program, "gone", "--rm")
    sleepers.run(program, "once", *published, network="n")
    sleepers.run(program, "watcher", *always, "--volume", f"{socket}:/var/run/docker.sock")
    whole.docker(program, "swarm", "init", "--advertise-addr", "127.0.0.1")
    api = (
        f"has the engine's socket, and {new.version.partition('+')[0]} answers API {new.min_api} "
        f"and newer where {old.version} answers {old.min_api} and newer"
    )
    said = program.run("use", new.version, "--dry-run").ended(0).plain
    assert said["impact"] == [
        "container failing (sleeper) stops and starts again if that counts as a failure",
        "container folder (sleeper) stops and starts again",
        "container gone (sleeper) stops and is removed, as it was started with --rm",
        f"container once (sleeper) stops, and {_PORTS} does not answer any more",
        "container watcher (sleeper) stops and starts again",
        f"container folder (sleeper) {api}",
        f"container watcher (sleeper) {api}",
        _ALONE,
    ]
    assert said["way_back"] is None
    program.run("use", new.version).ended(0)
    assert sleepers.running(program) == {"failing", "folder", "watcher"}
    assert sleepers.there(program) == {"failing", "folder", "watcher", "once"}
    assert below.asked(socket, "/info")["Swarm"]["ControlAvailable"] is True
    # down again nobody is cut off
    said = program.run("use", old.version, "--dry-run").ended(0).plain
    assert not [line for line in said["impact"] if "API" in line]


def test_what_live_restore_keeps_is_told_apart_up_and_down(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    old, now, new = mirror.engines[:3]
    stock.hand_out(program.root, old, now, new)
    path = program.root / "etc/docker/daemon.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"live-restore": True}))
    program.run("use", now.version).ended(0)
    sleepers.image(program)
    whole.docker(program, "network", "create", "n")
    published = ["--publish", "0.0.0.0:18080:80", "--restart", "always"]
    sleepers.run(program, "web", *published, network="n")
    silent, stays = f"{_PORTS} does not answer", f"stops and stays in {program.root}/var/lib/docker"
    for words, fate in (
        ([new.version], f"keeps running, but {silent} until an engine is back"),
        ([old.version], f"stops and starts again, and {silent} meanwhile"),
        ([new.version, "--data", "separate"], f"{stays}, and {silent} any more"),
    ):
        said = program.run("use", *words, "--dry-run").ended(0).plain
        assert said["impact"] == [f"container web (sleeper) {fate}"]
    # on another data-root nobody would look after it
    program.run("use", new.version, "--data", "separate").ended(0)
    assert sleepers.there(program) == set()
    assert not [told for told in processes_of(program.root).values() if "containerd-shim" in told]
    program.run("rollback").ended(0)
    assert sleepers.running(program) == {"web"}


def test_a_person_is_asked_once_before_containers_stop(
    program: Dockswitch, mirror: Mirror, stock: Stock, tmp_path: Path
) -> None:
    old, new = mirror.engines[:2]
    stock.hand_out(program.root, old, new)
    person = Program(tmp_path, program.root, {"DOCKSWITCH_MIRROR": program.mirror})
    # nothing stops, so nobody is asked
    assert person.terminal("", "use", old.version).code == 0
    sleepers.image(program)
    sleepers.run(program, "web", "--restart", "always")
    before = below.dockerds(program.root)
    for words in (["use", new.version], ["daemon", "restart"], ["daemon", "stop"]):
        said = person.terminal("n\n", *words)
        assert said.code == 1
        assert said.err.count("go on? [y/N]:") == 1
        assert "container web (sleeper) stops" in said.err
        assert "nothing was changed" in said.err
    assert below.dockerds(program.root) == before
    said = person.terminal("y\n", "use", new.version)
    assert (said.code, said.err.count("go on?")) == (0, 1)
    assert below.answering(program.root) == new.version
    said = person.terminal("n\n", "rollback")
    assert (said.code, said.err.count("go on?")) == (1, 1)
    said = person.terminal("", "daemon", "stop", "--yes")
    assert (said.code, "go on?" in said.err) == (0, False)
    # nor is anybody where nothing runs any more
    assert person.terminal("", "daemon", "stop").code == 0
