"""The adopted engine of somebody else, as the history has it and as it stands."""

from dockswitch.model.generation import Generation
from dockswitch.model.neighbour import Neighbour
from dockswitch.model.ports import Reader, System
from dockswitch.switching import history, proof


def of(reader: Reader) -> Neighbour | None:
    """The adopted one; while it is in force, as it stands now.

    An engine that apt installed for us is to one of our own as an adopted one is.
    """
    newest = history.newest(reader)
    if newest.version is not None and newest.backend == "apt":
        from dockswitch.engine import neighbours  # as below

        found = neighbours.neighbours(reader)
        return next((each for each in found if each.kind == "package"), None)
    if newest.neighbour is None or newest.version is not None:
        return newest.neighbour
    from dockswitch.engine import neighbours  # few machines have one, and it costs imports

    return neighbours.now(reader, newest.neighbour)


def unwell(system: System, now: Generation) -> str | None:
    """Why the one in force does not answer as itself, or None where it does, or none has to."""
    if now.neighbour is None or now.version is not None:
        return None
    return proof.neighbour_answers(system, now.neighbour)
