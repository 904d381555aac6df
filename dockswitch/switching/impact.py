"""What a switch would mean for the containers that run now."""

from dockswitch.engine import api
from dockswitch.engine.api import Container
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.model.errors import DockswitchError
from dockswitch.model.plan import Plan
from dockswitch.model.ports import Reader


def impact(reader: Reader, plan: Plan) -> tuple[str, ...]:
    """One sentence for each container, by name; none where no engine is stopped."""
    if not plan.restarts:
        return ()
    try:
        config = DaemonConfig.read(reader)
    except DockswitchError:
        return ()  # a spoiled daemon.json: whoever starts an engine says so
    comes_back = plan.goal.engine == "start"
    return tuple(
        f"container {each.name} ({each.image}) "
        + _fate(each, live_restore=config.live_restore, comes_back=comes_back)
        for each in api.containers(reader, config.socket)
    )


def _fate(container: Container, *, live_restore: bool, comes_back: bool) -> str:
    if live_restore:
        ports = ", ".join(container.ports)
        until = " until an engine is back" if comes_back else ""
        return "keeps running" + (f", but {ports} does not answer{until}" if ports else "")
    return "stops and starts again" if comes_back and container.restart != "no" else "stops"
