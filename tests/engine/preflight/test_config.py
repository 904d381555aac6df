"""What daemon.json has against an engine: keys, values, runtimes, the network that it wants."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from dockswitch.engine.preflight import (
    bridge,
    config_keys,
    daemon_path,
    runtimes,
    validate,
)
from dockswitch.model.layout import Layout
from dockswitch.model.plan import Wanted
from dockswitch.model.ports import Finished
from dockswitch.model.version import Version
from tests.world import World
from tests.world.files import File

PATH = "/usr/sbin:/usr/bin"
FOLDER = "/var/lib/dockswitch/versions/28.5.2-abcd"
NEW, OLD = Version.parse("28.5.2"), Version.parse("20.10.24")


def test_refused_keys_are_named_with_the_file_and_since_when() -> None:
    world = World()
    keys = {"cluster-store": "x", "nosuch": 1, "firewall-backend": "iptables", "debug": True}
    (found,) = config_keys.findings(world, NEW, keys)
    assert found.error is not None
    assert found.error.exit == 1
    file = "/m/etc/docker/daemon.json"
    assert found.error.message.startswith(f"{file} says what 28.5.2 does not take: cluster-store")
    assert found.error.details.splitlines() == [
        "cluster-store is refused from 22.06.0-beta.0 on",
        "nosuch is known to no engine: a misspelling?",
        "firewall-backend is there from 29.0.0-rc.1 on",
    ]
    assert file in found.error.hint
    assert "nothing was stopped" in found.error.hint


def test_keys_that_are_taken_and_versions_that_nobody_knows_are_no_finding() -> None:
    assert config_keys.findings(World(), OLD, {"cluster-store": "x"}) == ()
    assert config_keys.findings(World(), Version.parse("98.0.1"), {"nosuch": 1}) == ()
    assert config_keys.findings(World(), NEW, {}) == ()


def on_disk(says: Finished) -> World:
    world = World()
    world.files.put(f"{FOLDER}/dockerd", File(b"dockerd"))
    world.answers[f"/m{FOLDER}/dockerd"] = lambda argv: says
    return world


ARGV = (f"{{root}}{FOLDER}/dockerd", "--config-file", "{root}/etc/docker/daemon.json")
REFUSED = "unable to configure the Docker daemon with file /m/etc/docker/daemon.json: no bool\n"


def test_an_engine_on_disk_is_asked_itself_with_the_flags_that_it_would_get() -> None:
    asked: list[Sequence[str]] = []

    def answer(argv: Sequence[str]) -> Finished:
        asked.append(argv)
        return Finished(0, "configuration OK\n", "")

    world = on_disk(Finished(0, "", ""))
    world.answers[f"/m{FOLDER}/dockerd"] = answer
    assert validate.findings(world, Wanted(NEW, FOLDER), ARGV, PATH, {"debug": True}) == ()
    (words,) = asked
    assert words == [
        f"/m{FOLDER}/dockerd",
        *("--config-file", "/m/etc/docker/daemon.json"),
        "--validate",
    ]


def test_what_it_refuses_is_told_in_its_own_words() -> None:
    world = on_disk(Finished(1, "", REFUSED))
    (found,) = validate.findings(world, Wanted(NEW, FOLDER), ARGV, PATH, {"debug": "yes"})
    assert found.error is not None
    assert found.error.details == "no bool"
    assert found.error.message == "28.5.2 does not start with /m/etc/docker/daemon.json"


@pytest.mark.parametrize(
    ("version", "keys", "folder", "code"),
    [
        ("20.10.24", {"debug": 1}, FOLDER, 1),
        ("28.5.2", {}, FOLDER, 1),
        ("28.5.2", {"debug": 1}, "/not/fetched", 1),
        ("28.5.2", {"debug": 1}, FOLDER, 124),
        ("28.5.2", {"debug": 1}, FOLDER, 127),
    ],
)
def test_one_that_cannot_be_asked_is_not(
    version: str, keys: dict[str, object], folder: str, code: int
) -> None:
    world = on_disk(Finished(code, "", REFUSED))
    wanted = Wanted(Version.parse(version), folder)
    assert validate.findings(world, wanted, ARGV, PATH, keys) == ()


def said(keys: dict[str, object], *programs: str) -> list[tuple[str, bool]]:
    world = World()
    world.programs |= {program: program for program in programs}
    found = runtimes.findings(world, json.loads(json.dumps(keys)), PATH)
    return [(each.what, each.error is not None) for each in found]


NVIDIA: dict[str, object] = {
    "runtimes": {"nvidia": {"path": "nvidia-container-runtime", "runtimeArgs": []}}
}


def test_a_runtime_on_the_engine_s_path_is_well() -> None:
    assert said(NVIDIA, "/usr/bin/nvidia-container-runtime") == []
    assert said(NVIDIA | {"default-runtime": "nvidia"}, "/usr/bin/nvidia-container-runtime") == []


def test_one_in_another_place_is_told_and_refused_where_it_is_the_default() -> None:
    ((what, stands),) = said(NVIDIA, "/opt/nvidia/bin/nvidia-container-runtime")
    assert "nvidia-container-runtime" in what
    assert not stands
    ((what, stands),) = said(NVIDIA | {"default-runtime": "nvidia"})
    assert stands
    assert PATH in what


def test_a_full_path_is_looked_at_itself() -> None:
    keys: dict[str, object] = {"runtimes": {"x": {"path": "/opt/x/runtime"}}}
    assert said(keys, "/opt/x/runtime") == []
    assert len(said(keys)) == 1


@pytest.mark.parametrize(
    ("default", "programs", "count"),
    [
        ("runc", (), 0),
        ("io.containerd.runc.v2", (), 0),
        ("", (), 0),
        ("nvidia", (), 1),
        ("io.containerd.kata.v2", (), 1),
        ("io.containerd.kata.v2", ("/usr/bin/containerd-shim-kata-v2",), 0),
    ],
)
def test_a_default_that_nothing_explains_is_refused(
    default: str, programs: tuple[str, ...], count: int
) -> None:
    found = said({"default-runtime": default}, *programs)
    assert [stands for _, stands in found] == [True] * count


def test_runtimes_known_by_their_type_and_spoiled_ones_are_left_to_the_engine() -> None:
    runtime = {"y": {"runtimeType": "io.containerd.runsc.v1"}, "z": 5}
    assert said({"runtimes": runtime}) == []
    assert said({"runtimes": 5}) == []


def test_without_iptables_no_network_can_be_made() -> None:
    world = World(root="")
    assert bridge.findings(world, {}, PATH) == ()
    world.programs.clear()
    (found,) = bridge.findings(world, {"bridge": "none"}, PATH)
    assert found.error is not None
    assert "iptables" in found.what
    assert bridge.findings(world, {"iptables": False}, PATH) == ()
    assert bridge.findings(world, {"firewall-backend": "nftables"}, PATH) == ()


def test_below_a_root_and_without_root_none_is_needed() -> None:
    world = World()
    world.programs.clear()
    assert bridge.findings(world, {}, PATH) == ()
    world.layout = Layout.of_user(env={"HOME": "/home/a"}, uid=1000)
    assert bridge.findings(world, {}, PATH) == ()


def test_systemd_gives_an_engine_no_folder_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/home/a/bin:/usr/bin")
    world = World(root="")
    assert "/home/a/bin" in daemon_path(world, FOLDER).split(":")
    world.host = replace(world.host, init="systemd")
    path = daemon_path(world, FOLDER).split(":")
    assert path[0] == FOLDER
    assert "/home/a/bin" not in path
    assert "/usr/sbin" in path
    rooted = World()
    rooted.host = world.host
    assert "/home/a/bin" in daemon_path(rooted, FOLDER).split(":")
