"""Where the machine differs from what the history says of it."""

from dockswitch.engine import api, running
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.model.generation import Generation
from dockswitch.model.plan import Installed
from dockswitch.model.ports import Reader
from dockswitch.switching import journal


def drift(reader: Reader, now: Generation, installed: Installed) -> tuple[str, ...]:
    """One sentence for each difference; none where all agree."""
    said = []
    last = journal.last(reader)
    if last is not None and last.open:
        said.append(f"the switch to {last.begin.wish} did not finish: `dockswitch recover`")
    if installed.folder != now.folder:
        said.append(
            f"{installed.version or 'nothing'} is in use, where generation {now.number} says "
            f"{now.version or 'nothing'}"
        )
    if installed.daemon is None and now.running:
        said.append("no engine runs: `dockswitch daemon start`")
    if installed.running is not None and installed.running != installed.version:
        said.append(
            f"the engine that runs is {installed.running}, not {installed.version}: "
            "`dockswitch daemon restart`"
        )
    return tuple(said)


def answering(reader: Reader) -> str | None:
    """The version that our engine itself answers; None where none does."""
    if running.running(reader) is None:
        return None
    identity = api.identity(reader, DaemonConfig.read(reader).socket)
    return str(identity.version) if identity else None
