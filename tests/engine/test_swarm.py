"""What part an engine has in a Swarm, by what it says of it."""

import pytest

from dockswitch.engine import api
from dockswitch.engine.swarm import Swarm, swarm
from dockswitch.system.here import Here
from tests.engine.server import engine


def manager(nodes: int, managers: int, reachable: int) -> Swarm:
    return Swarm(manager=True, nodes=nodes, managers=managers, reachable=reachable)


@pytest.mark.parametrize(
    ("member", "said"),
    [
        (Swarm(manager=False), "a worker of a Swarm: its tasks move to other nodes"),
        (manager(1, 1, 1), "the only manager of a Swarm: without it the Swarm has no quorum"),
        (manager(5, 1, 1), "the only manager of a Swarm of 5 nodes: without it"),
        (manager(3, 3, 3), "keeps its quorum: 2 of 3 managers answer without it"),
        (
            manager(3, 3, 2),
            "loses its quorum: 1 of 3 managers answer without it, and it takes 2",
        ),
        (
            manager(2, 2, 2),
            "loses its quorum: 1 of 2 managers answer without it, and it takes 2",
        ),
        (manager(9, 5, 4), "keeps its quorum: 3 of 5 managers answer without it"),
    ],
)
def test_it_is_said_whether_the_quorum_is_lost(member: Swarm, said: str) -> None:
    assert said in str(member)


def test_an_engine_in_none_says_nothing(machine: Here) -> None:
    info: api.Object = {"Swarm": {"LocalNodeState": "inactive", "ControlAvailable": False}}
    assert swarm(machine, machine.layout.socket, info) is None
    assert swarm(machine, machine.layout.socket, {}) is None


def test_managers_that_do_not_answer_are_not_counted(machine: Here) -> None:
    told = {"LocalNodeState": "active", "ControlAvailable": True, "Managers": 3, "Nodes": 4}
    states = ["reachable", "unreachable", "reachable"]
    nodes: list[object] = [{"ManagerStatus": {"Reachability": each}} for each in states]
    answers = {"GET /nodes": (200, [*nodes, {"ID": "a worker"}])}
    with engine(machine.layout.real(machine.layout.socket), answers):
        found = swarm(machine, machine.layout.socket, {"Swarm": told})
    assert found == manager(4, 3, 2)
    # without a quorum the Swarm itself does not say
    assert swarm(machine, machine.layout.socket, {"Swarm": told}) == manager(4, 3, 3)


def test_a_worker_knows_its_own_part_only(machine: Here) -> None:
    told: api.Object = {"Swarm": {"LocalNodeState": "active", "ControlAvailable": False}}
    assert swarm(machine, machine.layout.socket, told) == Swarm(manager=False)
