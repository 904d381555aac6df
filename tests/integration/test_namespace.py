"""Nothing that a test starts, mounts or writes outlives it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

from tests.integration.namespace import machine_network, short_root


def test_only_loopback_is_there_and_it_is_up(isolation: None) -> None:
    assert [name for _, name in socket.if_nameindex()] == ["lo"]
    with socket.create_server(("127.0.0.1", 0)) as listening:
        socket.create_connection(listening.getsockname(), timeout=5).close()


def test_the_machine_s_network_is_there_only_while_asked_for(isolation: None) -> None:
    own = os.readlink("/proc/thread-self/ns/net")
    with machine_network():
        assert os.readlink("/proc/thread-self/ns/net") != own
    assert os.readlink("/proc/thread-self/ns/net") == own


def test_what_is_written_to_etc_stays_here(isolation: None) -> None:
    Path("/etc/dockswitch-isolation-test").touch()
    ran = subprocess.run(
        ["nsenter", f"--mount=/proc/{os.getppid()}/ns/mnt", "ls", "/etc"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "dockswitch-isolation-test" not in ran.stdout


def test_a_root_is_short_and_gone_afterwards(isolation: None) -> None:
    with short_root() as root:
        (root / "written").touch()
        assert len(str(root)) <= len("/tmp/dk-12345678")
    assert not root.exists()


def test_what_is_mounted_is_unmounted(isolation: None) -> None:
    with short_root() as root:
        inner = root / "a/b"
        inner.mkdir(parents=True)
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", root / "a"], check=True)
        inner.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", inner], check=True)
    assert str(root) not in Path("/proc/self/mountinfo").read_text()
    assert not root.exists()


def test_an_engine_left_running_is_ended_and_a_bystander_is_not(
    isolation: None, tmp_path: Path
) -> None:
    bystander = _start_as_containerd(tmp_path)
    try:
        with short_root() as root:
            left = _start_as_containerd(root)
        assert left.wait(5) != 0
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def _start_as_containerd(folder: Path) -> subprocess.Popen[bytes]:
    """A program of that name, for it is by name and folder that engines are known."""
    program = folder / "containerd"
    shutil.copy2("/bin/sleep", program)
    return subprocess.Popen([program, "60"])
