"""An engine without root on trial: its own kit's, in places of its own."""

import os
from collections.abc import Iterator, Mapping, Sequence

from dockswitch.engine import rootless
from dockswitch.engine.trial import Places, Starter
from dockswitch.model.plan import Wanted
from dockswitch.model.ports import Process, Reader, System

# What is ended may just have started another.
_LOOKS = 5


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
        # The person's may publish ports, which the engine that runs has taken.
        "DOCKERD_ROOTLESS_ROOTLESSKIT_FLAGS": "",
        # Their systemd is where it was.
        "DBUS_SESSION_BUS_ADDRESS": known.get("DBUS_SESSION_BUS_ADDRESS")
        or f"unix:path={layout.real(layout.runtime)}/bus",
    }

    def start(argv: Sequence[str], log: str, env: Mapping[str, str]) -> int:
        script = f"{layout.real(kit)}/{rootless.SCRIPT}"
        return system.start_tied((script, *argv[1:]), log=log, env={**env, **known, **apart})

    return start


def end_all(system: System, places: Places) -> None:
    """Ends its kit, its engine, and the shims and containers that outlive those.

    It has no process namespace to end all at once: the user's systemd, which makes the cgroups of
    its containers, would take process numbers of another one for the machine's.
    """
    for _ in range(_LOOKS):
        found = tuple(_processes(system, places))
        for process in found:
            system.end(process.pid, wait=10, kill=True, argv=process.argv)
        if not found:
            return


def _processes(reader: Reader, places: Places) -> Iterator[Process]:
    """All that is told of its places, as a kit is by the engine's own words; children first."""
    below = f"{reader.layout.real(places.exec_root)}/"
    for folder in (reader.layout.rootless, reader.layout.versions):
        for process in reader.below(folder):
            if any(below in word for word in process.argv):
                yield from reader.children(process.pid)
                yield process
