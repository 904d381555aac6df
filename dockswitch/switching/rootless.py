"""What a switch to an engine of a user's own needs besides: a look at the machine, and the kit."""

from dockswitch.backends import bundles, find
from dockswitch.engine import running
from dockswitch.model import finding
from dockswitch.model.finding import Finding
from dockswitch.model.plan import Goal, Installed
from dockswitch.model.ports import Progress, Reader, System
from dockswitch.model.wish import Exact, Request
from dockswitch.switching import history
from dockswitch.switching.authentic import Accepted
from dockswitch.switching.chosen import LateCatalog, choose, fetched
from dockswitch.switching.options import Options


def needs(
    reader: Reader,
    goal: Goal,
    installed: Installed,
    options: Options,  # noqa: ARG001 -- every check has it
) -> tuple[Finding, ...]:
    """What the goal's engine would miss here; nothing where it has root, runs or is not started."""
    if reader.layout.scope != "user" or goal.engine != "start" or goal.bundle is None:
        return ()
    if installed.running == goal.bundle.version:
        return ()
    from dockswitch.engine import rootless, rootless_needs  # that links alone spare

    if goal.rootless is None:
        return (Finding.of(rootless.NoKit(str(goal.bundle.version))),)
    if not goal.rootless.names:  # not fetched yet
        return rootless_needs.findings(reader)
    brings = rootless_needs.brought(goal.bundle.version, goal.rootless.names)
    return rootless_needs.findings(reader, brings)


def refuse(reader: Reader) -> None:
    """Raises what any engine of a user's own that is tried would miss, before one is fetched."""
    if reader.layout.scope == "user":
        from dockswitch.engine import rootless_needs

        finding.refuse(rootless_needs.findings(reader, instead=rootless_needs.AS_ROOT))


def ready(system: System, catalog: LateCatalog, progress: Progress) -> None:
    """Fetches what the version in use needs to be started; raises what it would miss here."""
    version, now = find("static").installed(system).version, history.newest(system)
    if system.layout.scope != "user" or version is None or running.running(system) is not None:
        return
    from dockswitch.engine import rootless_needs

    finding.refuse(rootless_needs.findings(system))
    if bundles.rootless_of(system, version) is not None:
        return
    request = Request(now.channel or None, Exact(version), str(version))
    wanted = choose(system, catalog, request, "static", rootless="needed")
    fetched(system, wanted, Accepted(), progress)
