"""Removing kept versions: never one that is in use, that runs, or whose shims still run."""

import contextlib
from collections.abc import Sequence

from dockswitch.backends import bundles, find
from dockswitch.backends.bundles import NotInstalled
from dockswitch.model.errors import DockswitchError
from dockswitch.model.generation import Generation
from dockswitch.model.ports import Progress, Reader, System
from dockswitch.model.release import Bundle
from dockswitch.switching import history, recover


def uninstall(system: System, wanted: str, progress: Progress) -> tuple[Bundle, ...]:
    """Removes every folder of that version; raises NotInstalled, StillNeeded."""
    with system.locked():
        recover.recover(system, progress)
        known = _every(system)
        found = tuple(bundle for bundle in known if str(bundle.version) == wanted)
        if not found:
            raise NotInstalled(wanted, list(dict.fromkeys(str(each.version) for each in known)))
        for bundle in found:
            reason = _needed(system, bundle)
            if reason is not None:
                raise StillNeeded(bundle, reason)
        _remove(system, found)
        return found


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
    return (*bundles.kept(reader), *bundles.kept_as_packages(reader))


def _needed(reader: Reader, bundle: Bundle) -> str | None:
    """Why a version cannot go, or None."""
    installed = find("static").installed(reader)
    if bundle.folder == installed.folder:
        return "it is in use"
    if reader.below(bundle.folder):
        return "programs of it still run: its engine, or the shims of containers that it started"
    return None


def _ways_back(reader: Reader) -> list[Generation]:
    """The generation in force, that which a plain `rollback` goes back to, and the system's own."""
    generations = [history.newest(reader), history.earlier(reader, 0)]
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
    def __init__(self, bundle: Bundle, reason: str) -> None:
        super().__init__(
            f"{bundle.version} cannot be removed",
            details=reason,
            hint="switch to another version first, and stop the containers that it started",
        )
