"""The machine itself, without --root: real places, a real bridge, real iptables, in namespaces."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integration.holdings import Mirror
from tests.integration.needs import demand

pytestmark = pytest.mark.engine

# What dockswitch and dockerd write to is private; what runs ends with the process namespace.
_APART = """\
set -e
mount --make-rprivate /
for place in /var/lib /var/cache /usr/local/bin /run; do mount -t tmpfs tmpfs "$place"; done
mkdir /run/upper /run/work
mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/upper,workdir=/run/work /etc
ip link set lo up
exec "$@"
"""
_NAMESPACES = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
# Runs each command and tells its code and output, as one JSON list.
_COMMANDS = """\
import json, subprocess, sys
told = []
for words in json.load(sys.stdin):
    ran = subprocess.run(words, capture_output=True, text=True)
    told.append([ran.returncode, ran.stdout, ran.stderr])
json.dump(told, sys.stdout)
"""


def on_the_machine(mirror: Mirror, *commands: str) -> list[tuple[int, str, str]]:
    """What each command says there; `dockswitch` is this checkout's, the mirror is a folder."""
    own = [sys.executable, "-m", "dockswitch"]
    words = [
        [*own, *each.split()[1:], "--mirror", f"file://{mirror.root}"]
        if each.startswith("dockswitch")
        else each.split()
        for each in commands
    ]
    ran = subprocess.run(
        [*_NAMESPACES, "sh", "-c", _APART, "sh", sys.executable, "-c", _COMMANDS],
        input=json.dumps(words),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert ran.returncode == 0, ran.stderr
    return [(code, out, err) for code, out, err in json.loads(ran.stdout)]


def answer(said: tuple[int, str, str]) -> dict[str, Any]:
    code, out, err = said
    assert code == 0, err
    found = json.loads(out)
    assert isinstance(found, dict)
    return found


def test_the_machines_own_engine_is_switched_there_and_back(
    isolation: None, mirror: Mirror
) -> None:
    demand(None if shutil.which("iptables") else "a bridge needs iptables")
    old, new = mirror.engines[0], mirror.engines[-1]
    client = "docker version --format {{.Client.Version}}/{{.Server.Version}}"
    used, first, bridge, switched, second, back, third, gone, left = on_the_machine(
        mirror,
        f"dockswitch use {old.version} --json",
        client,
        "docker network inspect bridge --format {{.Driver}}",
        f"dockswitch use {new.version} --json",
        client,
        "dockswitch rollback --json",
        client,
        "dockswitch rollback 0 --json",
        "ls /usr/local/bin",
    )
    assert answer(used)["to"] == str(old.version)
    assert first[1].strip() == f"{old.version}/{old.version}"
    assert bridge[1].strip() == "bridge"
    assert answer(switched)["restarted"] is True
    assert second[1].strip() == f"{new.version}/{new.version}"
    assert answer(back)["to"] == str(old.version)
    assert third[1].strip() == f"{old.version}/{old.version}"
    assert answer(gone)["to"] is None
    assert left[1] == ""
