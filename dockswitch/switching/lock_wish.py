"""What is to be locked, and what is to vouch for its files."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from dockswitch.model.lock import Asked, Lock
from dockswitch.model.ports import Reader
from dockswitch.model.trust import Trust
from dockswitch.model.wish import Request
from dockswitch.switching.authentic import Accepted

# Whether what has no published digest is fetched for it: or else refused, or taken to be what is
# locked as long as its size is the same.
Fetching: TypeAlias = Literal["fetch", "refuse", "trust"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be locked.

    `asked` is what the lock says of it, `requests` are its specs, `readers` ask for one host each.
    `verify` is the least trust in an index that can be signed, `accepted` in each file. `before` is
    the lock that is made anew, whose digests stay right until a person accepts others.
    """

    asked: Asked
    requests: tuple[Request, ...]
    readers: tuple[Reader, ...]
    verify: Trust = Trust.SIGNED
    accepted: Accepted = field(default_factory=Accepted)
    fetching: Fetching = "fetch"
    before: Lock | None = None
