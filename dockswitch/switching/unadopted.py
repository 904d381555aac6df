"""An engine of somebody else that apt would have to replace, and that nobody adopted: refused."""

from dockswitch.model import package_names, package_words
from dockswitch.model.finding import Finding
from dockswitch.model.generation import Generation
from dockswitch.model.neighbour import Neighbour
from dockswitch.model.plan import Goal, Installed
from dockswitch.model.ports import Reader
from dockswitch.switching import history
from dockswitch.switching.options import Options


def in_the_way(
    reader: Reader,
    goal: Goal,
    installed: Installed,  # noqa: ARG001 -- every check has it
    options: Options,  # noqa: ARG001 -- likewise
) -> tuple[Finding, ...]:
    """Of what is not adopted `use system` could bring nothing back.

    Nothing where apt brought the engine in force; Docker's own packages adopt themselves.
    """
    now = history.newest(reader)
    by_apt = now.version is not None and now.backend == "apt"
    if goal.bundle is None or not goal.packages or by_apt:
        return ()
    if goal.engine == "leave" and not _replaces(goal):
        return ()
    from dockswitch.engine import foreign, neighbours  # before the first switch, most often

    place = f"the socket {reader.layout.real(reader.layout.socket)}"
    listens = reader.listener(reader.layout.socket)
    for found in neighbours.neighbours(reader):
        pid = found.pid or listens
        if found.runs and pid is not None and not _is_known(found, now):
            return (Finding.of(foreign.ForeignEngine.of(found, place, pid)),)
    return ()


def _replaces(goal: Goal) -> bool:
    """Whether packages of another engine than Docker's own are to go."""
    words = package_words.versions(goal.packages or ())
    others = set(package_names.ENGINES) - {package_names.ENGINE}
    return any(version is None and name in others for name, version in words.items())


def _is_known(found: Neighbour, now: Generation) -> bool:
    """Whether it is adopted, or adopts itself."""
    if found.package == package_names.ENGINE and found.kind == "package":
        return True
    adopted = now.neighbour
    if adopted is None or found.kind != adopted.kind:
        return False
    return found.package == adopted.package and (
        bool(found.package) or found.program == adopted.program
    )
