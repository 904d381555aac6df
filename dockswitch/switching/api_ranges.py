"""Which API the engine speaks before a switch and behind it: its clients count on that."""

from dockswitch.engine import api
from dockswitch.engine.api import Identity
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.model import record
from dockswitch.model.api_range import ApiRange
from dockswitch.model.errors import DockswitchError
from dockswitch.model.plan import Plan
from dockswitch.model.ports import Reader, Socket


def now(reader: Reader) -> ApiRange | None:
    """As the engine says that answers, whoever brought it; None where none does."""
    found = answering(reader)
    return ApiRange(found.min_api, found.api) if found and found.min_api else None


def answering(reader: Reader) -> Identity | None:
    """The engine that answers, whoever brought it; None where none does."""
    try:
        return api.identity(reader, _socket(reader))
    except DockswitchError:
        return None  # a spoiled daemon.json: whoever starts an engine says so


def _socket(reader: Reader) -> Socket:
    """Raises what keeps it from being told."""
    if reader.link(reader.layout.vm) is None:
        return DaemonConfig.read(reader).socket
    from dockswitch.switching import vm_in_use  # only where a virtual machine is in use
    from dockswitch.vms import record

    known = record.in_use(reader)
    if known is None:
        return DaemonConfig.read(reader).socket
    return vm_in_use.reached(reader, known).socket


def then(plan: Plan) -> ApiRange | None:
    """As the record has it of the engine that is to run; None of one that it does not know."""
    if plan.goal.bundle is None or plan.goal.engine != "start":
        return None
    known = record.find(plan.goal.bundle.version)
    return ApiRange(known.min_api, known.api) if known and known.min_api and known.api else None
