"""An engine on trial: started beside any other, in places of its own, and ended without a trace."""

import json
import os
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from dockswitch.engine import flags, health, trial_keys
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.engine.flags import environment, option, resolved
from dockswitch.engine.log import last_lines, last_words
from dockswitch.engine.trial_keys import Keys
from dockswitch.engine.trial_network import Network
from dockswitch.model.layout import Layout
from dockswitch.model.plan import Wanted
from dockswitch.model.ports import System

# Starts it: a rootless kit has another way into namespaces than root has.
Starter: TypeAlias = Callable[[Sequence[str], str, Mapping[str, str]], int]

_LAST_LINES = 200
_DEADLINE = 90.0  # seconds; one that starts takes about one, and a slow disk more


@dataclass(frozen=True, slots=True)
class Places:
    """Where one lives, inside the root: all that it keeps is below the two folders.

    The log stays when it is gone.
    """

    folder: str
    exec_root: str
    log: str

    @classmethod
    def of_proof(cls, layout: Layout) -> "Places":
        return cls(layout.proof, layout.proof_exec_root, layout.proof_log)

    @classmethod
    def of_trial(cls, layout: Layout, name: str) -> "Places":
        folder, run = f"{layout.trials}/{name}", f"{layout.trials_run}/{name}"
        return cls(folder, run, layout.trial_log(name))

    @property
    def socket(self) -> str:
        return f"{self.exec_root}/docker.sock"

    @property
    def config(self) -> str:
        return f"{self.folder}/daemon.json"

    @property
    def resolver(self) -> str:
        """What is /etc/resolv.conf in its network."""
        return f"{self.folder}/resolv.conf"

    @property
    def network_log(self) -> str:
        return f"{self.folder}/network.log"

    def cgroup(self, layout: Layout) -> str:
        """One for each state folder of this machine: others may have a trial at the same time."""
        return f"dockswitch-{zlib.crc32(os.fsencode(layout.real(self.folder))):08x}"


@dataclass(frozen=True, slots=True)
class Trial:
    """One that was started."""

    places: Places
    wanted: Wanted
    pid: int


def begin(
    system: System,
    places: Places,
    wanted: Wanted,
    person: Keys,
    start: Starter | None = None,
    network: Network | None = None,
) -> Trial:
    """Starts it where none is, with the keys of the person's daemon.json that a trial may have.

    Nothing is in the machine's places, or on a network but its own where it is to have one; it ends
    with us, however we end. Raises RootTooLong where its sockets have no room, and what starting
    apart raises.
    """
    layout = system.layout
    cgroup = places.cgroup(layout) if layout.scope == "system" else ""
    bridged = network is not None and network.bridged
    keys = trial_keys.keys(person, wanted.version, cgroup, bridged=bridged)
    config = _config(places, keys)
    flags.check_root(layout, config)
    argv = tuple(resolved(_command_line(layout, wanted, config), layout.root))
    env = environment(layout.real(wanted.folder), os.environ)
    env["TMPDIR"] = layout.real(places.folder)
    # the person's may hold secrets, such as a proxy's password
    system.write(places.config, json.dumps(keys, indent=1).encode(), 0o600)
    system.folder(places.exec_root, 0o711)
    if network is not None:
        system.write(places.resolver, network.resolver)
    begins = start or _apart(system, wanted, network)
    return Trial(places, wanted, begins(argv, places.log, env))


def answers(system: System, trial: Trial) -> str | None:
    """Why it does not answer as its version, or None when it does."""
    return health.wait_until_well(
        system,
        trial.places.socket,
        trial.wanted.version,
        alive=lambda: system.alive(trial.pid),
        deadline=_DEADLINE,
        said=lambda: last_words(last_lines(system, _LAST_LINES, trial.places.log)),
    )


def network_of(system: System, trial: Trial) -> int:
    """The process whose network is that of one that answers."""
    if system.layout.scope == "system":
        return trial.pid
    from dockswitch.engine import rootless_trial  # for one that was started through a kit

    return rootless_trial.network_of(system, trial.places, trial.pid)


def runs_container(system: System, trial: Trial) -> str | None:
    """Why it runs no container, or None when it does; what it made goes with it."""
    init = health.init_in(system, trial.wanted.folder)
    return health.tries_container(system, trial.places.socket, init)


def end(system: System, places: Places, trial: Trial | None = None) -> None:
    """Ends it with all that it started, mounted and wrote; nothing happens where none was.

    Killed, for it holds nothing that would be lost. Found by its command line where whoever
    started it is gone.
    """
    layout = system.layout
    if layout.scope == "user" and system.kind(places.folder) is not None:
        from dockswitch.engine import rootless_trial  # for one that was started through a kit

        rootless_trial.end_all(system, places)
        rootless_trial.clear(system, places)
    if trial is not None:
        # Whatever it calls itself: the number of our own child is nobody else's until it is reaped.
        system.end(trial.pid, wait=10, kill=True)
    if system.kind(places.folder) is None:
        return
    config = layout.real(places.config)
    for daemon in system.daemons():
        if option(daemon.argv, "--config-file") == config:
            system.end(daemon.pid, wait=10, kill=True, argv=daemon.argv)
    system.clear_cgroup(places.cgroup(layout))
    system.discard(places.exec_root)
    system.discard(places.folder)  # last: as long as it is there, there may be more


def _apart(system: System, wanted: Wanted, network: Network | None) -> Starter:
    """One that stays a while has an init: as the first process, dockerd itself would leave a zombie
    behind of the shim of every container.
    """
    if network is None:
        return lambda argv, log, env: system.start_apart(argv, log=log, env=env)
    resolver, init = network.resolver, health.init_in(system, wanted.folder)
    init = init if system.kind(init) == "file" else ""
    return lambda argv, log, env: system.start_apart(
        argv, log=log, env=env, resolver=resolver, init=init
    )


def _config(places: Places, keys: Keys) -> DaemonConfig:
    return DaemonConfig(
        path=places.config,
        keys=frozenset(keys),
        socket=places.socket,
        data_root=f"{places.folder}/data",
        exec_root=places.exec_root,
        pidfile=f"{places.folder}/docker.pid",
    )


def _command_line(layout: Layout, wanted: Wanted, config: DaemonConfig) -> tuple[str, ...]:
    own = Wanted(wanted.version, wanted.folder)  # whatever data-root is wanted, not that one
    # what it has of a network, its keys say
    return flags.command_line(layout, own, config, own_network=True)
