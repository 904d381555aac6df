"""Killing a script on a machine at the n-th program that it runs, whatever that is."""

from __future__ import annotations

from tests.integration import exported
from tests.integration.systemd_machine import Machine

_FOLDER = "/opt/cut"
_PROGRAMS = ("systemctl", "mv", "ln", "rm", "cp", "mkdir", "dpkg", "apt-get", "apt-mark")

#: Counts down, and at nought ends the script with all that it runs, itself included.
_WRAPPER = f"""\
#!/bin/sh
PATH=${{PATH#{_FOLDER}:}}
if [ -e {_FOLDER}/left ]; then
    left=$(($(cat {_FOLDER}/left) - 1))
    echo $left >{_FOLDER}/left
    [ $left -gt 0 ] || {{ rm {_FOLDER}/left; /bin/kill -KILL -- -$(cat {_FOLDER}/group); }}
fi
exec "${{0##*/}}" "$@"
"""
_RUN = f"""\
echo $$ >{_FOLDER}/group
PATH={_FOLDER}:$PATH
exec dash {exported.SCRIPT} "$@"
"""
MANY = 100_000


def ready(machine: Machine) -> None:
    """Put the wrappers there."""
    machine.write(f"{_FOLDER}/wrapper", _WRAPPER)
    machine.write(f"{_FOLDER}/run", _RUN)
    machine.shell(["chmod", "755", f"{_FOLDER}/wrapper"])
    for name in _PROGRAMS:
        machine.shell(["ln", "-s", "wrapper", f"{_FOLDER}/{name}"])


def run(machine: Machine, at: int, *words: str) -> int:
    """Run it and kill it at that program; how many programs there were to go when it ended."""
    machine.write(f"{_FOLDER}/left", f"{at}\n")
    machine.attempt(["setsid", "--wait", "sh", f"{_FOLDER}/run", *words])
    left = machine.attempt(["cat", f"{_FOLDER}/left"]).stdout.strip()
    return int(left or 0)
