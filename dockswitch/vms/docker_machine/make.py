"""Making a machine: to its end, or not at all."""

from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import System
from dockswitch.model.vm import Vm
from dockswitch.vms.docker_machine import calls, drivers, own_image, places, remove
from dockswitch.vms.docker_machine.errors import AlreadyThere, StillThere


def make(system: System, wanted: Vm, folder: str) -> None:
    """Makes and starts it. One whose making failed is removed, made once more, and removed again.

    Raises what the failure is mapped to; its details tell where something of it is left.
    """
    driver = wanted.driver or drivers.default(system)
    _open_store(system)
    flag = drivers.flag(system, driver)
    url = own_image.put(system, wanted.name, folder)
    # behind a person's own flags: of one that is there twice the last counts
    words = ("create", "-d", driver, *wanted.flags, flag, url, wanted.name)
    failed = _failed(system, wanted.name, words)
    if failed is not None and _left(system, wanted.name):
        _clean(system, wanted.name, failed)
        failed = _failed(system, wanted.name, words)
    if failed is None:
        return
    if _left(system, wanted.name):
        _clean(system, wanted.name, failed)
    raise failed


def _open_store(system: System) -> None:
    """A store that is not there yet begins with crash reports turned off, for whoever uses it."""
    store = system.layout.machines
    if system.kind(store) is None:
        system.folder(store, 0o700)
        system.write(f"{store}/no-error-report", b"")


def _failed(system: System, name: str, words: tuple[str, ...]) -> DockswitchError | None:
    """Why it was not made; None where it was. Raises AlreadyThere: that one is not ours."""
    try:
        calls.done(system, name, *words)
    except AlreadyThere:
        raise
    except DockswitchError as error:
        return error
    return None


def _left(system: System, name: str) -> bool:
    """Whether a failed creation left something: a driver's check beforehand (exit code 3) leaves
    nothing, and would fail again.
    """
    return system.kind(places.folder(system.layout, name)) is not None


def _clean(system: System, name: str, failed: DockswitchError) -> None:
    """Where that fails, its record stays and says that it is ours: the next command may do it."""
    try:
        remove.remove(system, name)
    except StillThere as left:
        failed.details = f"{failed.details}; besides, {left.message}: {left.details}"
        raise failed from left
