"""What a script that dockswitch exported leaves on a machine, beside what `use` leaves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.integration.systemd_machine import Machine

SCRIPT = "/opt/engine.sh"

#: Every path that a switch may touch, what it is, and what is in it.
_LOOK = """\
cd / && find var/lib/dockswitch etc/systemd/system usr/local/bin usr/local/lib etc/apt etc/docker \
    usr/sbin/policy-rc.d -mindepth 1 -not -path '*/dockswitch-recover.service' \
    -not -path 'var/lib/dockswitch/journal/*' -not -name 'script.*' -not -name lock \
    -not -name seen.json -not -name .dockswitch.json -not -path 'var/lib/dockswitch/trash*' \
    \\( -type f -printf '%p %m %u:%g ' -exec sh -c 'sha256sum <"$0"' {} ';' \
    -o -type l -printf '%p -> %l\\n' -o -type d -printf '%p/ %m\\n' \\) 2>/dev/null |
    sed 's/ *-$//' | sort
"""
#: What is of the moment, or of who did it.
_OF_THE_MOMENT = ("time", "number", "wish")


@dataclass(frozen=True)
class State:
    """All that is to be the same, whichever of both did it."""

    paths: tuple[str, ...]
    status: Mapping[str, Any]
    generation: Mapping[str, Any]
    kept: Mapping[str, Any]
    packages: str
    held: str


def state(machine: Machine) -> State:
    return State(
        paths=tuple(machine.shell(["sh", "-c", _LOOK]).splitlines()),
        status=machine.run("status").ended(0).plain,
        generation=newest_generation(machine),
        kept=kept(machine),
        packages=machine.shell(["dpkg-query", "--show"]),
        held=machine.shell(["apt-mark", "showhold"]),
    )


def kept(machine: Machine) -> dict[str, Any]:
    """What the folder of each version says of itself."""
    paths = machine.shell(["sh", "-c", "ls /var/lib/dockswitch/*/*/.dockswitch.json"]).split()
    return {path: json.loads(machine.shell(["cat", path])) for path in paths}


def newest_generation(machine: Machine) -> dict[str, Any]:
    """What the newest journal committed, without the moment."""
    last = "cat $(ls /var/lib/dockswitch/journal/*.jsonl | tail -n 1)"
    lines = [json.loads(line) for line in machine.shell(["sh", "-c", last]).splitlines()]
    commit: dict[str, Any] = next(line["commit"] for line in lines if "commit" in line)
    hold = commit.pop("hold") or {}
    return {
        **{name: value for name, value in commit.items() if name not in _OF_THE_MOMENT},
        "hold": {name: value for name, value in hold.items() if name != "since"},
    }


def run(
    machine: Machine, *words: str, shell: tuple[str, ...] = ("dash",)
) -> tuple[int, dict[str, Any]]:
    """Its exit code, and the one object that it told."""
    ran = machine.attempt([*shell, SCRIPT, "--json", *words])
    try:
        told: dict[str, Any] = json.loads(ran.stdout)
    except ValueError:
        raise AssertionError(f"{ran.returncode}: {ran.stdout!r} {ran.stderr}") from None
    return ran.returncode, {**told, "said": ran.stderr}
