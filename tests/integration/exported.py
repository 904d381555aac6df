"""What a script that dockswitch exported leaves on a machine, beside what `use` leaves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.integration.systemd_machine import Machine

SCRIPT = "/opt/engine.sh"

#: Every path that a switch may touch, what it is, and what is in it.
_PLACES = (
    *("var/lib/dockswitch", "etc/systemd/system", "usr/local/bin", "usr/local/lib"),
    *("etc/apt", "etc/docker", "usr/sbin/policy-rc.d"),
)
#: What one of both alone has, what is of the moment, and what is compared in another way.
_LEFT_OUT = (
    *("*/dockswitch-recover.service", "var/lib/dockswitch/journal/*", "*/script.*", "*/lock"),
    *("*/seen.json", "*/key.json", "*/.dockswitch.json", "var/lib/dockswitch/log*"),
    *("var/lib/dockswitch/trash*", "var/lib/dockswitch/versions/", "*/preferences.d/dockswitch"),
)
_LOOK = f"""\
cd / && find {" ".join(_PLACES)} -mindepth 1 {" ".join(f"-not -path '{e}'" for e in _LEFT_OUT)} \
    \\( -type f -size +999k -printf '%p %m %u:%g %s\\n' \
    -o -type f -printf '%p %m %u:%g ' -exec sh -c 'sha256sum <"$0"' {{}} ';' \
    -o -type l -printf '%p -> %l\\n' -o -type d -printf '%p/ %m\\n' \\) 2>/dev/null |
    sed 's/ *-$//' | sort
"""
_LEFT = """\
find /var/lib/dockswitch -name '*tmp*'
ls -d /var/lib/dockswitch/script.undo /usr/sbin/policy-rc.d 2>/dev/null
find /etc/systemd/system -lname /dev/null
true
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
        status=_without_moment(machine.run("status").ended(0).plain),
        generation=newest_generation(machine),
        kept=kept(machine),
        packages=machine.shell(["dpkg-query", "--show"]),
        held=machine.shell(["apt-mark", "showhold"]),
    )


def _without_moment(status: dict[str, Any]) -> dict[str, Any]:
    held = status["held"] or {}
    return {**status, "held": {name: held[name] for name in held if name != "since"}}


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


def traces(machine: Machine) -> list[str]:
    """Every path that a switch may touch, but for what is kept of versions."""
    kept = ("var/lib/dockswitch/versions", "var/lib/dockswitch/packages", "etc/docker")
    shown = machine.shell(["sh", "-c", _LOOK]).splitlines()
    return [each for each in shown if not each.startswith((*kept, "var/lib/dockswitch/daemon"))]


def left(machine: Machine) -> list[str]:
    """What a run that was cut short may have left, and none that went on from it may."""
    return machine.shell(["sh", "-c", _LEFT]).split()


def run(
    machine: Machine, *words: str, shell: tuple[str, ...] = ("dash",), script: str = SCRIPT
) -> tuple[int, dict[str, Any]]:
    """Its exit code, and the one object that it told."""
    ran = machine.attempt([*shell, script, "--json", *words])
    try:
        told: dict[str, Any] = json.loads(ran.stdout)
    except ValueError:
        raise AssertionError(f"{ran.returncode}: {ran.stdout!r} {ran.stderr}") from None
    return ran.returncode, {**told, "said": ran.stderr}
