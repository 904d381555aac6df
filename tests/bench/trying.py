"""How soon an engine on trial is ready, beside a dockerd by hand; several at once, beside a row."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench.by_hand import answers
from tests.bench.child import Broke, Took
from tests.bench.environment import dockswitch
from tests.bench.figures import Figure, Pair, Ratio, pairs

_READY_MOST, _MATRIX_MOST = 1.3, 0.7
_LONGEST = 60.0  # seconds
_EVERY = 0.002  # seconds between two questions
_ASKS = "for each in 1 2 3; do docker info >/dev/null; done"
# As a trial has it: a network in which only loopback is up, and nothing left of what it started.
_APART = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")


def trying(root: Path, versions: Sequence[str], count: int, few: int) -> Iterator[Figure]:
    """In a root where the versions are installed, and in namespaces of its own."""
    newest = versions[-1]
    told, seen = list[Pair](), list[Pair]()
    for _ in range(count + 1):
        says, runs = _ready(root, newest)
        by_hand = Took(_by_hand(root, newest))
        told.append(Pair(Took(says), by_hand))
        seen.append(Pair(Took(runs), by_hand))
    hand = "the same dockerd by hand"
    yield Ratio(
        f"`try` until its engine answers, as it tells it : {hand}", tuple(told[1:]), _READY_MOST
    )
    yield Ratio(f"`try` until its command runs, start-up included : {hand}", tuple(seen[1:]), None)
    yield Ratio(
        f"matrix of {len(versions)} : `try` of one after another",
        pairs(few, lambda: _matrix(root, versions), lambda: _row(root, versions)),
        _MATRIX_MOST,
    )


def _ready(root: Path, version: str) -> tuple[float, float]:
    """Seconds until it answers, by its own word, and until its command runs."""
    at = root / "at"
    began = time.time()
    said = dockswitch(
        root, "try", version, "--json", "--quiet", "--", "sh", "-c", f"date +%s.%N >{at}"
    )
    told = json.loads(said.out).get("seconds")
    if not isinstance(told, float):
        raise Broke(f"`try {version} --json` tells no seconds: {said.out}")
    return told, float(at.read_text()) - began


def _by_hand(root: Path, version: str) -> float:
    """Seconds until the first 200 of the same dockerd with the same words, apart as a trial is."""
    (folder,) = (root / "var/lib/dockswitch/versions").glob(f"{version}-*")
    with _fresh(root / "hand") as own:
        (own / "daemon.json").write_text("{}")
        words = [
            *(str(folder / "dockerd"), "--config-file", str(own / "daemon.json")),
            *("-H", f"unix://{own}/s", "--data-root", str(own / "data")),
            *("--exec-root", str(own / "run"), "--pidfile", str(own / "pid")),
            *("--init-path", str(folder / "docker-init")),
            *("--userland-proxy-path", str(folder / "docker-proxy")),
        ]
        script = f'ip link set lo up; PATH="{folder}:$PATH" exec "$@"'
        began = time.monotonic()
        process = subprocess.Popen(
            [*_APART, "sh", "-c", script, "sh", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            while not answers(own / "s"):
                if process.poll() is not None or time.monotonic() - began > _LONGEST:
                    raise Broke(f"{words[0]} does not answer when started by hand")
                time.sleep(_EVERY)
            return time.monotonic() - began
        finally:
            process.kill()
            process.wait()


@contextmanager
def _fresh(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _matrix(root: Path, versions: Sequence[str]) -> Took:
    return dockswitch(root, "matrix", *versions, "--", "sh", "-c", _ASKS).took


def _row(root: Path, versions: Sequence[str]) -> Took:
    took = Took(0)
    for version in versions:
        took += dockswitch(root, "try", version, "--", "sh", "-c", _ASKS).took
    return took
