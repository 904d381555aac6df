"""A switch that undoes itself unless somebody confirms it in time."""

import json
from dataclasses import asdict, dataclass

from dockswitch.model import moment

# How often going back is tried by itself before hands are needed.
TRIES = 3


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """That `generation` gives way to what generation `back_to` was, at `until` (ISO 8601, UTC).

    `wait` are the seconds that there were in all. Within the `boot` that it was last seen in, `due`
    counts: seconds since that boot, for a clock may be set meanwhile; both are empty where nobody
    knows them.

    `trouble` is why going back failed, after so many `tries`.
    """

    generation: int
    back_to: int
    until: str
    wait: int
    boot: str = ""
    due: float = 0.0
    tries: int = 0
    trouble: str = ""

    @property
    def given_up(self) -> bool:
        """Whether it is not tried any more by itself."""
        return self.tries >= TRIES

    def left(self, now: str, boot: str, uptime: float) -> float:
        """The seconds that are left; none or less where it is due.

        After a reboot the clock decides, which may be wrong: never more than the whole wait.
        """
        if boot and boot == self.boot:
            return self.due - uptime
        rest = moment.parsed(self.until) - moment.parsed(now)
        return min(rest.total_seconds(), float(self.wait))

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2) + "\n"


def from_json(text: str) -> Unconfirmed:
    """What `to_json` wrote; raises ValueError for anything else."""
    try:
        plain: dict[str, object] = json.loads(text)
        found = Unconfirmed(**plain)  # type: ignore[arg-type]  # looked at below
        moment.parsed(found.until)
        numbers = (found.generation, found.back_to, found.wait, found.due, found.tries)
        whole = all(isinstance(number, int | float) for number in numbers)
    except (TypeError, ValueError):
        whole = False
    if not whole:
        raise ValueError("it does not say what is to be confirmed, and until when")
    return found
