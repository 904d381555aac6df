"""Container start and stop load on one engine, with published ports and names between containers.

`python -m tests.integration.load SECONDS PORT URL` puts it on the engine that DOCKER_HOST names, by
the docker client that is first on PATH and with an image `probe` of busybox, and prints as one JSON
object what came of it. URL is something outside of the engine that its containers are to reach.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field

#: seconds for one run of a docker client
_LIMIT = 60

_SERVES = ("/busybox", "httpd", "-f", "-p", "80", "-h", "/etc")
_ASKS = ("/busybox", "wget", "-q", "-O", "-")


@dataclass
class Came:
    """What came of a load.

    How many containers were started; how many of them reached another by its name, by its published
    port, and something outside; what went wrong.
    """

    versions: str = ""
    started: int = 0
    named: int = 0
    published: int = 0
    outside: int = 0
    failures: list[str] = field(default_factory=list)


class _Failed(Exception):
    """What that was is noted already."""


def main(words: Sequence[str]) -> int:
    seconds, port, url = words
    came = Came()
    with suppress(_Failed):
        _load(came, float(seconds), port, url)
    print(json.dumps(asdict(came)))
    return 0


def _load(came: Came, seconds: float, port: str, url: str) -> None:
    came.versions = _docker(came, "version", "--format", "{{.Client.Version}} {{.Server.Version}}")
    _docker(came, "network", "create", "shop")
    serving = ("--detach", "--init", "--network", "shop")
    _docker(came, "run", *serving, "--name", "web", "probe", *_SERVES)
    came.started += 1
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(_Failed):
            own = ("--name", "sold", f"--publish={port}:80")
            _docker(came, "run", *serving, *own, "probe", *_SERVES)
            came.started += 1
            came.named += _reaches(came, "shop", "http://web/hostname")
            came.published += _published(came, f"http://127.0.0.1:{port}/hostname")
            came.outside += _reaches(came, "bridge", url)
            _docker(came, "stop", "sold")
        with suppress(_Failed):
            _docker(came, "rm", "--force", "sold")
    _docker(came, "rm", "--force", "web")
    _docker(came, "network", "rm", "shop")


def _reaches(came: Came, network: str, url: str) -> bool:
    """Whether a container of that network gets an answer, which is one more that was started."""
    with suppress(_Failed):
        said = _docker(came, "run", "--rm", "--network", network, "probe", *_ASKS, url)
        came.started += 1
        return bool(said)
    return False


def _published(came: Came, url: str) -> bool:
    """Whether we get an answer ourselves."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return bool(answer.read())
    except OSError as error:
        came.failures.append(f"{url}: {error}")
        return False


def _docker(came: Came, *words: str) -> str:
    """What the client says; raises `_Failed`."""
    try:
        ran = subprocess.run(
            ["docker", *words], capture_output=True, text=True, check=False, timeout=_LIMIT
        )
    except subprocess.TimeoutExpired:
        came.failures.append(f"docker {' '.join(words)}: no end in {_LIMIT} s")
        raise _Failed from None
    if ran.returncode != 0:
        came.failures.append(f"docker {' '.join(words)}: {ran.returncode}: {ran.stderr.strip()}")
        raise _Failed
    return ran.stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
