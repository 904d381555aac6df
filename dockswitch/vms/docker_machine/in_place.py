"""Giving a machine another engine in place: it boots from another image, and keeps its disk."""

from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import System
from dockswitch.vms.docker_machine import address, calls, config, own_image, places, power, states
from dockswitch.vms.docker_machine.errors import TooLong


def swap(system: System, name: str, folder: str) -> None:
    """It runs when this returns; going back is a swap to the old bundle.

    Where it took its image from elsewhere, it takes it from the place that is its own from now on:
    an `upgrade` would silently bring the other one back. Where docker-machine reads no such place
    (a drive of Windows), only its own copy is replaced.
    """
    place = own_image.put(system, name, folder)
    if not address.lasts(system, place):
        _by_hand(system, name, place)
        return
    with address.at_hand(system, place) as url:
        config.take_image_from(system, name, url)
    if states.state(system, name) != "running" or not _upgraded(system, name):
        _by_hand(system, name, place)


def _upgraded(system: System, name: str) -> bool:
    """`upgrade` asks the engine that is there for its version first: one that is not well, or that
    is too new for docker-machine, is not replaced by it. It may leave its machine stopped.
    """
    try:
        calls.done(system, name, "upgrade", name)
    except DockswitchError as error:
        system.tell(f"`docker-machine upgrade` failed ({error.message}): done without it")
        return False
    return True


def _by_hand(system: System, name: str, place: str) -> None:
    """What `upgrade` does, without asking the engine."""
    _off(system, name)
    own_image.give(system, place, places.image(system.layout, name))
    power.start(system, name)


def _off(system: System, name: str) -> None:
    """A guest that hangs does not heed the button of `stop`."""
    try:
        power.stop(system, name)
    except TooLong:
        calls.done(system, name, "kill", name)
