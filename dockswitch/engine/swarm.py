"""What part an engine has in a Swarm, and what the Swarm does without it."""

from dataclasses import dataclass
from typing import cast

from dockswitch.engine import api
from dockswitch.model.ports import Reader


@dataclass(frozen=True, slots=True)
class Swarm:
    """The Swarm that an engine is in: of its `managers`, `reachable` answer, this one included.

    A worker knows no numbers: they are 0.
    """

    manager: bool
    nodes: int = 0
    managers: int = 0
    reachable: int = 0

    def __str__(self) -> str:
        """What becomes of it while the engine is stopped."""
        if not self.manager:
            return "this node is a worker of a Swarm: its tasks move to other nodes"
        if self.managers == 1:
            others = f" of {self.nodes} nodes" if self.nodes > 1 else ""
            return (
                f"this node is the only manager of a Swarm{others}: without it the Swarm has no "
                "quorum, and nothing in it can be changed or moved"
            )
        needed = self.managers // 2 + 1
        left = f"{self.reachable - 1} of {self.managers} managers answer without it"
        if self.reachable - 1 < needed:
            return (
                f"this node is a manager of a Swarm, which loses its quorum: {left}, and it "
                f"takes {needed}"
            )
        return f"this node is a manager of a Swarm, which keeps its quorum: {left}"


def swarm(reader: Reader, socket: str, info: api.Object) -> Swarm | None:
    """The Swarm that the engine there is in, by its `/info`; None where it is in none."""
    said = info.get("Swarm")
    told = cast("api.Object", said) if isinstance(said, dict) else {}
    if api.text(told, "LocalNodeState") not in ("active", "locked", "pending", "error"):
        return None
    if told.get("ControlAvailable") is not True:
        return Swarm(manager=False)
    managers = _number(told, "Managers")
    listed = api.objects(reader.call(socket, "GET", "/nodes"))
    states = [api.text(status, "Reachability") for status in map(_status, listed) if status]
    return Swarm(
        manager=True,
        nodes=_number(told, "Nodes"),
        managers=managers,
        reachable=states.count("reachable") if states else managers,
    )


def _status(node: api.Object) -> api.Object:
    found = node.get("ManagerStatus")
    return cast("api.Object", found) if isinstance(found, dict) else {}


def _number(told: api.Object, key: str) -> int:
    value = told.get(key)
    return value if isinstance(value, int) else 0
