"""Killing a script on a machine just before a program that it runs."""

from __future__ import annotations

from tests.integration.systemd_machine import Machine

_FOLDER = "/opt/cut"
_PROGRAMS = ("systemctl", "mv", "ln", "rm", "cp", "dpkg", "apt-get", "apt-mark")

#: Where the words are those that are waited for, it ends the script with all that it runs.
_WRAPPER = f"""\
#!/bin/sh
PATH=${{PATH#{_FOLDER}:}}
case "${{0##*/}} $*" in
$(cat {_FOLDER}/at)) touch {_FOLDER}/met; /bin/kill -KILL -- -$(cat {_FOLDER}/group) ;;
esac
exec "${{0##*/}}" "$@"
"""
_RUN = f"""\
echo $$ >{_FOLDER}/group
rm -f {_FOLDER}/met
PATH={_FOLDER}:$PATH
exec dash "$@"
"""


def ready(machine: Machine) -> None:
    """Put the wrappers there."""
    machine.write(f"{_FOLDER}/wrapper", _WRAPPER)
    machine.write(f"{_FOLDER}/run", _RUN)
    machine.shell(["chmod", "755", f"{_FOLDER}/wrapper"])
    for name in _PROGRAMS:
        machine.shell(["ln", "-s", "wrapper", f"{_FOLDER}/{name}"])


def run(machine: Machine, at: str, *script: str) -> None:
    """Run the script with these words, and kill it at a command line like that pattern of sh's;
    fail where there was none.
    """
    machine.write(f"{_FOLDER}/at", at)
    machine.attempt(["setsid", "--wait", "sh", f"{_FOLDER}/run", *script])
    assert machine.attempt(["test", "-e", f"{_FOLDER}/met"]).returncode == 0, f"no {at} was run"
