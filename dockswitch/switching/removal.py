"""Removing kept versions: never one that is in use, that runs, or whose shims still run."""

import contextlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from dockswitch.backends import bundles, find
from dockswitch.backends.bundles import NotInstalled
from dockswitch.model.errors import DockswitchError
from dockswitch.model.generation import Generation
from dockswitch.model.layout import version_in
from dockswitch.model.ports import Progress, Reader, System
from dockswitch.model.release import Bundle
from dockswitch.model.version import Version
from dockswitch.model.vm import KEEPERS, Vm
from dockswitch.switching import history, recover, unconfirmed_record
from dockswitch.vms import record
from dockswitch.vms.record import Record

# Asks whether these virtual machines may go, with all that is in them; raises what ends it.
AgreeToLose: TypeAlias = Callable[[Sequence[Vm]], None]


@dataclass(frozen=True, slots=True)
class Removed:
    """What went, and what is worth saying of that."""

    bundles: tuple[Bundle, ...]
    machines: tuple[Vm, ...]
    notes: tuple[str, ...]


def uninstall(
    system: System, wanted: str, progress: Progress, agree: AgreeToLose | None = None
) -> Removed:
    """Removes every folder of that version, and the virtual machines that were made for it.

    `agree` is asked about these machines first, since all that is in them goes along; without it
    nobody is. Raises NotInstalled, StillNeeded, and what a keeper raises.
    """
    agreed = _agreed(system, wanted, agree)
    with system.locked():
        recover.recover(system, progress)
        known = _every(system)
        found = tuple(bundle for bundle in known if str(bundle.version) == wanted)
        machines = tuple(each for each in _machines(system, wanted) if each in agreed)
        if not found and not machines:
            raise NotInstalled(wanted, list(dict.fromkeys(str(each.version) for each in known)))
        gone = [each.vm for each in machines]
        for bundle in found:
            reason = _needed(system, bundle, gone)
            if reason is not None:
                raise StillNeeded(bundle.version, reason)
        notes: tuple[str, ...] = ()
        if machines:
            from dockswitch.switching import vm_removal  # only where there are some

            vm_removal.refuse_needed(system, machines)
            notes = vm_removal.remove(system, machines, progress)
        _remove(system, found)
        return Removed(found, tuple(gone), notes)


def prune(system: System, progress: Progress) -> tuple[Bundle, ...]:
    """Removes every version that nothing needs."""
    with system.locked():
        recover.recover(system, progress)
        gone = unneeded(system)
        _remove(system, gone)
        return gone


def unneeded(reader: Reader) -> tuple[Bundle, ...]:
    """Every version but the one in use, the one before it, and those that still run.

    Of those that are kept as packages also what was there before the first switch stays.
    """
    ways_back = _ways_back(reader)
    folders = {each.folder for each in ways_back}
    words = {word for each in ways_back for word in each.packages}
    folders |= covering(bundles.kept_as_packages(reader), words)
    return tuple(
        bundle
        for bundle in _every(reader)
        if bundle.folder not in folders and _needed(reader, bundle) is None
    )


def covering(kept: Sequence[Bundle], words: set[str]) -> set[str]:
    """Few folders that have a file of each of these packages between them.

    Neighbouring releases share containerd and plug-ins: not all that has one of them is needed.
    """
    folders = set()
    while kept:
        best = max(kept, key=lambda each: len(words.intersection(each.words)))
        if not words.intersection(best.words):
            break
        folders.add(best.folder)
        words = words.difference(best.words)
    return folders


def _every(reader: Reader) -> tuple[Bundle, ...]:
    in_vms = (each for keeper in KEEPERS for each in bundles.kept(reader, keeper))
    return (*bundles.kept(reader), *bundles.kept_as_packages(reader), *in_vms)


def _agreed(reader: Reader, wanted: str, agree: AgreeToLose | None) -> tuple[Record, ...]:
    """The machines of that version, once somebody said that they may go."""
    machines = _machines(reader, wanted)
    if not machines:
        return ()
    from dockswitch.switching import vm_removal  # only where there are some

    vm_removal.refuse_needed(reader, machines)
    if agree is not None:
        agree([each.vm for each in machines])
    return machines


def _machines(reader: Reader, wanted: str) -> tuple[Record, ...]:
    """Those that were made for that version, and so go with it."""
    every = record.every(reader)
    return tuple(each for each in every if each.made and version_in(each.folder) == wanted)


def _needed(reader: Reader, bundle: Bundle, gone: Collection[Vm] = ()) -> str | None:
    """Why a version cannot go, or None; the machines that are `gone` by then need none."""
    if bundle.keeper is not None:
        every = record.every(reader)
        users = (r.vm for r in every if r.folder == bundle.folder and r.vm not in gone)
        return next((f"{vm} has its engine from it" for vm in users), None)
    installed = find("static").installed(reader)
    if bundle.folder == installed.folder:
        return "it is in use"
    waits = unconfirmed_record.read(reader)
    if waits is not None and bundle.folder == history.earlier(reader, waits.back_to).folder:
        return f"generation {waits.generation} goes back to it unless that is confirmed"
    if reader.kind(reader.layout.trials) is not None:
        from dockswitch.switching import trial_sweep  # only where engines are tried

        tried = trial_sweep.using(reader, bundle.folder)
        if tried is not None:
            return f"it is on trial as {tried.name}: `dockswitch try --end {tried.name}` ends that"
    if reader.below(bundle.folder):
        return "programs of it still run: its engine, or the shims of containers that it started"
    return None


def _ways_back(reader: Reader) -> list[Generation]:
    """The generation in force, that which a plain `rollback` goes back to, and the system's own;
    and that which is in force again unless the newest is confirmed.
    """
    generations = [history.newest(reader), history.earlier(reader, 0)]
    waits = unconfirmed_record.read(reader)
    if waits is not None:
        generations.append(history.earlier(reader, waits.back_to))
    with contextlib.suppress(history.NoSuchGeneration):
        generations.append(history.earlier(reader))
    return generations


def _remove(system: System, gone: tuple[Bundle, ...]) -> None:
    """A rename into the trash each, so that no half-deleted version bears its name."""
    for bundle in gone:
        system.move(bundle.folder, f"{system.layout.trash}/{bundle.folder.rpartition('/')[2]}")
    kept = {bundle.version for bundle in bundles.kept(system)}
    for besides in bundles.kept_on(system, system.layout.rootless):
        if besides.version not in kept:
            name = besides.folder.rpartition("/")[2]
            system.move(besides.folder, f"{system.layout.trash}/rootless-{name}")
    recover.sweep(system)


class StillNeeded(DockswitchError):
    def __init__(self, version: Version, reason: str) -> None:
        super().__init__(
            f"{version} cannot be removed",
            details=reason,
            hint="switch to another version first, and stop the containers that it started",
        )
