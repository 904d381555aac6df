"""Somebody else's daemon: named, refused and left running."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.engine.foreign import ForeignEngine, refuse_foreign
from dockswitch.model.host import Host
from dockswitch.model.layout import Layout
from dockswitch.model.ports import Daemon
from dockswitch.system.here import Here
from dockswitch.system.proc import command_line
from tests.engine.daemon import place, process
from tests.engine.server import engine


@contextmanager
def foreign(tmp_path: Path, *words: str) -> Iterator[int]:
    folder = place(tmp_path / "usr/bin", "dockerd")
    with process(folder / "dockerd", *words) as pid:
        yield pid
        assert command_line(pid)  # untouched


def refusal(machine: Here, ours: Daemon | None = None) -> ForeignEngine:
    with pytest.raises(ForeignEngine) as raised:
        refuse_foreign(machine, DaemonConfig.read(machine), ours)
    return raised.value


def test_where_nobody_is_nobody_is_refused(machine: Here) -> None:
    refuse_foreign(machine, DaemonConfig.read(machine), None)


def test_another_daemon_with_places_of_its_own_is_welcome(machine: Here, tmp_path: Path) -> None:
    with foreign(tmp_path, "--data-root", "/elsewhere", "--pidfile=/elsewhere.pid"):
        refuse_foreign(machine, DaemonConfig.read(machine), None)


def test_a_listener_on_the_socket_is_refused(machine: Here, tmp_path: Path) -> None:
    with engine(f"{tmp_path}/run/docker.sock", {}):
        refused = refusal(machine)
    assert refused.message == (
        f"an engine that dockswitch did not start uses the socket {tmp_path}/run/docker.sock"
    )
    assert "a program that listens there (process " in refused.details
    assert "--root DIR" in refused.hint


def test_our_own_daemon_on_the_socket_is_not(machine: Here, tmp_path: Path) -> None:
    with engine(f"{tmp_path}/run/docker.sock", {}):
        pid = machine.listener(machine.layout.socket)
        assert pid
        refuse_foreign(machine, DaemonConfig.read(machine), Daemon(pid, ("dockerd",), ours=True))


def test_a_daemon_of_our_pid_file_is_refused(machine: Here, tmp_path: Path) -> None:
    with foreign(tmp_path, "--data-root=/elsewhere") as pid:
        machine.write(machine.layout.pidfile, f"{pid}\n".encode())
        assert refusal(machine).message.endswith(
            f"uses the pid file {tmp_path}/run/dockswitch/docker.pid"
        )


@pytest.mark.parametrize("flag", ["--data-root", "--graph", "-g"])
def test_a_daemon_on_our_data_root_is_refused(machine: Here, tmp_path: Path, flag: str) -> None:
    with foreign(tmp_path, flag, f"{tmp_path}/var/lib/docker/") as pid:
        refused = refusal(machine)
        assert refused.message.endswith(f"uses the data-root {tmp_path}/var/lib/docker")
        assert refused.details == (
            f"the engine unpacked at {tmp_path}/usr/bin/dockerd (process {pid}) is left untouched"
        )
        assert "`dockswitch adopt` takes it over" in refused.hint
        assert f"`kill {pid}`" in refused.hint


def test_so_is_one_that_its_configuration_sends_there(machine: Here, tmp_path: Path) -> None:
    keys = {"data-root": f"{tmp_path}/var/lib/docker"}
    machine.write("/its.json", json.dumps(keys).encode())
    with foreign(tmp_path, "--config-file", f"{tmp_path}/its.json"):
        assert refusal(machine).message.endswith(f"uses the data-root {tmp_path}/var/lib/docker")


def test_so_is_one_that_is_where_our_data_root_leads(machine: Here, tmp_path: Path) -> None:
    machine.point("/var/lib/docker", "../../mnt/docker")
    with foreign(tmp_path, "--data-root", f"{tmp_path}/mnt/docker"):
        refusal(machine)


def test_so_is_one_on_our_exec_root(machine: Here, tmp_path: Path) -> None:
    with foreign(tmp_path, "--data-root=/elsewhere", f"--exec-root={tmp_path}/run/docker"):
        assert refusal(machine).message.endswith(f"uses the exec-root {tmp_path}/run/docker")


class Seen(Here):
    """The machine itself, on which nothing is seen but one daemon."""

    def __init__(self, layout: Layout, daemon: Daemon) -> None:
        super().__init__(layout, Host("linux", "x86_64", uid=1000))
        self.daemon = daemon

    def daemons(self) -> tuple[Daemon, ...]:
        return (self.daemon,)

    def read(self, path: str) -> bytes | None:
        return None

    def link(self, path: str) -> str | None:
        return None

    def listener(self, socket: str) -> int | None:
        return None

    def shares(self, pid: int, real: str) -> bool:
        return True


ASIDE = ("-H", "unix:///elsewhere.sock")
ME = {"HOME": "/home/me", "XDG_RUNTIME_DIR": "/nowhere"}


@pytest.mark.parametrize(
    ("layout", "uid", "words", "uses"),
    [
        (Layout.of_system(), 0, (), "socket /run/docker.sock"),
        (Layout.of_system(), 0, ("-H", "fd://"), "socket /run/docker.sock"),
        (Layout.of_system(), 0, ("--host=unix:///var/run/docker.sock",), "socket /run/docker.sock"),
        (Layout.of_system(), 0, ("-H", "tcp://[::1]:1"), "data-root /var/lib/docker"),
        (Layout.of_system(), 0, ("-H", "unix://@/run/docker.sock"), "data-root /var/lib/docker"),
        (Layout.of_system(), 1000, (), None),
        (Layout.of_system(), 1000, ("-g", "/var/lib/docker"), "data-root /var/lib/docker"),
        (Layout.of_system(), 0, (*ASIDE, "-g", "/x"), "exec-root /run/docker"),
        (Layout.of_system(), 0, (*ASIDE, "-g", "/x", "--exec-root=/var/run/docker"), "exec-root"),
        (Layout.of_system(), 0, (*ASIDE, "-g", "/x", "--exec-root=/y"), None),
        (Layout.of_system(), 0, (*ASIDE, "-g/x", "--pidfile=/run/dockswitch/docker.pid"), "pid"),
        (Layout.of_system(root="/tmp/dk"), 0, (), None),
        (Layout.of_user(env=ME, uid=1000), 1000, ASIDE, "data-root /home/me/.local/share/docker"),
        (Layout.of_user(env=ME, uid=1000), 1000, (), "socket /home/me/.local"),
        (Layout.of_user(env=ME, uid=1000), 1001, (), None),
        (Layout.of_user(env=ME, uid=1000), 0, (), None),
    ],
)
def test_what_a_daemon_uses_by_default_is_its_user_s(
    layout: Layout, uid: int, words: tuple[str, ...], uses: str | None
) -> None:
    machine = Seen(layout, Daemon(4711, ("dockerd", *words), ours=False, uid=uid))
    config = DaemonConfig.read(machine)
    if uses is None:
        refuse_foreign(machine, config, None)
        return
    with pytest.raises(ForeignEngine, match=f"uses the {uses}"):
        refuse_foreign(machine, config, None)


def test_a_program_that_we_cannot_signal_is_not_to_be_killed() -> None:
    told = ForeignEngine("systemd's docker.socket", "the socket /run/docker.sock", 1)
    assert "kill" not in told.hint
