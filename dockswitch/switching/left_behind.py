"""The containers that a switch stopped in a data-root that it left, for the one that returns there.

They are stopped by name, which `unless-stopped` remembers: its engine would not start them again.
"""

from dockswitch.engine import flags
from dockswitch.engine.containers import NotSo
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.model.generation import Generation, Left
from dockswitch.model.plan import Installed
from dockswitch.model.ports import Progress, Reader, System
from dockswitch.model.step import Containers, Step
from dockswitch.switching import transaction
from dockswitch.switching.journal import Journal


def start(
    system: System, opened: Journal, now: Generation, place: str, progress: Progress
) -> str | None:
    """Starts those that ran in the data-root at that place, where the engine is now.

    Why some do not run undoes nothing: whoever has to look after one of them needs that engine.
    """
    wanted = Containers(_ids(now, place), run=True)
    if not wanted.ids:
        return None
    progress.say(str(wanted))
    try:
        transaction.perform(system, opened, wanted)
    except NotSo as error:
        return f"{error.message}, which ran there before: {error.details}"
    return None


def noted(
    reader: Reader, now: Generation, before: Installed, steps: tuple[Step, ...], place: str | None
) -> tuple[Left, ...]:
    """What the generation behind these steps is to remember; nothing of where its engine is.

    `place` is that engine's data-root, None where none is started.
    """
    if place is None:
        return now.left
    kept = tuple(each for each in now.left if each.data_root != place)
    if before.daemon is None:
        return kept
    was = _data_root(reader, before.daemon.argv)
    stops = (step for step in steps if isinstance(step, Containers) and not step.run)
    ids = tuple(key for step in stops for key in step.ids)
    if was == place or not ids:
        return kept
    return (*(each for each in kept if each.data_root != was), Left(was, ids))


def returns(reader: Reader, before: Installed, place: str) -> bool:
    """Whether no engine ran on the data-root at that place just before."""
    return before.daemon is None or _data_root(reader, before.daemon.argv) != place


def _ids(now: Generation, place: str) -> tuple[str, ...]:
    return tuple(key for each in now.left if each.data_root == place for key in each.ids)


def _data_root(reader: Reader, argv: tuple[str, ...]) -> str:
    """As a path inside the root."""
    return flags.used_by(argv, DaemonConfig.read(reader), reader.layout).data_root
