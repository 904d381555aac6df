"""Removing a machine; that it is gone is seen, and not believed."""

from dockswitch.model.ports import System
from dockswitch.vms import record
from dockswitch.vms.docker_machine import calls, config, places, said
from dockswitch.vms.docker_machine.errors import SpoiledStore, StillThere, TooLong


def remove(system: System, name: str) -> None:
    """Raises StillThere, and SpoiledStore where docker-machine crashes over it."""
    why = ""
    for words in _ways(system, name):
        if _is_gone(system, name):
            return
        why = _tried(system, name, words) or why
    if _is_gone(system, name):
        return
    raise StillThere(name, system.layout.real(places.folder(system.layout, name)), why)


def _tried(system: System, name: str, words: tuple[str, ...]) -> str:
    """Why it was not removed, where docker-machine says so."""
    try:
        finished = calls.act(system, *words, name)
    except TooLong as error:
        return f"{error.message}: {error.details}"
    if not finished.code and not finished.err:
        return ""
    failed = said.error(system, finished, name)
    return f"{failed.message}: {failed.details}" if failed.details else failed.message


def _ways(system: System, name: str) -> list[tuple[str, ...]]:
    """What is tried, one after the other.

    A driver may fail at first and not the second time (qemu's did: measured). `rm -f` forgets a
    machine whatever its driver says, so that it is kept for what is ours; without config.json, or
    with one that cannot be read, there is no other way. It exits with 0 whatever it did.
    """
    known = record.read(system, "machine", name)
    ours = known is not None and known.made
    gently, by_force = ("rm", "-y"), ("rm", "-f")
    if not ours:
        return [gently, gently]
    return [gently, gently, by_force] if _is_readable(system, name) else [by_force]


def _is_readable(system: System, name: str) -> bool:
    try:
        return config.read(system, name) is not None
    except SpoiledStore:
        return False


def _is_gone(system: System, name: str) -> bool:
    return system.kind(places.folder(system.layout, name)) is None
