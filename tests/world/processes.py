"""Which processes live in a world, who listens where, and what a dockerd does as it starts."""

import json
import math
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence

from dockswitch.engine.flags import option
from dockswitch.model.host import Host
from dockswitch.model.layout import Layout
from dockswitch.model.ports import Process
from dockswitch.model.version import Version
from dockswitch.system.processes import STARTS, CannotStart
from tests.world.engines import Container, Data, Manners, Running
from tests.world.files import Files, Mark

# where no flag names others
_CONFIG, _PIDFILE = "/etc/docker/daemon.json", "/run/docker.pid"
_DATA_ROOT = "/var/lib/docker"
_CONTAINERD_LEFT = 20.0  # seconds that dockerd waits for a containerd that a killed one left


class Processes:
    """`manners` are those of each version, `data` what lies in each data-root.

    `on_trial` are the manners of a version that shows others while it is proven.
    """

    def __init__(self, layout: Layout, files: Files) -> None:
        self.layout = layout
        self.files = files
        self.host = Host("linux", "x86_64", "debian", "bookworm", kernel="6.1.0-18", cgroup=1)
        self.manners: dict[str, Manners] = {}
        self.on_trial: dict[str, Manners] = {}
        self.cgroups: set[str] = set()
        self.data: dict[str, Data] = defaultdict(Data)
        self.processes: dict[int, Running] = {}
        self.sockets: dict[str, int] = {}
        self.clock = 0.0
        self._pids = 1000

    def starts_foreign(self, argv: Sequence[str], *, socket: str = "", uid: int = 0) -> int:
        """A dockerd that somebody else started, which listens on `socket`."""
        pid = self._born(argv)
        self.processes[pid].version, self.processes[pid].uid = "1.0.0", uid
        if socket:
            self.listens(pid, socket)
        return pid

    def runs(self, argv: Sequence[str]) -> int:
        """Some other process, such as a shim."""
        return self._born(argv)

    def listens(self, pid: int, socket: str) -> None:
        self.files.put(socket, Mark.OTHER)
        self.sockets[socket] = pid

    @property
    def engines(self) -> list[Running]:
        """The engines of ours that live, those on their way out too."""
        return [each for each in self._living() if each.ours and each.version]

    def starts_by_hand(self, argv: Sequence[str], version: str, path: str, folder: str) -> int:
        """A dockerd of that version that a person unpacked and started from a shell."""
        self.files.write(self.layout.stored(argv[0]), f"dockerd {version}".encode(), 0o755)
        return self._started(argv, "/nohup.out", {"PATH": path}, folder)

    def _started(
        self,
        argv: Sequence[str],
        log: str,
        env: Mapping[str, str] | None = None,
        folder: str = "/",
        *,
        apart: bool = False,
    ) -> int:
        program = self.files.read(self.layout.stored(argv[0]))
        if program is None:
            raise CannotStart(argv[0], "No such file or directory")
        self.files.append(log, f"{STARTS}{argv[0]}\n")
        version = program.decode().partition(" ")[2]
        manners = self.manners.get(version, Manners())
        if apart:
            manners = self.on_trial.get(version, manners)
        place = self._data_root(argv)
        words = manners.dies or self._in_the_way(argv, place)
        ours = argv[0].startswith(f"{self.layout.real(self.layout.versions)}/")
        pid = self._born(argv, ours=ours)
        engine = self.processes[pid]
        engine.environment, engine.folder = dict(env or {}), folder
        engine.version, engine.manners, engine.data = version, manners, self.data[place]
        engine.apart = apart
        engine.experimental = self._config(argv).get("experimental") is True
        engine.keeps = self._config(argv).get("live-restore") is True
        engine.ready = self.clock + manners.starts_in + self._containerd_left(argv)
        if words:
            self.files.append(log, f"{words}\n")
            engine.ready, engine.ends = math.inf, self.clock + manners.starts_in
            return pid
        if option(argv, "--containerd") is None:
            beside, exec_root = os.path.dirname(argv[0]), option(argv, "--exec-root")
            child = self._born((f"{beside}/containerd", "--config", f"{exec_root}/containerd.toml"))
            self.processes[child].parent = pid
        pidfile = option(argv, "--pidfile") or _PIDFILE
        self.files.write(self.layout.stored(pidfile), str(pid).encode())
        # Without one, daemon.json names it, or systemd hands it over.
        host = option(argv, "-H") or "fd://"
        named = self.layout.stored(host.removeprefix("unix://"))
        self.listens(pid, self.layout.socket if host == "fd://" else named)
        self.cgroups |= self._cgroup(argv)
        self._restored(engine)
        return pid

    def _restored(self, engine: Running) -> None:
        """What an engine does as it starts: it keeps, kills and restarts containers."""
        for key, one in engine.data.containers.items():
            newer = Version.parse(engine.version) < Version.parse(one.started_by or "1.0.0")
            newer = newer and one.running and engine.keeps
            if one.running and (not engine.keeps or newer):
                one.running, one.code = False, 137
            always = one.restart == "always"
            wanted = always or (one.restart == "unless-stopped" and not one.stopped_by_hand)
            if wanted and not one.running and not newer and engine.manners.loses != key:
                one.running, one.started_by = True, engine.version

    def shims(self) -> tuple[Process, ...]:
        """Each running container's, from the folder of the version that started it."""
        versions = self.layout.versions
        folders = {name.rpartition("-")[0]: name for name in self.files.names(versions)}
        program = "containerd-shim-runc-v2"
        return tuple(
            Process(
                0,
                (
                    f"{self.layout.real(versions)}/{folders[one.started_by]}/{program}",
                    *("-namespace", "moby", "-id", key),
                ),
            )
            for data in self.data.values()
            for key, one in data.containers.items()
            if one.running and one.started_by in folders
        )

    def has_container(self, key: str, restart: str = "no", *, removed: bool = False) -> Container:
        """A container that runs in the engine of ours."""
        (engine,) = self.engines
        return self.runs_container(engine, key, restart, removed=removed)

    def runs_container(
        self, engine: Running, key: str, restart: str = "no", *, removed: bool = False
    ) -> Container:
        """The same in whoever's."""
        made = Container({}, restart, removed, running=True, started_by=engine.version)
        engine.data.containers[key] = made
        return made

    def _cgroup(self, argv: Sequence[str]) -> set[str]:
        """The cgroup of its own that its configuration names; it makes that at its start here."""
        named = self._config(argv).get("cgroup-parent")
        return {named.strip("/")} if isinstance(named, str) and named else set()

    def _config(self, argv: Sequence[str]) -> dict[str, object]:
        path = option(argv, "--config-file") or ("" if self.layout.root else _CONFIG)
        content = self.files.read(self.layout.stored(path)) if path else None
        keys: dict[str, object] = json.loads(content or b"{}")
        return keys

    def _data_root(self, argv: Sequence[str]) -> str:
        said = option(argv, "--data-root", "--graph") or self._config(argv).get("data-root")
        return str(said or _DATA_ROOT)

    def _in_the_way(self, argv: Sequence[str], data_root: str) -> str:
        config = option(argv, "--config-file")
        if config is not None and self.files.read(self.layout.stored(config)) is None:
            return "unable to configure the Docker daemon with file"
        living = (each for each in self._living() if each.version)
        same = [each for each in living if self._data_root(each.argv) == data_root]
        return "failed to start daemon: timeout on the data-root" if same else ""

    def _containerd_left(self, argv: Sequence[str]) -> float:
        own = f"{option(argv, '--exec-root')}/containerd.toml"
        left = [e for e in self._living() if e.argv[0].endswith("/containerd") and own in e.argv]
        return _CONTAINERD_LEFT if left else 0.0

    def _stops_containers(self, engine: Running) -> None:
        for key, one in list(engine.data.containers.items()):
            if one.running and not engine.keeps:
                one.running, one.code = False, 137
                if one.removed:
                    del engine.data.containers[key]

    def _born(self, argv: Sequence[str], *, ours: bool = False) -> int:
        self._pids += 1
        self.processes[self._pids] = Running(self._pids, tuple(argv), ours)
        return self._pids

    def _living(self) -> list[Running]:
        return [each for each in self.processes.values() if self._lives(each)]

    def _lives(self, process: Running) -> bool:
        return self.clock < process.ends

    def _signalled(self, process: Running, *, kill: bool) -> None:
        """SIGKILL leaves the children; SIGTERM takes them along, where it is heard.

        One that is apart is the first of its namespace: with it all others end.
        """
        if kill:
            process.ends, process.leaving = self.clock, True
            for child in self.processes.values():
                if process.apart and child.parent == process.pid:
                    child.ends = self.clock
        elif not process.manners.deaf and not process.leaving:
            process.ends, process.leaving = self.clock + process.manners.stops_in, True
            self._stops_containers(process)
            for child in self.processes.values():
                if child.parent == process.pid:
                    child.ends = process.ends
