"""A machine of its own with systemd, in a container: booted, used, switched off, cut from power."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.integration import rootfs
from tests.integration.cgroups import called, new_unified, remove
from tests.integration.namespace import short_root
from tests.integration.program import Result, result

_PACKAGE = Path(__file__).resolve().parents[2] / "dockswitch"

#: Folders that are on this machine's own file system: an engine's layers cannot lie on an overlay.
_PLAIN = ("var/lib", "home")

#: All that is mounted and that nspawn notes for itself ends with its mount namespace. It does not
#: outlive whoever started it, and the machine not it.
_SPAWN = """\
set -e
disk=$1 files=$2 cgroup=$3
shift 3
echo $$ > "$cgroup/cgroup.procs"
mkdir -p /run/systemd
mount -t tmpfs tmpfs /run/systemd
mount -t overlay overlay -o "lowerdir=$files,upperdir=$disk/upper,workdir=$disk/work" "$disk/root"
exec systemd-nspawn --directory "$disk/root" "$@"
"""
_BEFORE = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--propagation", "private"]
_NSPAWN = (
    *("--boot", "--quiet", "--register=no", "--keep-unit", "--console=pipe", "--private-network"),
    # Engines make keyrings, and device programs for cgroups of version 2.
    *("--system-call-filter=@keyring bpf", "--machine=machine", "--link-journal=no"),
    *("--resolv-conf=off", "--timezone=off"),
)

#: What an engine without root asks for; a udev that would make them is not in a container.
_DEVICES = """\
mkdir -p /dev/net
test -e /dev/net/tun || mknod -m 666 /dev/net/tun c 10 200
test -e /dev/fuse || mknod -m 666 /dev/fuse c 10 229
chmod 666 /dev/net/tun /dev/fuse
"""

#: Runs a command with what a login would set, where that person has a login or lingers.
_LOGGED_IN = """\
run=/run/user/$(id -u "$0")
[ -d "$run" ] && export XDG_RUNTIME_DIR="$run" DBUS_SESSION_BUS_ADDRESS="unix:path=$run/bus"
exec "$@"
"""

#: The signal that asks systemd to power off; see systemd(1).
_POWER_OFF = signal.SIGRTMIN + 4

#: seconds: engines may take 90 to stop
_BOOT_LIMIT, _POWER_OFF_LIMIT, _END_LIMIT, _LIMIT = 60, 120, 30, 240

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass
class Machine:
    """A machine whose disk is `disk`; what was written there is there again at the next boot."""

    disk: Path
    files: Path
    mirror: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    _spawned: subprocess.Popen[bytes] | None = None
    _leader: int = 0

    @property
    def root(self) -> Path:
        """Its files as they are seen from here, while it runs."""
        return Path(f"/proc/{self._leader}/root")

    @property
    def leader(self) -> int:
        """Its first process, as it is numbered here."""
        return self._leader

    def boot(self) -> None:
        """Switch it on, and return once it has started all that it starts by itself."""
        assert self._spawned is None, "the machine runs already"
        with (self.disk / "console").open("ab") as console:
            self._spawned = subprocess.Popen(
                self._nspawn(),
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
            )
        self._await_boot(time.monotonic() + _BOOT_LIMIT)
        self.shell(["sh", "-c", _DEVICES])

    def power_off(self) -> None:
        """Switch it off as its owner would: everything is stopped first."""
        os.kill(self._leader, _POWER_OFF)
        self._gone(_POWER_OFF_LIMIT)

    def cut_power(self) -> None:
        """End everything in it at once, wherever it stood."""
        if self._spawned is None:
            return
        if self._leader:
            # With the first process of its namespace the kernel ends all others.
            with suppress(ProcessLookupError):
                os.kill(self._leader, signal.SIGKILL)
        else:
            self._spawned.kill()
        self._gone(_END_LIMIT)

    def reboot(self) -> None:
        self.power_off()
        self.boot()

    def run(self, *words: str, as_user: str = "", env: Mapping[str, str] | None = None) -> Result:
        """Run dockswitch there for a program: with --json, of which stdout must be one object."""
        argv = [rootfs.PROGRAM, "--json", *words]
        ran = self._completed(argv, as_user, env, _LIMIT)
        return result(ran.returncode, ran.stdout, ran.stderr, as_json=True)

    def told(self, *words: str, as_user: str = "", env: Mapping[str, str] | None = None) -> Result:
        """Run dockswitch there for a person: lines on stdout."""
        ran = self._completed([rootfs.PROGRAM, *words], as_user, env, _LIMIT)
        return result(ran.returncode, ran.stdout, ran.stderr, as_json=False)

    def shell(
        self, argv: Sequence[str], *, as_user: str = "", env: Mapping[str, str] | None = None
    ) -> str:
        """What a program says there; it must end well."""
        ran = self.attempt(argv, as_user=as_user, env=env)
        said = f"{ran.stdout}{ran.stderr}"
        assert ran.returncode == 0, f"{argv} on the machine ended with {ran.returncode}: {said}"
        return ran.stdout

    def attempt(
        self, argv: Sequence[str], *, as_user: str = "", env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """A program that may fail there."""
        return self._completed(argv, as_user, env, _LIMIT)

    @contextmanager
    def started(
        self, *words: str, as_user: str = "", env: Mapping[str, str] | None = None
    ) -> Iterator[subprocess.Popen[str]]:
        """A run with --json that is under way; to kill it is to kill dockswitch there.

        `program.finish` waits for it. It does not outlive the block.
        """
        argv = [rootfs.PROGRAM, "--json", *words]
        with self.under_way(argv, as_user=as_user, env=env) as process:
            yield process

    @contextmanager
    def under_way(
        self, argv: Sequence[str], *, as_user: str = "", env: Mapping[str, str] | None = None
    ) -> Iterator[subprocess.Popen[str]]:
        """Likewise any program."""
        process = subprocess.Popen(
            self._entered(argv, as_user, env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with process:
            try:
                yield process
            finally:
                kill(process)

    def log_in(self, person: str) -> None:
        """Give a person a systemd of their own, with a runtime folder, as a login would."""
        self.shell(["loginctl", "enable-linger", person])
        number = self.shell(["id", "-u", person]).strip()
        self.shell(["systemctl", "start", f"user@{number}.service"])

    def write(self, path: str, text: str) -> None:
        """Write a file there, with the folders above it."""
        script = 'mkdir -p "$(dirname "$0")" && cat > "$0"'
        argv = self._entered(["sh", "-c", script, path], "", None)
        subprocess.run(argv, input=text, text=True, check=True, timeout=_LIMIT)

    def _completed(
        self,
        argv: Sequence[str],
        as_user: str,
        env: Mapping[str, str] | None,
        limit: float,
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._entered(argv, as_user, env),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=limit,
            check=False,
        )

    def _entered(
        self, argv: Sequence[str], as_user: str, env: Mapping[str, str] | None
    ) -> list[str]:
        """The command line that runs another one there, and ends it when it is ended itself."""
        assert self._leader, "the machine is off"
        person = ["--reuid", as_user, "--regid", as_user, "--init-groups"] if as_user else []
        variables = {**_environment(as_user), **self.settings, **(env or {})}
        return [
            *("nsenter", "--target", str(self._leader), "--all", "--"),
            *("env", "--ignore-environment"),
            *(f"{name}={value}" for name, value in variables.items()),
            *("sh", "-c", _LOGGED_IN, as_user or "root"),
            *("setpriv", *person, "--pdeathsig", "KILL", *argv),
        ]

    def _nspawn(self) -> list[str]:
        binds = [f"--bind={self.disk / folder}:/{folder}" for folder in _PLAIN]
        binds += [f"--bind-ro={_PACKAGE}:{rootfs.CHECKOUT}/dockswitch"]
        binds += [f"--bind-ro={self.mirror}:{rootfs.MIRROR}"]
        cgroup = new_unified(self.disk.name)
        script = ["sh", "-c", _SPAWN, "sh", str(self.disk), str(self.files), str(cgroup)]
        return [*_BEFORE, *script, *_NSPAWN, *binds]

    def _await_boot(self, deadline: float) -> None:
        while not (self._leader and self._is_up()):
            assert self._spawned is not None
            over = time.monotonic() > deadline
            if over or self._spawned.poll() is not None:
                raise AssertionError(f"the machine does not boot:\n{self.console()[-3000:]}")
            time.sleep(0.05)
            self._leader = self._leader or _first_process(self._spawned.pid)

    def _is_up(self) -> bool:
        asked = self.attempt(["systemctl", "is-system-running", "--wait"])
        # "degraded" is up too: what a test installed may fail to start, and it will look.
        return asked.stdout.strip() in ("running", "degraded")

    def console(self) -> str:
        """All that it wrote to its console."""
        return (self.disk / "console").read_text(errors="replace")

    def _gone(self, limit: float) -> None:
        assert self._spawned is not None
        try:
            self._spawned.wait(limit)
        finally:
            # Whatever else happened: the container does not outlive nspawn.
            self._spawned.kill()
            self._spawned.wait(_END_LIMIT)
            self._spawned, self._leader = None, 0
            remove(called(self.disk.name))


def kill(entered: subprocess.Popen[str]) -> None:
    """End what nsenter runs, and nsenter.

    What it runs ends with it only once setpriv has said so: killed in its first milliseconds,
    nsenter would leave it running. While it is stopped it starts nothing and reaps nothing.
    """
    with suppress(OSError):
        os.kill(entered.pid, signal.SIGSTOP)
        stat = Path(f"/proc/{entered.pid}/stat")
        while stat.read_text().rpartition(")")[2].split()[0] not in ("T", "Z"):
            time.sleep(0.001)
        for pid in Path(f"/proc/{entered.pid}/task/{entered.pid}/children").read_text().split():
            os.kill(int(pid), signal.SIGKILL)
    entered.kill()


def _environment(as_user: str) -> dict[str, str]:
    home = f"/home/{as_user}" if as_user else "/root"
    name = as_user or "root"
    return {
        "PATH": _PATH,
        "LC_ALL": "C.UTF-8",
        "HOME": home,
        "USER": name,
        "LOGNAME": name,
        "DOCKSWITCH_MIRROR": f"file://{rootfs.MIRROR}",
    }


def _first_process(nspawn: int) -> int:
    """The process that nspawn started as the container's first, 0 while it is not there yet."""
    with suppress(OSError):
        for pid in Path(f"/proc/{nspawn}/task/{nspawn}/children").read_text().split():
            # Before it there is one that only sets up what the container is to see.
            if Path(f"/proc/{pid}/comm").read_text() == "systemd\n":
                return int(pid)
    return 0


@contextmanager
def fresh(files: Path, mirror: Path) -> Iterator[Machine]:
    """A machine that was never booted; at the end it is off, and nothing of it is left."""
    with short_root() as disk:
        for folder in ("upper", "work", "root"):
            (disk / folder).mkdir()
        for folder in _PLAIN:
            (disk / folder).parent.mkdir(exist_ok=True)
            copied = ["cp", "--archive", str(files / folder), str(disk / folder)]
            subprocess.run(copied, check=True, timeout=_LIMIT)
        machine = Machine(disk, files, mirror)
        try:
            yield machine
        finally:
            machine.cut_power()
            assert not called(disk.name), "cgroups of the machine are left"


@contextmanager
def booted(files: Path, mirror: Path) -> Iterator[Machine]:
    """A fresh machine that runs."""
    with fresh(files, mirror) as machine:
        machine.boot()
        yield machine
