"""Containers, volumes and networks in the engine of a root, counted before and after a switch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.integration.image import image_of
from tests.integration.program import Dockswitch
from tests.integration.whole import docker

POLICIES = ("no", "on-failure", "always", "unless-stopped")


@dataclass(frozen=True)
class Seen:
    """The process of each container (0 where it does not run), the volumes and the networks."""

    pids: dict[str, int]
    volumes: frozenset[str]
    networks: frozenset[str]

    @property
    def running(self) -> set[str]:
        return {name for name, pid in self.pids.items() if pid}


def fill(program: Dockswitch, network: str, *, prefix: str = "") -> None:
    """One container for each policy, on that network, each with a volume of its own."""
    if not docker(program, "images", "--quiet", "app"):
        docker(program, "import", "-", "app", given=image_of(Path("/bin/sleep")))
    for policy in POLICIES:
        name = f"{prefix}{policy}"
        docker(program, "volume", "create", name)
        words = ["--name", name, "--restart", policy, "--network", network, "--init"]
        docker(program, "run", "-d", *words, "-v", f"{name}:/v", "app", "/sleep", "900")


def seen(program: Dockswitch) -> Seen:
    names = docker(program, "ps", "--all", "--format", "{{.Names}}").split()
    told = json.loads(docker(program, "inspect", *names)) if names else []
    return Seen(
        {each["Name"].lstrip("/"): _pid(each) for each in told},
        frozenset(docker(program, "volume", "ls", "--quiet").split()),
        frozenset(docker(program, "network", "ls", "--format", "{{.Name}}").split()),
    )


def reaches_volumes(program: Dockswitch, names: Sequence[str]) -> None:
    """Fail where a running container is not what it was: it executes, and has its volume."""
    for name in names:
        docker(program, "exec", name, "/sleep", "0")
        mounts = json.loads(docker(program, "inspect", "--format", "{{json .Mounts}}", name))
        assert [each["Name"] for each in mounts] == [name]


def _pid(told: dict[str, Any]) -> int:
    return int(told["State"]["Pid"]) if told["State"]["Running"] else 0
