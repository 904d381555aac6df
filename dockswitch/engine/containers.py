"""The containers of a running engine: which of them a switch must stop first, stopped and started.

A container lives on in its shim when live-restore keeps it over the stop of its engine. An older
engine takes back what an older shim holds; what a newer one's shim holds it kills, and cannot start
any more (measured over 20.10.5, 20.10.24, 26.1.5 and 28.5.2).
"""

from dockswitch.engine import api
from dockswitch.engine.api import Container
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.engine.flags import option
from dockswitch.model.errors import DockswitchError
from dockswitch.model.layout import version_in
from dockswitch.model.ports import Reader, System
from dockswitch.model.step import Containers
from dockswitch.model.version import BadVersion, Version

_PATIENCE = 30.0  # seconds for an engine's own work, added to what a container may take to stop


def kept_alive(reader: Reader, config: DaemonConfig) -> bool:
    """Whether containers outlive a restart of the running engine: it says so, and daemon.json."""
    return config.live_restore and api.keeps_containers(reader, config.socket)


def not_taken_back(
    reader: Reader, config: DaemonConfig, now: Version | None, wanted: Version
) -> tuple[Container, ...]:
    """Those kept alive that the wanted, older engine could not take back from the one of `now`."""
    if now is None or now <= wanted:
        return ()
    shims = _shims(reader)
    return tuple(each for each in all_kept(reader, config) if shims.get(each.id, now) > wanted)


def all_kept(reader: Reader, config: DaemonConfig) -> tuple[Container, ...]:
    """Those that would outlive the running engine; none where none answers."""
    if not api.pings(reader, config.socket, timeout=1) or not kept_alive(reader, config):
        return ()
    return api.containers(reader, config.socket)


def make_so(system: System, wanted: Containers) -> None:
    """Starts or stops them, all at once; one that is gone is left out. Raises NotSo.

    A stop gives each the time that it was made with.
    """
    socket = DaemonConfig.read(system).socket
    verb, grace = ("start", 0.0) if wanted.run else ("stop", _grace(system, socket, wanted.ids))
    paths = [f"/containers/{key}/{verb}" for key in wanted.ids]
    answers = system.calls(socket, "POST", paths, timeout=grace + _PATIENCE)
    # 304: it is so already
    failed = {
        key: api.reason(answer)
        for key, answer in zip(wanted.ids, answers, strict=True)
        if answer is None or answer.status not in (204, 304, 404)
    }
    if failed:
        raise NotSo(verb, {api.name_of(system, socket, key): why for key, why in failed.items()})


def running_of(reader: Reader, wanted: Containers) -> Containers:
    """Those of them that run now, as the step that starts them again."""
    listed = api.containers(reader, DaemonConfig.read(reader).socket)
    return Containers(tuple(each.id for each in listed if each.id in wanted.ids), run=True)


def _shims(reader: Reader) -> dict[str, Version]:
    """The version whose shim holds a container, by its id."""
    found: dict[str, Version] = {}
    for process in reader.below(reader.layout.versions):
        key = option(process.argv, "-id")
        folder = process.argv[0].rpartition("/")[0]
        if key:
            try:
                found[key] = Version.parse(version_in(folder))
            except BadVersion:
                continue
    return found


def _grace(reader: Reader, socket: str, ids: tuple[str, ...]) -> float:
    listed = api.containers(reader, socket)
    return max((each.grace for each in listed if each.id in ids), default=0.0)


class NotSo(DockswitchError):
    def __init__(self, verb: str, failed: dict[str, str]) -> None:
        super().__init__(
            f"the engine does not {verb} {', '.join(failed)}",
            details="; ".join(f"{name}: {why}" for name, why in failed.items()),
            hint="`docker logs` of it may say more",
        )
