"""An engine without root on trial: its own kit's, in places of its own."""

import os
from collections.abc import Iterator, Mapping, Sequence

from dockswitch.engine import rootless
from dockswitch.engine.flags import option
from dockswitch.engine.trial import Places, Starter
from dockswitch.model.plan import Wanted
from dockswitch.model.ports import Process, Reader, System

# What is ended may just have started another.
_LOOKS = 5
_REMOVAL = 300.0  # seconds; images have many small files


def starter(
    system: System, places: Places, wanted: Wanted, *, own_network: bool = False
) -> Starter:
    """What starts it through the wanted version's own kit. Raises NoKit.

    With its `own_network` it is reached in there alone: the ports that it publishes are none of the
    machine's, so that any number of engines may publish the same ones.
    """
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
    if own_network:
        apart["DOCKERD_ROOTLESS_ROOTLESSKIT_PORT_DRIVER"] = "none"
        # Else the kits of 29 keep the network from the engine, which is how it is found.
        apart["DOCKERD_ROOTLESS_ROOTLESSKIT_DETACH_NETNS"] = "false"

    def start(argv: Sequence[str], log: str, env: Mapping[str, str]) -> int:
        script = f"{layout.real(kit)}/{rootless.SCRIPT}"
        return system.start_tied((script, *argv[1:]), log=log, env={**env, **known, **apart})

    return start


def network_of(system: System, places: Places, kit: int) -> int:
    """The process whose network is that of one that answers; notes who names hosts there."""
    config = system.layout.real(places.config)
    found = (each.pid for each in system.daemons() if option(each.argv, "--config-file") == config)
    pid = next(found, kit)
    system.write(places.resolver, system.outside(f"/proc/{pid}/root/etc/resolv.conf") or b"")
    return pid


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


def clear(system: System, places: Places) -> None:
    """Removes what its containers wrote as users that only a kit may act for."""
    data = f"{places.folder}/data"
    if system.kind(data) is None:
        return
    try:
        system.discard(data)
    except PermissionError:
        kits = [name for name in system.names(system.layout.rootless) if not name.startswith(".")]
        for name in reversed(kits):
            argv = [f"{system.layout.real(system.layout.rootless)}/{name}/rootlesskit"]
            system.run([*argv, "rm", "-rf", system.layout.real(data)], timeout=_REMOVAL)
            if system.kind(data) is None:
                return
        raise


def _processes(reader: Reader, places: Places) -> Iterator[Process]:
    """All that is told of its places, as a kit is by the engine's own words; children first."""
    below = f"{reader.layout.real(places.exec_root)}/"
    for folder in (reader.layout.rootless, reader.layout.versions):
        for process in reader.below(folder):
            if any(below in word for word in process.argv):
                yield from reader.children(process.pid)
                yield process
