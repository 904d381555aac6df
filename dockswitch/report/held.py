"""How it is told which packages are held."""

from collections.abc import Iterator

from dockswitch.model.held import Held


def held_plain(held: Held) -> dict[str, object] | None:
    """None where nobody holds any; with no hold of dockswitch's its fields are empty."""
    if held.hold is None and not held.foreign:
        return None
    hold = held.hold
    return {
        "packages": list(held.words),
        "owner": hold.owner if hold else None,
        "reason": hold.reason if hold else None,
        "since": hold.since if hold else None,
        "asked": hold.asked if hold else None,
        "foreign": list(held.foreign),
    }


def held_lines(held: Held) -> Iterator[str]:
    if held.hold is not None:
        hold = held.hold
        reason = f": {hold.reason}" if hold.reason else ""
        yield f"by {hold.owner} since {hold.since}{reason}"
        yield from held.words
    if held.foreign:
        yield f"{', '.join(held.foreign)}, not by dockswitch"
