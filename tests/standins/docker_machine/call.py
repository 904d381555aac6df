"""One call of the program: what it was given, where it writes, and what may cut it short."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.standins.docker_machine.ports import Around, Environment

# When a command can be cut short; what each leaves is in tests/standins/test_docker_machine_*.py
MOMENTS = (
    "folder made",  # of `create`: machines/NAME is there, with nothing in it
    "config written",  # config.json is there
    "image fetched",  # of `create` and `upgrade`
    "machine made",  # the hypervisor knows it
    "machine started",  # it runs, and its engine does not listen yet
    "engine provisioned",
    "machine stopped",  # of `stop` and `upgrade`
    "machine gone",  # of `rm`: the hypervisor knows it no more
)

# seconds measured of each command on a machine with stub VBoxManage; an asking one takes less
DELAYS = {
    "create": 7.5,
    "start": 2.8,
    "stop": 0.75,
    "upgrade": 4.6,
    "restart": 4.1,
    "provision": 3.2,
    "regenerate-certs": 3.2,
    "rm": 0.2,
    "env": 0.5,
    "url": 0.32,
    "ip": 0.32,
    "config": 0.35,
    "version": 0.37,
    "ls": 0.44,
    "status": 0.11,
    "ssh": 0.25,
    "inspect": 0.02,
}


class Fails(Exception):
    """The command ends with a code, and says this on stderr."""

    def __init__(self, said: str, code: int = 1) -> None:
        super().__init__(said)
        self.said, self.code = said, code


class Hangs(Exception):
    """It never ends by itself."""


class CutShort(Exception):
    """SIGKILL in its midst."""


@dataclass(frozen=True, slots=True)
class Call:
    """`say` and `complain` write whole lines; `asks` is what is left of stdin."""

    around: Around
    env: Environment
    store: str
    say: Callable[[str], None]
    complain: Callable[[str], None]
    stdin: str = ""

    def passes(self, moment: str) -> None:
        """Where it may be cut short."""
        if self.around.conditions.holds_at == moment:
            raise CutShort(moment)

    def driver_says(self, name: str, line: str) -> None:
        self.say(f"({name}) {line}")


def valid_name(name: str) -> bool:
    return re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9\-.]*", name) is not None
