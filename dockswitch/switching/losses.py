"""What an engine would not show of what lies in its data-root, read from the disk and history."""

from collections.abc import Sequence

from dockswitch.engine import data_root, flags, image_store, supervision
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.engine.image_store import Choice
from dockswitch.model import stores
from dockswitch.model.errors import DataRootRefused
from dockswitch.model.finding import Finding
from dockswitch.model.plan import Goal, Installed, Wanted
from dockswitch.model.ports import Reader
from dockswitch.model.stores import CONTAINERD, SERVICE
from dockswitch.model.version import Version
from dockswitch.switching import history
from dockswitch.switching.options import Options

_WAYS = (
    "`--data separate` gives it a data-root of its own and keeps this one as it is, "
    "`--data same` uses this one anyway"
)


def losses(
    reader: Reader, goal: Goal, wanted: Version, installed: Installed, options: Options
) -> tuple[Finding, ...]:
    """In the way is what the engine before shows and the wanted one would not.

    Where nobody knows which was before, only a data-root of which the wanted one would show nothing
    at all is.
    """
    config = DaemonConfig.read(reader)
    place = goal.data or config.data_root
    if (installed.running, _in_use(reader, installed, config)) == (wanted, place):
        return ()  # it is that engine, and is left as it is
    real = reader.layout.real(place)
    try:
        data = data_root.read(reader, place, remapped=config.remapped)
    except PermissionError:
        return (Finding(f"{real} is not ours to read: what {wanted} would not show is not known"),)
    if not data.holdings or goal.bundle is None:
        return ()
    argv = supervision.of(reader).command_line(reader, Wanted.of(goal, goal.bundle))
    choice = image_store.foreseen(wanted, config, data, argv)
    if choice is None:
        return ()
    before = store_before(reader, goal, installed)
    unseen = [each for each in data.holdings if not _shows(wanted, choice, each.store, before)]
    lost = [each for each in unseen if before in (None, each.store)]
    if choice.why_not is not None:
        ways = [_way(wanted, choice.store)] if choice.store else []
        error = DataRootLost(wanted, real, [f"it does not start there: {choice.why_not}"], ways)
    elif lost and (before is not None or len(lost) == len(data.holdings)):
        ways = [_way(wanted, each.store) for each in lost]
        said = [f"{each}, {_why(wanted, each.store)}" for each in lost]
        error = DataRootLost(wanted, real, said, ways)
    else:
        return tuple(
            Finding(f"{wanted} does not show {each}", _way(wanted, each.store)) for each in unseen
        )
    if options.data != "same":
        return (Finding.of(error),)
    return (Finding(f"{error.message}: {error.details}", risk=True),)


def store_before(reader: Reader, goal: Goal, installed: Installed) -> str | None:
    """The store that the last engine on the goal's data-root used, empty where it chose by itself.

    None where nobody knows, such as of an engine that was not ours.
    """
    config = DaemonConfig.read(reader)
    place = goal.data or config.data_root
    argv = installed.daemon.argv if installed.daemon else ()
    if _in_use(reader, installed, config) == place:
        store = image_store.asked(reader, config.socket, argv)
        if store is not None:
            return store
        version = installed.running
    else:
        version = _version_before(reader, goal.data)
    if version is None:
        return None
    data = data_root.read(reader, place, remapped=config.remapped)
    choice = image_store.foreseen(version, config, data, argv)
    return choice.store if choice else None


def _in_use(reader: Reader, installed: Installed, config: DaemonConfig) -> str | None:
    """The data-root of the engine that runs, by its command line; None where none runs."""
    if installed.daemon is None:
        return None
    return flags.used_by(installed.daemon.argv, config, reader.layout).data_root


def _version_before(reader: Reader, data: str) -> Version | None:
    """The version that ran last on that data-root; after `use system` nobody knows who came."""
    for each in reversed(history.generations(reader)):
        if each.version is None and not data:
            return None
        if each.running and each.data == data:
            return each.version
    return None


def _shows(version: Version, choice: Choice, store: str, before: str | None) -> bool:
    """Whether the engine shows what lies in that store.

    Left to choose it takes what the one before it took, where it knows that: the kernel is the same
    (`vfs`). The image store of containerd it never takes so.
    """
    if choice.store:
        return choice.store == store
    knows = store not in (CONTAINERD, SERVICE) and stores.how(store, version) is not None
    return knows and store == (before or store)


def _why(version: Version, store: str) -> str:
    if store == SERVICE:
        return "which an engine with a containerd of its own does not use"
    knows = stores.how(store, version) is not None
    return "which it is not told to use" if knows else "which it does not know"


def _way(version: Version, store: str) -> str:
    """The way out that daemon.json offers, where the version knows the store."""
    if stores.how(store, version) is None:
        return ""
    named = f'"storage-driver": "{store}"'
    key = '"features": {"containerd-snapshotter": true}' if store == CONTAINERD else named
    return f"{key} in daemon.json tells it to"


class DataRootLost(DataRootRefused):
    """`lost` are what the version would not show of the data-root at `place`, one each.

    `ways` are those that daemon.json offers; empty ones do not count.
    """

    def __init__(
        self, version: Version, place: str, lost: Sequence[str], ways: Sequence[str]
    ) -> None:
        super().__init__(
            f"{version} would not show what {place} holds",
            details="\n".join(lost),
            hint="; ".join([*filter(None, ways), _WAYS]),
        )
