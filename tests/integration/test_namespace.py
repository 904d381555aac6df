"""An isolated process has a network and an /etc of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

from tests.integration.namespace import machine_network

_NAMES = """\
import socket
from tests.integration.namespace import isolated
isolated()
print(*(name for _, name in socket.if_nameindex()))
"""


def test_only_loopback_is_there_and_it_is_up(isolation: None) -> None:
    # A process of its own: the engines of other tests leave bridges in this one's network.
    ran = subprocess.run(
        [sys.executable, "-c", _NAMES], capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout.split() == ["lo"]
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
