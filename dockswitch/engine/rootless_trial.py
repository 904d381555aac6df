"""An engine without root on trial: its kit makes the namespaces in which nothing outlives it."""

import os
from collections.abc import Mapping, Sequence

from dockswitch.engine import rootless
from dockswitch.engine.flags import option
from dockswitch.engine.trial import Places, Starter
from dockswitch.model.plan import Wanted
from dockswitch.model.ports import System

# A process namespace of its own ends with its first process, which is the kit's. Whatever else the
# person tells the kit is left out: a port that it publishes is taken by the engine that runs.
_FLAGS = "--pidns"


def starter(system: System, places: Places, wanted: Wanted) -> Starter:
    """What starts it through the wanted version's own kit. Raises NoKit."""
    layout = system.layout
    kit = rootless.kit_of(system, wanted.folder)
    known = rootless.environment(system, wanted.folder, kit, os.environ)

    # All that a kit and its engine write anywhere but where their flags say.
    folder, runtime = layout.real(places.folder), layout.real(places.exec_root)
    apart = {
        "XDG_RUNTIME_DIR": runtime,
        "XDG_CONFIG_HOME": f"{folder}/config",
        "XDG_DATA_HOME": f"{folder}/share",
        "TMPDIR": folder,
        "DOCKERD_ROOTLESS_ROOTLESSKIT_STATE_DIR": f"{runtime}/kit",
        "DOCKERD_ROOTLESS_ROOTLESSKIT_FLAGS": _FLAGS,
    }

    def start(argv: Sequence[str], log: str, env: Mapping[str, str]) -> int:
        script = f"{layout.real(kit)}/{rootless.SCRIPT}"
        return system.start_tied((script, *argv[1:]), log=log, env={**env, **known, **apart})

    return start


def end_kit(system: System, places: Places) -> None:
    """Ends the kit of one on trial, which passes the engine's words on, and what it started.

    With the first process of the engine's namespace, a child of the kit, end all that are in it.
    """
    config = system.layout.real(places.config)
    for kit in system.below(system.layout.rootless):
        if option(kit.argv, "--config-file") == config:
            for child in system.children(kit.pid):
                system.end(child.pid, wait=10, kill=True, argv=child.argv)
            system.end(kit.pid, wait=10, kill=True, argv=kit.argv)
