"""What a switch is said to mean, by what an engine answers that no machine here has."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dockswitch.engine import api
from dockswitch.model.finding import Finding
from dockswitch.model.plan import Goal, Installed, Plan
from dockswitch.model.ports import Daemon
from dockswitch.model.release import Bundle
from dockswitch.model.step import Engine
from dockswitch.model.trust import Trust
from dockswitch.model.version import Version
from dockswitch.switching.impact import foreseen
from dockswitch.system.here import Here
from tests.engine.conftest import machine
from tests.engine.server import Answers, engine

__all__ = ["machine"]  # a fixture

KEY = "a" * 64
SOCKET = {"Type": "bind", "Source": "/var/run/docker.sock"}


def plan(here: Here, version: str, *, data: str = "") -> Plan:
    wanted = Version.parse(version)
    bundle = Bundle(wanted, "/v", (), (), "", "", 0, Trust.TLS)
    argv = ("dockerd", "--data-root", here.layout.real("/var/lib/docker"))
    now = Version.parse("28.5.2")
    installed = Installed(now, "/n", (), Daemon(1, argv, ours=True), now)
    return Plan(Goal(bundle, (), "start", data=data), installed, (), (Engine(()),))


def answers(told: api.Object, info: api.Object | None = None) -> Answers:
    return {
        "GET /info": (200, info or {}),
        "GET /version": (200, {"Version": "28.5.2", "MinAPIVersion": "1.24"}),
        "GET /containers/json": (200, [{"Id": KEY, "Image": "i", "Ports": []}]),
        f"GET /containers/{KEY}/json": (200, {"Name": "/c", **told}),
    }


def impact(here: Here, wanted: Plan, told: api.Object, info: api.Object | None = None) -> Plan:
    with engine(here.layout.real(here.layout.socket), answers(told, info)):
        return foreseen(here, wanted)


@pytest.mark.parametrize(
    ("mounts", "named"),
    [
        ([SOCKET], True),
        ([{"Type": "bind", "Source": "/run/"}], True),
        ([{"Type": "bind", "Source": "/var/run"}], True),
        ([{"Type": "bind", "Source": "/"}, {"Type": "volume", "Source": "/run"}], False),
        ([], False),
    ],
)
def test_29_cuts_off_who_talks_to_the_engine_as_before(
    mounts: list[object],
    named: bool,  # noqa: FBT001 -- pytest gives it by name
    machine: Here,
) -> None:
    found = impact(machine, plan(machine, "29.0.0"), {"Mounts": mounts})
    said = (
        "container c (i) has the engine's socket, and 29.0.0 answers API 1.44 and newer where "
        "28.5.2 answers 1.24 and newer"
    )
    assert (said in found.impact) is named
    assert found.asks


@pytest.mark.parametrize("version", ["28.5.1", "20.10.24", "98.0.1"])
def test_nobody_is_cut_off_by_one_that_answers_as_much_or_is_not_known(
    version: str, machine: Here
) -> None:
    found = impact(machine, plan(machine, version), {"Mounts": [SOCKET]})
    assert found.impact == ("container c (i) stops",)


@pytest.mark.parametrize(
    ("told", "fate"),
    [
        ({"HostConfig": {"RestartPolicy": {"Name": "always"}}}, "stops and starts again"),
        ({"HostConfig": {"RestartPolicy": {"Name": "unless-stopped"}}}, "stops and starts again"),
        ({"HostConfig": {"AutoRemove": True}}, "stops and is removed, as it was started with --rm"),
        (
            {"Config": {"Labels": {"com.docker.swarm.task.id": "t"}}},
            "stops, and its Swarm starts another",
        ),
    ],
)
def test_each_container_has_its_fate(told: api.Object, fate: str, machine: Here) -> None:
    assert impact(machine, plan(machine, "28.5.1"), told).impact == (f"container c (i) {fate}",)


def test_what_is_not_shown_any_more_does_not_start_again(machine: Here) -> None:
    always: api.Object = {"HostConfig": {"RestartPolicy": {"Name": "always"}}}
    risky = replace(plan(machine, "20.10.24"), findings=(Finding("lost", risk=True),))
    found = impact(machine, risky, always)
    assert found.impact == ("container c (i) stops and is not shown any more",)


def test_a_worker_of_a_swarm_is_missed_although_nothing_runs_on_it(machine: Here) -> None:
    info: api.Object = {"Swarm": {"LocalNodeState": "active", "ControlAvailable": False}}
    nothing = {**answers({}, info), "GET /containers/json": (200, [])}
    with engine(machine.layout.real(machine.layout.socket), nothing):
        found = foreseen(machine, plan(machine, "28.5.1"))
    assert found.impact == ("this node is a worker of a Swarm: its tasks move to other nodes",)
    assert found.asks


def test_where_no_engine_is_stopped_nobody_is_asked_or_looked_at(machine: Here) -> None:
    wanted = replace(plan(machine, "28.5.1"), steps=())
    with engine(machine.layout.real(machine.layout.socket), {}) as served:
        assert foreseen(machine, wanted) == wanted
    assert served.asked == []
    assert not wanted.asks


def test_a_spoiled_daemon_json_is_for_whoever_starts_an_engine(machine: Here) -> None:
    machine.write(machine.layout.engine_config, b"{")
    wanted = plan(machine, "28.5.1")
    assert foreseen(machine, wanted) == wanted
