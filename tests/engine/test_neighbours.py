"""What is known of an engine that somebody else brought, from what their programs print."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from dockswitch.engine import neighbours, packages, places, services, snaps
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.engine.foreign import ForeignEngine, refuse_foreign
from dockswitch.model import neighbour as words
from dockswitch.model.host import Host
from dockswitch.model.layout import Layout
from dockswitch.model.neighbour import Neighbour
from dockswitch.model.person import Person
from dockswitch.model.ports import Circumstances, Daemon, Finished
from dockswitch.model.step import ByHand, File, Service
from dockswitch.system.daemons import _unit, shares
from dockswitch.system.here import Here
from tests.engine.daemon import place, process

SNAP_LIST = """\
Name    Version  Rev   Tracking       Publisher   Notes
docker  24.0.5   2915  latest/stable  canonical✓  -
"""
SNAP_LIST_DISABLED = """\
Name    Version   Rev   Tracking  Publisher  Notes
docker  28.1.1+1  x1    -         -          disabled
"""
SNAP_SERVICES = """\
Service                          Startup  Current   Notes
docker.dockerd                   enabled  active    -
docker.nvidia-container-toolkit  enabled  inactive  -
"""
# Debian 12 with docker.io 20.10.24, systemd 252
SHOWN = """\
ExecStart={ path=/usr/sbin/dockerd ; argv[]=/usr/sbin/dockerd -H fd:// --containerd=/run/c.sock \
$DOCKER_OPTS ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) }
LoadState=loaded
ActiveState=active
UnitFileState=enabled
TriggeredBy=docker.socket
MainPID=246
"""


class Told(Here):
    """A machine whose programs say what a test says; all else there is as nobody lived there."""

    def __init__(self, said: Mapping[str, str], folders: Sequence[str] = ()) -> None:
        super().__init__(Layout.of_system(), Host("linux", "x86_64", init="systemd"))
        self.said = said
        self.folders = folders
        self.running: tuple[Daemon, ...] = ()
        self.seen: dict[int, Circumstances] = {}
        self.listens: int | None = None

    def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float = 60,
        env: Mapping[str, str | None] | None = None,
    ) -> Finished:
        asked = " ".join(argv)
        found = next((out for words, out in self.said.items() if asked.startswith(words)), None)
        return Finished(1, "", "") if found is None else Finished(0, found, "")

    def command(
        self,
        argv: Sequence[str],
        *,
        timeout: float = 60,
        given: str = "",
        env: Mapping[str, str | None] | None = None,
        person: Person | None = None,
    ) -> Finished:
        return self.run(argv)

    def daemons(self) -> tuple[Daemon, ...]:
        return self.running

    def circumstances(self, pid: int) -> Circumstances | None:
        return self.seen.get(pid)

    def shares(self, pid: int, real: str) -> bool:
        return True

    def listener(self, socket: str) -> int | None:
        return self.listens

    def read(self, path: str) -> bytes | None:
        return None

    def link(self, path: str) -> str | None:
        return None

    def kind(self, path: str) -> str | None:
        return "folder" if path in self.folders else None


PACKAGE = {
    "dpkg-query --search /usr/sbin/dockerd": "docker.io: /usr/sbin/dockerd\n",
    "dpkg-query --show": "20.10.24+dfsg1-1+b3",
    "systemctl show docker.service": SHOWN,
    "systemctl show docker.socket": "LoadState=loaded\nActiveState=active\nUnitFileState=enabled\n",
    "/usr/sbin/dockerd --version": "Docker version 20.10.24+dfsg1, build 297e128\n",
}


def run_by(machine: Told, program: str, unit: str, pid: int = 246) -> Daemon:
    daemon = Daemon(pid, (program, "-H", "fd://"), ours=False)
    machine.running = (daemon,)
    machine.seen[pid] = Circumstances(program, "/srv", {"PATH": "/opt:/bin", "SECRET": "x"}, unit)
    return daemon


def test_the_engine_of_a_package_is_named_with_its_unit() -> None:
    machine = Told(PACKAGE)
    found = neighbours.of(machine, run_by(machine, "/usr/sbin/dockerd", "docker.service"))
    assert found.described == "the package docker.io 20.10.24+dfsg1-1+b3, unit docker.service"
    assert str(found) == "docker.io 20.10.24+dfsg1 (package)"
    assert found.runs == (
        Service("systemd", "docker.socket", active=True, enabled=True),
        Service("systemd", "docker.service", active=True, enabled=True),
    )


def test_one_that_a_person_started_is_no_part_of_what_let_that_person_in() -> None:
    ssh = "LoadState=loaded\nActiveState=active\nUnitFileState=enabled\nMainPID=7\n"
    machine = Told({**PACKAGE, "systemctl show ssh.service": ssh})
    found = neighbours.of(machine, run_by(machine, "/usr/sbin/dockerd", "ssh.service"))
    assert found.unit == ""
    argv = ("{root}/usr/sbin/dockerd", "-H", "fd://")
    assert found.runs == (ByHand(argv, "/opt:/bin", "/srv", runs=True),)


def test_nothing_of_its_environment_but_path_is_written_down() -> None:
    machine = Told(PACKAGE)
    found = neighbours.of(machine, run_by(machine, "/usr/sbin/dockerd", ""))
    assert "SECRET" not in str(words.to_plain(found))


def test_one_that_waits_behind_its_socket_is_named_too() -> None:
    machine = Told(PACKAGE)
    machine.listens = 1
    with pytest.raises(ForeignEngine) as refused:
        refuse_foreign(machine, DaemonConfig.read(machine), None)
    assert "systemd's docker.socket" in refused.value.details
    machine.folders = ("/usr/sbin/dockerd",)
    with pytest.raises(ForeignEngine) as refused:
        refuse_foreign(machine, DaemonConfig.read(machine), None)
    assert "the package docker.io" in refused.value.details
    assert "`systemctl stop docker.service docker.socket`" in refused.value.hint
    assert "kill" not in refused.value.hint


def test_the_engine_of_a_snap_is_known_though_it_sees_another_file_tree() -> None:
    machine = Told({"snap list": SNAP_LIST, "snap services": SNAP_SERVICES})
    machine.listens = 99
    machine.seen[99] = Circumstances("", "/", {}, "snap.docker.dockerd.service")
    with pytest.raises(ForeignEngine) as refused:
        refuse_foreign(machine, DaemonConfig.read(machine), None)
    assert refused.value.details.startswith("the snap docker 24.0.5, unit snap.docker.dockerd")
    assert "`snap stop docker`" in refused.value.hint
    machine.folders = ("/snap/docker",)
    (found,) = neighbours.neighbours(machine)
    assert (found.pid, found.version) == (99, "24.0.5")
    assert found.runs == (Service("snap", "docker", active=True, enabled=True),)
    assert neighbours.listens(machine, 99, found)
    refuse_foreign(machine, DaemonConfig.read(machine), None, found)


def test_podman_is_no_engine() -> None:
    machine = Told({})
    machine.listens = 1
    machine.link = lambda path: "/run/podman/podman.sock"  # type: ignore[method-assign]
    with pytest.raises(ForeignEngine, match="an engine that dockswitch did not start") as refused:
        refuse_foreign(machine, DaemonConfig.read(machine), None)
    assert "podman's socket, behind which no engine of Docker's is" in refused.value.details


@pytest.mark.parametrize(
    ("listed", "services_said", "snap"),
    [
        (SNAP_LIST, SNAP_SERVICES, ("24.0.5", "2915", True, True)),
        (SNAP_LIST, SNAP_SERVICES.replace(" active", " inactive"), ("24.0.5", "2915", True, False)),
        (SNAP_LIST_DISABLED, "", ("28.1.1+1", "x1", False, False)),
    ],
)
def test_what_snap_says(listed: str, services_said: str, snap: tuple[str, str, bool, bool]) -> None:
    found = snaps.parsed(listed, services_said)
    assert found == snaps.Snap(*snap)


def test_a_machine_without_the_snap_has_none() -> None:
    assert snaps.parsed("", "") is None
    assert snaps.snap(Told({})) is None


@pytest.mark.parametrize(
    ("listed", "name"),
    [
        ("docker.io: /usr/sbin/dockerd\n", "docker.io"),
        ("docker-ce:amd64, other: /usr/bin/dockerd\n", "docker-ce"),
        ("diversion by x from: /a\ndiversion by x to: /b\ndocker-ce: /a\n", "docker-ce"),
        ("", None),
    ],
)
def test_what_dpkg_says(listed: str, name: str | None) -> None:
    assert packages.name_in(listed) == name


def test_what_rpm_says() -> None:
    machine = Told({"rpm --query --file": "docker-ce 26.1.4-1.el9\n"})
    assert packages.owner(machine, "/usr/bin/dockerd") == packages.Package(
        "docker-ce", "26.1.4-1.el9"
    )
    assert packages.owner(Told({}), "/usr/bin/dockerd") is None


def test_what_systemctl_says() -> None:
    assert services.parsed(SHOWN) == services.Unit(
        there=True,
        active=True,
        enabled=True,
        program="/usr/sbin/dockerd",
        sockets=("docker.socket",),
        pid=246,
    )
    assert not services.parsed("LoadState=not-found\nActiveState=inactive\n").there


def test_a_service_that_refuses_is_told_in_its_keeper_s_words() -> None:
    machine = Told({**PACKAGE, "systemctl daemon-reload": ""})
    off = Service("systemd", "docker.service", active=False, enabled=False)
    with pytest.raises(services.ServiceRefused, match="`systemctl disable docker"):
        services.act(machine, off)


@pytest.mark.parametrize(
    ("cgroups", "unit"),
    [
        ("0::/system.slice/docker.service\n", "docker.service"),
        (
            "9:name=systemd:/\n4:memory:/x.service\n0::/system.slice/docker.service",
            "docker.service",
        ),
        ("1:name=systemd:/system.slice/docker.service\n0::/", "docker.service"),
        ("0::/user.slice/user-0.slice/session-3.scope\n", ""),
        ("0::/user.slice/user-7.slice/user@7.service/app.slice/docker.service\n", ""),
        ("0::/\n", ""),
    ],
)
def test_the_unit_of_a_process_is_read_from_its_cgroup(cgroups: str, unit: str) -> None:
    # /user.slice/…/user@7.service: what a person's own systemd keeps is no unit of the machine's
    assert _unit(cgroups) == unit


def test_a_neighbour_is_read_back_as_it_was_written() -> None:
    found = Neighbour(
        "package",
        "/usr/sbin/dockerd",
        "20.10.24",
        "docker.io",
        "20.10.24-1",
        unit="docker.service",
        runs=(File("/etc/x", "y"), Service("systemd", "a.service", active=True, enabled=False)),
        argv=("dockerd", "-H", "fd://"),
        socket="/run/docker.sock",
        data_root="/var/lib/docker",
    )
    assert words.from_plain(words.to_plain(found)) == found
    assert found.files == {"/etc/x"}


def test_a_process_of_ours_shares_all_that_we_see(tmp_path: Path) -> None:
    assert shares(os.getpid(), str(tmp_path / "not/there"))
    assert not shares(2**22 + 1, "/")


@pytest.mark.parametrize(
    ("argv", "sockets", "data_root"),
    [
        ((), ("/run/docker.sock",), "/var/lib/docker"),
        (("-H", "unix:///a", "--host=unix:///b", "-H", "tcp://[::]:1"), ("/a", "/b"), None),
        (("-H", "fd://"), ("/run/docker.sock",), None),
        (("-H", "unix://"), ("/run/docker.sock",), None),
        (("-H", "unix://@docker"), (), None),
        (("--data-root", "here"), None, "/srv/here"),
        (("-g", "/a//b/../c/"), None, "/a/c"),
    ],
)
def test_the_places_of_a_daemon(
    argv: tuple[str, ...], sockets: tuple[str, ...] | None, data_root: str | None
) -> None:
    machine = Told({})
    run_by(machine, "/x/dockerd", "", pid=5)
    found = places.of(machine, Daemon(5, ("/x/dockerd", *argv), ours=False))
    assert sockets is None or found.sockets == sockets
    assert data_root is None or found.data_root == data_root


def test_a_pid_file_of_a_dead_or_another_process_is_no_obstacle(
    machine: Here, tmp_path: Path
) -> None:
    machine.write(machine.layout.pidfile, b"4194305\n")
    refuse_foreign(machine, DaemonConfig.read(machine), None)
    with process(place(tmp_path / "bin", "sleeper") / "sleeper") as pid:
        machine.write(machine.layout.pidfile, f"{pid}\n".encode())
        refuse_foreign(machine, DaemonConfig.read(machine), None)


def test_what_runs_in_its_own_folder_of_the_same_name_is_told_apart(
    machine: Here, tmp_path: Path
) -> None:
    folder = place(tmp_path / "bin", "dockerd")
    given = ("--data-root", f"{tmp_path}/var/lib/docker", "-H", "unix:///x", "--exec-root=/x")
    with process(folder / "dockerd", *given):
        with pytest.raises(ForeignEngine):
            refuse_foreign(machine, DaemonConfig.read(machine), None)
        machine.shares = lambda pid, real: False  # type: ignore[method-assign]
        refuse_foreign(machine, DaemonConfig.read(machine), None)
