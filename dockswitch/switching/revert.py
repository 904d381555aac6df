"""Taking back what nobody confirmed in time: a `rollback` by itself, with all its proofs."""

import contextlib
from dataclasses import replace

from dockswitch.model.errors import Busy, DockswitchError, Interrupted
from dockswitch.model.generation import Generation
from dockswitch.model.ports import Progress, System
from dockswitch.model.unconfirmed import Unconfirmed
from dockswitch.switching import history, rollback, switch, unconfirmed, unconfirmed_record
from dockswitch.switching.options import Options
from dockswitch.switching.unconfirmed import NotTakenBack

# seconds: whoever watches looks so often whether it still has to, waits so long for another command
# and so long before it tries again
_LOOK, _BUSY, _AGAIN = 1.0, 3600.0, 60.0


def overdue(system: System, progress: Progress, *, by_itself: bool = True) -> Generation | None:
    """Takes back what is due; None where nothing is. Needs the lock.

    What failed too often is tried where somebody asks for it, and not by itself. Raises
    NotTakenBack, and then the unconfirmed engine is what is there, as before.
    """
    waits = unconfirmed_record.read(system)
    if waits is None or unconfirmed_record.left(system, waits) > 0:
        return None
    if by_itself and waits.given_up:
        return None
    progress.say(f"generation {waits.generation} was not confirmed: back to {waits.back_to}")
    try:
        return _taken_back(system, waits, progress)
    except Interrupted:
        raise
    except DockswitchError as error:
        why = ": ".join(part for part in (error.message, error.details) if part)
        tried = replace(waits, tries=waits.tries + 1, trouble=why)
        with contextlib.suppress(OSError):  # a full disk: it is tried for as long as that is so
            unconfirmed.note(system, tried)
        if tried.given_up:
            unconfirmed.settle(system)
        raise NotTakenBack(tried, error.hint) from error


def beforehand(system: System, progress: Progress) -> None:
    """The same before another command does its own: it goes on where that fails."""
    try:
        overdue(system, progress)
    except NotTakenBack as error:
        system.tell(f"{error.message}: {error.details}")


def see_through(system: System, progress: Progress) -> Generation | None:
    """Waits until it is due or confirmed, and takes it back; what is in force by that, or None.

    What fails is tried again; raises NotTakenBack where hands are needed. Where another does this
    already nothing is left to do.
    """
    while unconfirmed_record.read(system) is not None:  # noted anew, perhaps, as we let go of it
        with system.claimed(system.layout.watch) as alone:
            if not alone:
                return None
            back = _watched(system, progress)
        if back is not None:
            return back
    return None


def _watched(system: System, progress: Progress) -> Generation | None:
    while (waits := unconfirmed_record.read(system)) is not None:
        rest = unconfirmed_record.left(system, waits)
        if rest > 0 and not waits.given_up:
            system.pause(min(rest, _LOOK))
            continue
        try:
            with system.locked(wait=_BUSY):
                return _under_lock(system, progress)
        except Busy:
            continue
        except NotTakenBack as error:
            if error.given_up:
                raise
            system.tell(f"{error.message}: {error.details}; trying again in {_AGAIN:.0f} s")
            _pause(system, _AGAIN)
    return None


def _under_lock(system: System, progress: Progress) -> Generation | None:
    from dockswitch.switching import recover  # which knows of this

    recover.undone(system, progress)
    waits = unconfirmed_record.read(system)
    if waits is not None and waits.given_up:
        raise NotTakenBack(waits, "")
    return overdue(system, progress)


def _pause(system: System, seconds: float) -> None:
    """Somebody may confirm meanwhile, or switch by hand."""
    until = system.monotonic() + seconds
    while system.monotonic() < until and unconfirmed_record.read(system) is not None:
        system.pause(_LOOK)


def _taken_back(system: System, waits: Unconfirmed, progress: Progress) -> Generation:
    options = Options()
    wanted = history.earlier(system, waits.back_to)
    back = rollback.switch_of(system, wanted, options)
    back = replace(back, unconfirmed=waits.generation)
    outcome = switch.performed(system, back, progress)
    if not outcome.changed:  # by other means it is back already
        unconfirmed.note(system, None)
        unconfirmed.settle(system)
    return outcome.after
