"""Which store of images and containers an engine uses on a data-root, asked or foreseen."""

from collections.abc import Sequence
from dataclasses import dataclass

from dockswitch.engine import api, flags
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.engine.data_root import DataRoot, in_words
from dockswitch.model import stores
from dockswitch.model.ports import Reader
from dockswitch.model.stores import CONTAINERD, SERVICE
from dockswitch.model.version import Version

# what containerd calls the kind of a snapshotter, as `docker info` shows it
_SNAPSHOTTER = ["driver-type", "io.containerd.snapshotter.v1"]


@dataclass(frozen=True, slots=True)
class Choice:
    """The store that an engine takes: empty for whichever fits the kernel.

    `why_not` says why the engine would not start at all; it is None where it would.
    """

    store: str
    why_not: str | None = None


def asked(reader: Reader, socket: str, argv: Sequence[str] = ()) -> str | None:
    """The store that the engine there, of that command line, uses; None where none answers."""
    said = api.parsed(reader.call(socket, "GET", "/info"))
    status = said.get("DriverStatus")
    if isinstance(status, list) and _SNAPSHOTTER in status:
        return _of(argv)
    return api.text(said, "Driver") or None


def foreseen(
    version: Version, config: DaemonConfig, data: DataRoot, argv: Sequence[str] = ()
) -> Choice | None:
    """The store that an engine of that version would take there; None where nothing is known of it.

    As the engines themselves decide: moby/moby:daemon/graphdriver/driver.go (New) and
    daemon/image_store_choice.go of 29.
    """
    if version.nightly:
        return None  # its number says nothing of what it knows
    prior = [name for name in sorted(data.prior) if name != "vfs" and stores.how(name, version)]
    if _is_containerd(version, config, prior):
        return Choice(_of(argv))
    named = config.storage_driver
    if named:
        knows = stores.how(named, version) is not None
        return Choice(named, None if knows else f"it knows no storage driver {named}")
    if not prior:
        return Choice("")
    if len(prior) > 1:
        return Choice("", f"it finds the data of {' and '.join(prior)}, and wants one to be named")
    if stores.how(prior[0], version) == "named":
        return Choice(prior[0], f"it uses {in_words(prior[0])} only where daemon.json names it")
    return Choice(prior[0])


def _of(argv: Sequence[str]) -> str:
    """Whose containerd it is: an engine that is told of none starts its own."""
    return SERVICE if flags.option(argv, "--containerd") else CONTAINERD


def _is_containerd(version: Version, config: DaemonConfig, prior: list[str]) -> bool:
    how = stores.how(CONTAINERD, version)
    if how is None or config.snapshotter is False:
        return False
    if config.snapshotter:
        return True
    driver = config.storage_driver
    is_driver = bool(driver) and stores.how(driver, version) is not None
    return how == "itself" and not (config.remapped or prior or is_driver)
