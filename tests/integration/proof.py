"""Proves that an engine runs here: its daemon answers, and a container of its own runs.

`python -m tests.integration.proof FOLDER` prints what the daemon answered to `/version`, and exits
with 1 and the reason on standard error if it does not run. It is a process of its own because it
moves itself into namespaces of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.integration.daemon import Daemon, DoesNotRun
from tests.integration.image import image_of
from tests.integration.namespace import isolated, short_root
from tests.integration.sweep import LeftBehind

_CHECKOUT = Path(__file__).resolve().parents[2]

#: seconds: more than all the limits within it
_LIMIT = 300


@dataclass(frozen=True)
class Proven:
    """What a running daemon says of itself."""

    version: str
    api: str
    min_api: str


def prove(folder: Path) -> Proven:
    """Start the engine in `folder` in namespaces of its own; raises `DoesNotRun`."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.integration.proof", folder],
        cwd=_CHECKOUT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=_LIMIT,
    )
    if ran.returncode != 0:
        raise DoesNotRun(ran.stderr.strip().rpartition("\n")[2] or f"exit {ran.returncode}")
    return Proven(**json.loads(ran.stdout))


def main(words: Sequence[str]) -> int:
    folder = Path(words[0]).resolve()
    isolated()
    try:
        with short_root() as root:
            proven = _proven(folder, root)
    except (DoesNotRun, LeftBehind, OSError, subprocess.SubprocessError) as error:
        print(str(error).replace("\n", " "), file=sys.stderr)
        return 1
    print(json.dumps(asdict(proven)))
    return 0


def _proven(folder: Path, root: Path) -> Proven:
    daemon = Daemon.start(folder, root)
    said = daemon.version()
    _run_a_container(daemon)
    daemon.stop()
    return Proven(said["Version"], said["ApiVersion"], said["MinAPIVersion"])


def _run_a_container(daemon: Daemon) -> None:
    """With a broken runc the daemon starts and answers all the same; only this finds it out."""
    daemon.docker(["import", "-", "probe"], image_of(daemon.folder / "docker-init"))
    payload = ["probe", "/docker-init", "--version"]
    said = daemon.docker(["run", "--rm", "--init", "--network", "none", *payload])
    if "tini" not in said:
        raise DoesNotRun(f"a container of docker-init said {said!r}")


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main(sys.argv[1:]))
