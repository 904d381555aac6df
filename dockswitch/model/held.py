"""Which packages of an engine are held, by dockswitch and by others."""

from dataclasses import dataclass

from dockswitch.model.hold import Hold


@dataclass(frozen=True, slots=True)
class Held:
    """`words` (`NAME=VERSION`) are those of the `hold` of dockswitch's own, None where it has none.

    `foreign` are the names of those that somebody else holds.
    """

    hold: Hold | None = None
    words: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
