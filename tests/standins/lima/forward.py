"""A unix socket of the guest, to be reached by one of the host's: as its user, like ssh's -L."""

from __future__ import annotations

import ctypes
import os
import pwd
import selectors
import signal
import socket
from contextlib import suppress
from pathlib import Path

from tests.standins.lima.guest import USER

_CLONE_NEWNS = 0x00020000


def listening(path: Path) -> socket.socket:
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen(64)
    return listener


def hand_over(listener: socket.socket, leader: int, there: str) -> None:
    """Take one connection; a child of ours sees to it, and this one goes on at once."""
    client, _ = listener.accept()
    if os.fork() == 0:
        try:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            listener.close()
            _as_user(leader)
            with socket.socket(socket.AF_UNIX) as server:
                server.connect(there)
                _pass_on(client, server)
        finally:
            os._exit(0)
    client.close()


def _as_user(leader: int) -> None:
    """Into the guest's files, and then without any rights of root's."""
    with open(f"/proc/{leader}/ns/mnt", "rb") as namespace:
        library = ctypes.CDLL(None, use_errno=True)
        if library.setns(namespace.fileno(), _CLONE_NEWNS) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    user = pwd.getpwnam(USER)
    os.setgroups([user.pw_gid])  # as of a session that was open before somebody joined a group
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)


def _pass_on(client: socket.socket, server: socket.socket) -> None:
    other = {client: server, server: client}
    with selectors.DefaultSelector() as waiting:
        for each in other:
            waiting.register(each, selectors.EVENT_READ)
        while waiting.get_map():
            for key, _ in waiting.select():
                source = client if key.fileobj is client else server
                received = source.recv(1 << 16)
                if received:
                    other[source].sendall(received)
                    continue
                waiting.unregister(source)
                with suppress(OSError):
                    other[source].shutdown(socket.SHUT_WR)
