"""The one door to docker-machine: nothing around it changes what it does, and it always ends."""

import os
from collections.abc import Mapping

from dockswitch.model.ports import Finished, Reader, System
from dockswitch.system.commands import NOT_ALLOWED, TOO_LONG
from dockswitch.vms.docker_machine import said
from dockswitch.vms.docker_machine.errors import NoKeeper, TooLong

# Seconds for each of its verbs. `create` waits for SSH up to 60 times 3 seconds, and for the engine
# 10 times as long again; an image that does not boot keeps it, and `upgrade`, for ever: measured.
LIMITS: Mapping[str, float] = {
    "create": 900,
    "env": 60,
    "kill": 60,
    "ls": 60,
    "rm": 180,
    "ssh": 180,
    "start": 420,
    "status": 60,
    "stop": 180,
    "upgrade": 600,
}


def program(reader: Reader) -> str:
    """Where docker-machine is; raises NoKeeper."""
    name = "docker-machine.exe" if reader.host.os == "windows" else "docker-machine"
    found = reader.program(name, os.environ.get("PATH", os.defpath))
    if found is None:
        raise NoKeeper(name)
    return found.path


def ask(reader: Reader, *words: str) -> Finished:
    """What it says to a verb that only looks; raises NoKeeper and TooLong."""
    argv = (program(reader), *words)
    return _ended(reader.run(argv, timeout=LIMITS[words[0]], env=_environment(reader)), words)


def act(system: System, *words: str) -> Finished:
    """Likewise to one that acts."""
    argv = (program(system), *words)
    return _ended(system.command(argv, timeout=LIMITS[words[0]], env=_environment(system)), words)


def asked(reader: Reader, name: str, *words: str) -> str:
    """What it says of a machine; raises what its error is mapped to."""
    finished = ask(reader, *words)
    if finished.code:
        raise said.error(reader, finished, name)
    return finished.out


def done(system: System, name: str, *words: str) -> None:
    """It does so to a machine; raises what its error is mapped to."""
    finished = act(system, *words)
    if finished.code:
        raise said.error(system, finished, name)


def _ended(finished: Finished, words: tuple[str, ...]) -> Finished:
    if finished.code == TOO_LONG:
        raise TooLong(words[0], words[-1], LIMITS[words[0]], finished.out)
    if finished.code == NOT_ALLOWED:
        raise NoKeeper("docker-machine", finished.err)
    return finished


def _environment(reader: Reader) -> Mapping[str, str | None]:
    """Without what would change a machine unasked, or tell a stranger of what failed.

    Each flag of docker-machine has a variable too; its crash reports go to Bugsnag unless this
    token is given (libmachine/crashreport/crash_report.go of docker/machine).
    """
    scrubbed: dict[str, str | None] = dict.fromkeys(filter(_interferes, os.environ))
    store = reader.layout.real(reader.layout.machines)
    return {
        **scrubbed,
        "MACHINE_STORAGE_PATH": store,
        "MACHINE_BUGSNAG_API_TOKEN": "no-report",
    }


def _interferes(variable: str) -> bool:
    return variable.startswith(("DOCKER_", "MACHINE_")) or "_BOOT2DOCKER_" in variable
