"""From an adopted engine to one of ours, and back: the steps, and whether it is back."""

import os
from collections.abc import Sequence
from dataclasses import replace

from dockswitch.engine import brought, by_hand, services, snaps, systemctl, unit_files
from dockswitch.engine.log import last_lines
from dockswitch.model.errors import DockswitchError
from dockswitch.model.neighbour import Neighbour
from dockswitch.model.ports import Reader
from dockswitch.model.step import ASIDE, Aside, ByHand, File, Link, Service, Step


def leaving(reader: Reader, neighbour: Neighbour, readies: Sequence[Step]) -> tuple[Step, ...]:
    """The steps that stop it and keep it stopped; none where it does not run, nor at boot.

    `readies` are those that prepare an engine of ours: a unit that they write takes the place of
    one of the same name, and with it what is enabled by that name.
    """
    written = {os.path.basename(step.path) for step in readies if isinstance(step, File)}
    steps: list[Step] = []
    for step in reversed(neighbour.runs):
        match step:
            case Service(manager, name) if not _is_ours_now(reader, step):
                now = services.observed(reader, step)
                off = Service(manager, name, active=False, enabled=now.enabled and name in written)
                steps += [off] if now != off else []
            case ByHand() if by_hand.running(reader, step):
                steps.append(replace(step, runs=False))
            case Link(path, target) if reader.link(path) == target:
                steps.append(Link(path, None))
            case _:
                pass
    return tuple(steps)


def in_the_way(reader: Reader, neighbour: Neighbour, names: Sequence[str]) -> tuple[Aside, ...]:
    """Its own files, or links to them, where links of ours with these names are to be."""
    folder = os.path.dirname(neighbour.program)
    found = []
    for path in (f"{reader.layout.bin}/{name}" for name in names):
        real = reader.layout.real(path)
        target = reader.link(path)
        leads = os.path.normpath(os.path.join(os.path.dirname(real), target or real))
        step = Aside(path, there=False)
        if reader.kind(path) is None or reader.kind(step.place) is not None:
            continue  # nothing is there, or no place to put it
        if os.path.dirname(leads) == folder:
            found.append(step)
    return tuple(found)


def returning(reader: Reader, neighbour: Neighbour | None) -> tuple[Step, ...]:
    """The steps that make it run as it did; raises NeighbourGone where it is not installed."""
    if neighbour is None:
        return ()
    if not brought.version_of(reader, _now_at(reader, neighbour)) and neighbour.kind != "snap":
        raise NeighbourGone(neighbour)
    folder = reader.layout.bin
    aside = (name for name in reader.names(folder) if name.endswith(ASIDE))
    steps: list[Step] = []
    steps += [Aside(f"{folder}/{name.removesuffix(ASIDE)}", there=True) for name in aside]
    for step in neighbour.runs:
        match step:
            case Service() if _is_ours_now(reader, step) or services.observed(reader, step) != step:
                steps.append(step)
            case File(path, content) if reader.read(path) != (content or "").encode():
                steps.append(step)
            case Link(path, target) if reader.link(path) != target:
                steps.append(step)
            case ByHand() if not by_hand.running(reader, step):
                steps.append(step)
            case _:
                pass
    return tuple(steps)


def current_version(reader: Reader, neighbour: Neighbour) -> str:
    """The version that it will answer with once it runs: a package may have been upgraded."""
    if neighbour.kind == "snap":
        snap = snaps.snap(reader)
        return brought.without_packing(snap.version) if snap else neighbour.version
    return brought.version_of(reader, neighbour.program) or neighbour.version


def may_answer(reader: Reader, neighbour: Neighbour) -> bool:
    """Whether it lives; of a service its keeper would have said so."""
    started = neighbour.by_hand
    return not started or any(by_hand.running(reader, step) for step in started)


def said(reader: Reader, neighbour: Neighbour, lines: int) -> tuple[str, ...]:
    """The last lines of what it said; they are in our log where we started it."""
    if not neighbour.unit:
        return last_lines(reader, lines)
    return systemctl.last_lines(reader, neighbour.unit, lines)


def _now_at(reader: Reader, neighbour: Neighbour) -> str:
    """Its dockerd, which may have been put aside."""
    inside = neighbour.program.startswith(f"{reader.layout.root}/")
    put = f"{neighbour.program}{ASIDE}"
    if inside and reader.kind(reader.layout.stored(put)) is not None:
        return put
    return neighbour.program


def _is_ours_now(reader: Reader, step: Service) -> bool:
    """Whether the unit of that name is one of ours just now."""
    return step.manager == "systemd" and unit_files.ours(reader, step.name) is not None


class NeighbourGone(DockswitchError):
    def __init__(self, neighbour: Neighbour) -> None:
        super().__init__(
            f"{neighbour} is not installed any more",
            details=f"{neighbour.program} cannot be run; nothing was stopped",
            hint=f"install {neighbour.package or 'it'} again, or end dockswitch's own engine with "
            "`dockswitch daemon stop`",
        )
