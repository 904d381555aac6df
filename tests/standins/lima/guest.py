"""What is done inside a running instance, as its user."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.integration import rootfs

#: Lima's user is the one who runs it; there is one in the tests' machine who may use sudo.
USER = rootfs.ADMIN

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def entered(leader: int, words: Sequence[str], *, workdir: str, user: str = USER) -> list[str]:
    """The command line that runs another one in the container with that first process.

    The words go through a shell there, quoted, as they do by ssh.
    """
    home = f"/home/{user}" if user != "root" else "/root"
    line = f"cd {shlex.quote(workdir)} || exit 1 ; exec bash --login -c "
    line += shlex.quote(" ".join(shlex.quote(word) for word in words))
    return [
        *("nsenter", "--target", str(leader), "--all", "--"),
        *("env", "--ignore-environment", f"PATH={_PATH}", f"HOME={home}", f"USER={user}"),
        *("setpriv", "--reuid", user, "--regid", user, "--init-groups", "bash", "-c", line),
    ]


def run(leader: int, words: Sequence[str], *, workdir: str) -> int:
    """Its code is limactl's, as that of ssh is."""
    return subprocess.run(entered(leader, words, workdir=workdir), check=False).returncode


def copy(leader: int, sources: Sequence[Path], target: str) -> int:
    """As scp does: into a folder, or to a file's own name."""
    for source in sources:
        script = 'to=$0; [ ! -d "$to" ] || to=$to/$1; cat > "$to"'
        words = entered(leader, ["sh", "-c", script, target, source.name], workdir="/")
        with source.open("rb") as content:
            done = subprocess.run(words, stdin=content, check=False)
        if done.returncode != 0:
            return 1
    return 0


def provision(leader: int, scripts: Sequence[str], folder: Path) -> None:
    """The scripts of mode `system`, at each boot, as root."""
    for script in scripts:
        text = script.replace("{{.User}}", USER)
        words = entered(leader, ["sh", "-s"], workdir="/", user="root")
        with (folder / "serial.log").open("a") as console:
            subprocess.run(
                words,
                input=text,
                text=True,
                check=True,
                stdout=console,
                stderr=console,
                env=dict(os.environ),
            )
