"""Which data-root a switch gives its engine: the machine's, or one of the version's own."""

from dataclasses import replace

from dockswitch.model.plan import Goal
from dockswitch.model.ports import Reader
from dockswitch.switching import history
from dockswitch.switching.options import Options


def placed(reader: Reader, goal: Goal, options: Options) -> Goal:
    """The goal with the data-root that was asked for; a version in use stays with what it has."""
    if goal.bundle is None or goal.engine == "leave":
        return goal
    if options.data is not None:
        return replace(goal, data=asked(reader, goal, options))
    now = history.newest(reader)
    return replace(goal, data=now.data) if now.version == goal.bundle.version else goal


def asked(reader: Reader, goal: Goal, options: Options) -> str:
    """What was asked for, inside the root; where nothing was, what the goal has."""
    if goal.bundle is None or options.data is None:
        return goal.data
    if options.data == "same":
        return goal.neighbour.data if goal.neighbour else ""
    return reader.layout.own_data_root(str(goal.bundle.version))


def kept(reader: Reader, versions: list[str]) -> list[str]:
    """The data-roots of their own that these versions have, as real paths."""
    places = (reader.layout.own_data_root(version) for version in dict.fromkeys(versions))
    return [reader.layout.real(place) for place in places if reader.kind(place) == "folder"]
