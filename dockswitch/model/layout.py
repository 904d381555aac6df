"""Where everything lives: each path is a path inside the root, `real` puts the root before it.

Imported by the fast lane, so it may import nothing but `os`: a dataclass alone costs 26 ms.
"""

import os
import sys
from collections.abc import Mapping

# containerd puts `/containerd/containerd.sock.ttrpc` (33 bytes) behind the exec-root, and a unix
# socket's path ends at 104 bytes on the systems that Go supports.
LONGEST_EXEC_ROOT = 104 - len("/containerd/containerd.sock.ttrpc")

# The folder of a client's plug-ins, wherever it is: see cli-plugins/manager of docker/cli.
PLUGINS = "cli-plugins"

# dockswitch's own file among those that tell apt which versions to prefer. apt reads a name without
# a dot, of letters, digits, hyphens and underscores; see apt_preferences(5).
PREFERENCES = "/etc/apt/preferences.d/dockswitch"

Environment = Mapping[str, str]


class Layout:
    """The places of one scope (`system` or `user`) under one root (`""` is the machine itself)."""

    __slots__ = (
        "bin",
        "cache",
        "config",
        "data_root",
        "engine_config",
        "exec_root",
        "lima",
        "machines",
        "plugins",
        "proof_exec_root",
        "root",
        "run",
        "scope",
        "socket",
        "state",
    )

    def __init__(
        self,
        *,
        root: str,
        scope: str,
        state: str,
        cache: str,
        config: str,
        bin: str,
        plugins: str,
        run: str,
        engine_run: str,
        engine_data: str,
        engine_config: str,
        machines: str,
        lima: str,
    ) -> None:
        self.root = root
        self.scope = scope
        self.state = state
        self.cache = cache
        self.config = config
        self.bin = bin
        self.plugins = plugins  # where a client of any engine looks for its plug-ins
        self.run = run
        self.socket = f"{engine_run}/docker.sock"
        self.exec_root = f"{engine_run}/docker"
        self.proof_exec_root = f"{engine_run}/.proof"  # no longer than the one above: see the limit
        self.data_root = engine_data
        self.engine_config = f"{engine_config}/daemon.json"
        self.machines = machines  # where docker-machine keeps its machines, and Lima its own
        self.lima = lima

    @classmethod
    def of(
        cls, *, root: str, user: bool, env: Environment, uid: int, system: str = sys.platform
    ) -> "Layout":
        """The layout that arguments, environment and uid decide, and nothing else does.

        `system` is as sys.platform says; without an engine of its own it has a user scope alone.
        """
        if user or not has_engine(system):
            return cls.of_user(root=root, env=env, uid=uid, system=system)
        return cls.of_system(root=root)

    @classmethod
    def of_system(cls, *, root: str = "") -> "Layout":
        return cls(
            root=os.path.abspath(root) if root not in ("", "/") else "",
            scope="system",
            state="/var/lib/dockswitch",
            cache="/var/cache/dockswitch",
            config="/etc/dockswitch",
            bin="/usr/local/bin",
            plugins=f"/usr/local/lib/docker/{PLUGINS}",
            run="/run/dockswitch",
            engine_run="/run",
            engine_data="/var/lib/docker",
            engine_config="/etc/docker",
            machines="/root/.docker/machine",
            lima="/root/.lima",
        )

    @classmethod
    def of_user(
        cls, *, env: Environment, uid: int, root: str = "", system: str = sys.platform
    ) -> "Layout":
        if system == "win32":
            return cls._on_windows(env, root)
        # On macOS too: there as well tools of this kind (mise, pipx) have their things in these
        # places, which people type and have on their PATH; ~/Library is for what nobody types.
        home = env.get("HOME") or os.path.expanduser("~")
        data = env.get("XDG_DATA_HOME") or f"{home}/.local/share"
        config = env.get("XDG_CONFIG_HOME") or f"{home}/.config"
        # Of an engine without root only the file is known that it runs, which no link leads to.
        state = os.path.realpath(f"{data}/dockswitch")
        run = _user_run(env, uid) or f"{state}/run"
        return cls(
            root=os.path.abspath(root) if root not in ("", "/") else "",
            scope="user",
            state=state,
            cache=(env.get("XDG_CACHE_HOME") or f"{home}/.cache") + "/dockswitch",
            config=f"{config}/dockswitch",
            bin=f"{home}/.local/bin",
            plugins=f"{home}/.docker/{PLUGINS}",
            run=f"{run}/dockswitch",
            engine_run=run,
            engine_data=f"{data}/docker",
            engine_config=f"{config}/docker",
            machines=_whole(env.get("MACHINE_STORAGE_PATH")) or f"{home}/.docker/machine",
            lima=env.get("LIMA_HOME") or f"{home}/.lima",
        )

    @classmethod
    def _on_windows(cls, env: Environment, root: str) -> "Layout":
        """As Windows has it for one person; what is large or of one machine does not roam."""
        root = os.path.abspath(root).replace("\\", "/") if root not in ("", "/") else ""

        def inside(path: str) -> str:
            """A path inside a root has no drive: its letter is a folder there."""
            slashed = path.replace("\\", "/").rstrip("/")
            return f"/{slashed.replace(':', '', 1)}" if root else slashed

        home = env.get("USERPROFILE") or os.path.expanduser("~")
        own = inside(f"{env.get('LOCALAPPDATA') or f'{home}/AppData/Local'}/dockswitch")
        config = inside(f"{env.get('APPDATA') or f'{home}/AppData/Roaming'}/dockswitch")
        return cls(
            root=root,
            scope="user",
            state=f"{own}/state",
            cache=f"{own}/cache",
            config=config,
            bin=f"{own}/bin",
            plugins=inside(f"{home}/.docker/{PLUGINS}"),
            run=f"{own}/run",
            engine_run=f"{own}/run",
            engine_data=f"{own}/docker",
            engine_config=f"{own}/docker",
            machines=inside(env.get("MACHINE_STORAGE_PATH") or f"{home}/.docker/machine"),
            lima=inside(env.get("LIMA_HOME") or f"{home}/.lima"),
        )

    def real(self, path: str) -> str:
        """The path on this machine of a path inside the root."""
        return self.root + path

    def stored(self, real: str) -> str:
        """The path inside the root of a path on this machine; one outside stays as it is."""
        if self.root and (real == self.root or real.startswith(self.root + "/")):
            return real[len(self.root) :] or "/"
        return real

    @property
    def runtime(self) -> str:
        """The folder of run-time files that this scope's engine shares with other programs."""
        return os.path.dirname(self.run)

    @property
    def user_units(self) -> str:
        """Where a user's own systemd finds their units."""
        return f"{os.path.dirname(self.config)}/systemd/user"

    @property
    def versions(self) -> str:
        return f"{self.state}/versions"

    @property
    def rootless(self) -> str:
        """What engines without root need besides, kept as the versions are."""
        return f"{self.state}/rootless"

    @property
    def packages(self) -> str:
        """Debian packages, those of one engine in a folder each, kept as the versions are."""
        return f"{self.state}/packages"

    @property
    def images(self) -> str:
        """The images that virtual machines boot from, kept as the versions are."""
        return f"{self.state}/images"

    @property
    def guests(self) -> str:
        """What brings an engine into a virtual machine that runs, kept likewise."""
        return f"{self.state}/guests"

    @property
    def vm(self) -> str:
        """The link to the record of the virtual machine in use; there is none where none is."""
        return f"{self.state}/vm"

    def vm_record(self, keeper: str, name: str) -> str:
        """The folder of what dockswitch knows of a machine, and keeps for it."""
        return f"{self.state}/vms/{keeper}/{name}"

    @property
    def current(self) -> str:
        """The link to the folder of the version in use."""
        return f"{self.state}/current"

    @property
    def journal(self) -> str:
        return f"{self.state}/journal"

    @property
    def trash(self) -> str:
        return f"{self.state}/trash"

    @property
    def lock(self) -> str:
        return f"{self.state}/lock"

    @property
    def unconfirmed(self) -> str:
        """Notes the switch that undoes itself unless it is confirmed."""
        return f"{self.state}/unconfirmed.json"

    @property
    def watch(self) -> str:
        """Is locked by the process that waits for that to be due."""
        return f"{self.state}/unconfirmed.lock"

    @property
    def watch_log(self) -> str:
        return f"{self.state}/log/unconfirmed.log"

    @property
    def seen(self) -> str:
        return f"{self.state}/seen.json"

    def own_data_root(self, version: str) -> str:
        """The data-root that a version has of its own, where the machine's is not for it."""
        return f"{self.state}/data/{version}"

    @property
    def own_engine_config(self) -> str:
        """Holds `{}`: used where the machine has no daemon.json, since dockerd wants a file."""
        return f"{self.state}/daemon.json"

    @property
    def experimental(self) -> str:
        """Notes what `experimental` was in which daemon.json before dockswitch turned it on."""
        return f"{self.state}/experimental.json"

    @property
    def pidfile(self) -> str:
        return f"{self.run}/docker.pid"

    @property
    def log(self) -> str:
        return f"{self.state}/log/dockerd.log"

    @property
    def proof(self) -> str:
        """Where an engine is proven that is not in use yet; there only as long as that takes."""
        return f"{self.state}/proof"

    @property
    def proof_log(self) -> str:
        return f"{self.state}/log/proof.log"

    @property
    def trials(self) -> str:
        """Where engines on trial beside the machine's have their things, each in a folder."""
        return f"{self.state}/trials"

    @property
    def trials_run(self) -> str:
        """Where those have what is there only while they run, their sockets among it."""
        return f"{self.run}/trials"

    def trial_log(self, name: str) -> str:
        return f"{self.state}/log/trial-{name}.log"

    @property
    def settings(self) -> str:
        return f"{self.config}/settings.yaml"

    @property
    def site_channels(self) -> str:
        return f"{self.config}/channels.yaml"


def has_engine(system: str = sys.platform) -> bool:
    """Whether an engine can run on such a system itself, and not in a virtual machine alone."""
    return system not in ("darwin", "win32")


def own_uid() -> int:
    """Who we are, as the system counts people; 0 on Windows, which does not."""
    return os.geteuid() if hasattr(os, "geteuid") else 0


def version_in(folder: str) -> str:
    """The spelling of the version that a folder is of: each is called VERSION-DIGEST."""
    return folder.rpartition("/")[2].rpartition("-")[0]


def _whole(path: str | None) -> str:
    """A path from here is one from anywhere: docker-machine writes what it is told into its store,
    and finds nothing in there once it is started elsewhere.
    """
    return os.path.abspath(path) if path else ""


def _user_run(env: Environment, uid: int) -> str | None:
    """The user's run-time folder; one that belongs to somebody else is not used."""
    named = env.get("XDG_RUNTIME_DIR") or f"/run/user/{uid}"
    try:
        return named if os.stat(named).st_uid == uid else None
    except OSError:
        return None
