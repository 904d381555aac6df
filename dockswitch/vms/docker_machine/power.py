"""Turning a machine on and off."""

from dockswitch.model.ports import System
from dockswitch.vms.docker_machine import calls, said


def start(system: System, name: str) -> None:
    """Nothing happens where it runs already. Its engine may need some seconds more."""
    _so(system, name, "start", "is already running")


def stop(system: System, name: str) -> None:
    """Nothing happens where it is stopped already. Raises TooLong for one that does not stop."""
    _so(system, name, "stop", "is already stopped")


def _so(system: System, name: str, verb: str, already: str) -> None:
    """What is so already is a failure to docker-machine, and not to us."""
    finished = calls.act(system, verb, name)
    if finished.code and already not in finished.err:
        raise said.error(system, finished, name)
