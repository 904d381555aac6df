"""What the wanted engine would meet on this machine, asked before a switch to it."""

import os
from collections.abc import Sequence

from dockswitch.backends import bundles
from dockswitch.engine import supervision
from dockswitch.model import package_words
from dockswitch.model.finding import Finding
from dockswitch.model.layout import PLUGINS
from dockswitch.model.plan import Goal, Installed, Wanted
from dockswitch.model.ports import Reader
from dockswitch.model.release import Bundle
from dockswitch.switching.options import Options


def preflight(
    reader: Reader,
    goal: Goal,
    installed: Installed,
    options: Options,  # noqa: ARG001 -- every check has it
) -> tuple[Finding, ...]:
    """Nothing for an engine that runs already, or is not to be started."""
    bundle = goal.bundle
    if bundle is None or goal.engine != "start" or installed.running == bundle.version:
        return ()
    # some ms that a switch of links alone spares
    from dockswitch.engine.preflight import findings, plugins

    wanted = Wanted.of(goal, bundle)
    argv = supervision.of(reader).command_line(reader, wanted)
    found = findings(reader, wanted, argv, archive=_to_be_fetched(reader, bundle))
    # Said once: it is as true of every later switch, and `doctor` repeats it.
    first = installed.version is None
    brings = bundle.names if goal.packages is None else _plugins(goal.packages)
    return (*found, *(plugins.findings(reader, os.environ, brings) if first else ()))


def _plugins(packages: Sequence[str]) -> tuple[str, ...]:
    """The plug-ins that these packages bring, as they are called in an engine's folder."""
    names = package_words.versions(packages)
    return tuple(f"{PLUGINS}/{name.removesuffix('-plugin')}" for name in names)


def _to_be_fetched(reader: Reader, bundle: Bundle) -> int:
    """The bytes of its archive; as many as the largest that is kept where no index tells them."""
    if reader.kind(bundle.folder) == "folder":
        return 0
    return bundle.size or max((each.size for each in bundles.kept(reader)), default=0)
