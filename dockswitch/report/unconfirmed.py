"""How a switch that waits to be confirmed is told."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # few switches have to be confirmed
    from dockswitch.model.unconfirmed import Unconfirmed


def plain(waits: "Unconfirmed | None", *, overdue: bool) -> dict[str, object] | None:
    """A switch that waits to be confirmed; `trouble` is why going back failed."""
    if waits is None:
        return None
    return {
        "generation": waits.generation,
        "until": waits.until,
        "goes_back_to": waits.back_to,
        "overdue": overdue,
        "trouble": waits.trouble or None,
    }


def lines(waits: "Unconfirmed | None", *, overdue: bool = False) -> Iterator[str]:
    if waits is None:
        return
    was_not = f"generation {waits.generation} was not confirmed"
    if waits.trouble:
        yield f"{was_not}, and going back to generation {waits.back_to} failed: {waits.trouble}"
        return
    if overdue:
        yield f"{was_not} by {waits.until}: `dockswitch recover` goes back to {waits.back_to}"
        return
    back = f"generation {waits.back_to} is back at {waits.until}"
    yield f"{back}, unless `dockswitch confirm` keeps generation {waits.generation}"
