"""What a switch would mean for the containers that run now, and for whoever counts on them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from dockswitch.engine import api, flags
from dockswitch.engine.api import Container
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.engine.places import plain
from dockswitch.engine.swarm import swarm
from dockswitch.model import record
from dockswitch.model.api_range import number
from dockswitch.model.errors import DockswitchError
from dockswitch.model.plan import Plan
from dockswitch.model.ports import Reader
from dockswitch.model.step import Containers, Machine

_DEFAULT_SOCKET = "/run/docker.sock"


def foreseen(reader: Reader, plan: Plan) -> Plan:
    """The plan with its impact; it has none where no engine is stopped, and nobody is asked."""
    told = _in_machines(reader, plan)
    if not plan.restarts:
        return told
    if plan.goal.vm is not None:
        # whatever runs here does not come back in a virtual machine
        goal = replace(plan.goal, engine="stop")
        here = _here(reader, replace(told, goal=goal))
        return replace(here, goal=plan.goal)
    return _here(reader, told)


def _in_machines(reader: Reader, plan: Plan) -> Plan:
    if not any(isinstance(step, Machine) for step in plan.steps):
        return plan
    from dockswitch.switching import vm_impact  # only where there are some

    sentences = tuple(vm_impact.sentences(reader, plan))
    return replace(plan, impact=sentences, grave=bool(sentences))


def _here(reader: Reader, plan: Plan) -> Plan:
    """With what becomes of the containers of this machine's own engine."""
    try:
        config = DaemonConfig.read(reader)
    except DockswitchError:
        return plan  # a spoiled daemon.json: whoever starts an engine says so
    info = api.parsed(reader.call(config.socket, "GET", "/info"))
    ends = _Ends.of(reader, plan, config, info)
    found = api.containers(reader, config.socket)
    member = swarm(reader, config.socket, info)
    sentences = [f"container {each.name} ({each.image}) {ends.fate(each)}" for each in found]
    sentences += _cut_off(reader, plan, config, found)
    sentences += [str(member)] if member else []
    return replace(
        plan,
        impact=(*sentences, *plan.impact),
        grave=plan.grave or member is not None or any(not ends.keeps(each) for each in found),
    )


@dataclass(frozen=True, slots=True)
class _Ends:
    """How containers fare: they stay with live-restore, and else may come back.

    `left` is the data-root that they lie in where the wanted engine uses another; `lost` says that
    it would not show them. `stopped` and `started` are those of the plan's own steps, by their ids.
    """

    stays: bool
    comes_back: bool
    left: str = ""
    lost: bool = False
    stopped: frozenset[str] = frozenset()
    started: frozenset[str] = frozenset()

    @classmethod
    def of(cls, reader: Reader, plan: Plan, config: DaemonConfig, info: api.Object) -> "_Ends":
        daemon = plan.installed.daemon
        starts = plan.goal.engine == "start"
        now = flags.used_by(daemon.argv if daemon else (), config, reader.layout).data_root
        left = now if starts and now != (plan.goal.data or config.data_root) else ""
        lost = any(found.risk for found in plan.findings)
        # Without root they live in namespaces of the engine's, which nobody enters after it.
        alone = reader.layout.scope == "user"
        stays = info.get("LiveRestoreEnabled") is True and not (left or lost or alone)
        acts = [step for step in plan.steps if isinstance(step, Containers)]
        return cls(
            stays,
            starts,
            reader.layout.real(left) if left else "",
            lost,
            frozenset(key for step in acts if not step.run for key in step.ids),
            frozenset(key for step in acts if step.run for key in step.ids),
        )

    def keeps(self, container: Container) -> bool:
        """Whether it outlives the switch; an older engine cannot take over what a newer started."""
        return self.stays and container.id not in self.stopped

    def fate(self, container: Container) -> str:
        ports = ", ".join(container.ports)
        if self.keeps(container):
            until = " until an engine is back" if self.comes_back else ""
            return "keeps running" + (f", but {ports} does not answer{until}" if ports else "")
        comes_back, what = self._stops(container)
        for_how_long = "meanwhile" if comes_back else "any more"
        return what + (f", and {ports} does not answer {for_how_long}" if ports else "")

    def _stops(self, container: Container) -> tuple[bool, str]:
        if container.removed:
            return False, "stops and is removed, as it was started with --rm"
        if container.task:
            return True, "stops, and its Swarm starts another"
        if self.left:
            return False, f"stops and stays in {self.left}"
        if container.id in self.started:
            return True, "stops and starts again"
        if self.lost:
            return False, "stops and is not shown any more"
        if not self.comes_back or container.restart == "no":
            return False, "stops"
        if container.restart == "on-failure":
            return True, "stops and starts again if that counts as a failure"
        return True, "stops and starts again"


def _cut_off(
    reader: Reader, plan: Plan, config: DaemonConfig, found: tuple[Container, ...]
) -> Iterator[str]:
    """The containers that talk to the engine, where it will no longer answer an old API."""
    bundle = plan.goal.bundle
    recorded = record.find(bundle.version) if bundle and plan.goal.engine == "start" else None
    talking = [each for each in found if _has_socket(reader, config, each)]
    if not talking or recorded is None or not recorded.min_api:
        return
    now = api.identity(reader, config.socket)
    if now is None or number(now.min_api) >= number(recorded.min_api):
        return
    for each in talking:
        yield (
            f"container {each.name} ({each.image}) has the engine's socket, and {recorded.version} "
            f"answers API {recorded.min_api} and newer where {now.version} answers {now.min_api} "
            "and newer"
        )


def _has_socket(reader: Reader, config: DaemonConfig, container: Container) -> bool:
    """Whether the socket, or the folder that it lies in, is mounted."""
    sockets = {plain(reader.layout.real(config.socket)), _DEFAULT_SOCKET}
    places = sockets | {socket.rpartition("/")[0] for socket in sockets}
    return any(plain(mount) in places for mount in container.mounts)
