"""Stand-ins for dockerd and containerd: a shell under their name that takes any flags and waits."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dockswitch.system.proc import command_line

SHELL = os.path.realpath(shutil.which("dash") or "/bin/sh")
WAITS = "while :; do sleep 0.02; done"
DEAF = f"trap '' TERM; echo deaf; {WAITS}"


def place(folder: Path, *names: str) -> Path:
    """A folder with these programs in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        shutil.copy(SHELL, folder / name)
    return folder


@contextmanager
def process(program: Path, *words: str, name: str = "", script: str = WAITS) -> Iterator[int]:
    """Runs with these words on its command line; it is ended at the end, if it still runs."""
    argv = [name or str(program), "-c", script, *words]
    with subprocess.Popen(argv, executable=program, stdin=subprocess.DEVNULL) as started:
        while not command_line(started.pid):
            pass
        try:
            yield started.pid
        finally:
            started.kill()
