"""The switch that has to be confirmed: noted before it acts, watched until it is confirmed or due.

The note is a step of the switch, so that one which fails or is killed takes it along. Another
switch ends the wait: somebody is there. One that has to be confirmed too goes back to what the
first would have gone back to, the last that nobody had to confirm.
"""

from dataclasses import dataclass, replace

from dockswitch.engine import watch
from dockswitch.model import moment
from dockswitch.model.duration import spelled
from dockswitch.model.errors import DockswitchError, HandsNeeded, UsageError
from dockswitch.model.finding import Finding
from dockswitch.model.generation import Generation
from dockswitch.model.ports import Progress, Reader, System
from dockswitch.model.step import File
from dockswitch.model.unconfirmed import Unconfirmed
from dockswitch.switching import history, transaction
from dockswitch.switching import unconfirmed_record as record
from dockswitch.switching.journal import Journal
from dockswitch.system.own_command import own_command


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The generation that stays, and whether it had to be confirmed."""

    generation: int
    changed: bool


def findings(reader: Reader) -> tuple[Finding, ...]:
    """What is to be known of a switch that waits to be confirmed, and what is wrong with that."""
    waits = record.read(reader)
    if waits is None:
        return ()
    if waits.trouble:
        return (Finding.of(NotTakenBack(waits, "")),)
    if not watch.is_watched(reader):
        return (Finding.of(Unwatched(waits)),)
    what = f"generation {waits.generation} gives way to {waits.back_to} at {waits.until}"
    return (Finding(what, "`dockswitch confirm` keeps it"),)


def refuse(reader: Reader, now: Generation, *, in_vm: bool) -> None:
    """Raises InMachines, ForeignUnit or Masked where nobody could be told to wait."""
    if in_vm or now.vm is not None:
        raise InMachines
    watch.refuse_foreign(reader)


def begin(system: System, opened: Journal, wait: int, now: Generation, progress: Progress) -> None:
    """The first step of a switch that has to be confirmed so many seconds later; somebody waits.

    Raises NobodyWatches.
    """
    earlier = record.read(system)
    back_to = now.number if earlier is None else earlier.back_to
    waits = Unconfirmed(
        now.number + 1,
        back_to,
        moment.after(system.now(), wait),
        wait,
        record.boot(system),
        record.uptime(system) + wait,
    )
    progress.say(f"back to generation {back_to} in {spelled(waits.wait)}, unless confirmed")
    transaction.perform(system, opened, File(system.layout.unconfirmed, waits.to_json()))
    watch.begin(system, waits, own_command())


def settle(system: System) -> None:
    """Has somebody wait for what is noted, and nobody where nothing is. Needs the lock.

    A command that has other things to do goes on where that cannot be.
    """
    waits = record.read(system)
    if waits is None or waits.given_up:
        watch.end(system)
        return
    try:
        boot = record.boot(system)
        if boot != waits.boot:  # from now on the clock may be set
            due = record.uptime(system) + max(record.left(system, waits), 0.0)
            waits = replace(waits, boot=boot, due=due)
            note(system, waits)
        watch.again(system, waits, own_command(), due=record.left(system, waits) <= 0)
    except (watch.NobodyWatches, OSError) as error:
        system.tell(f"{Unwatched(waits)}: {error}")


def note(system: System, waits: Unconfirmed | None) -> None:
    """Writes down what waits, or that nothing does, where that is no part of a switch."""
    content = None if waits is None else waits.to_json().encode()
    system.write(system.layout.unconfirmed, content)


def confirm(system: System, progress: Progress) -> Confirmed:
    """The generation in force stays; nothing happens where it does anyway.

    Whoever comes late and finds it in force still keeps it: they are there. Raises TooLate.
    """
    from dockswitch.switching import recover  # which knows of this

    with system.locked():
        recover.undone(system, progress)
        now = history.newest(system)
        if record.read(system) is None:
            if now.unconfirmed:
                raise TooLate(now)
            return Confirmed(now.number, changed=False)
        note(system, None)
        recover.sweep(system)
        return Confirmed(now.number, changed=True)


class InMachines(UsageError):
    def __init__(self) -> None:
        super().__init__(
            "--revert-after means nothing for engines in virtual machines",
            details="whoever has to go back by itself may be without what their keeper needs: a "
            "session, its PATH, its settings",
            hint="leave it out; `dockswitch rollback` goes back",
        )


class TooLate(DockswitchError):
    def __init__(self, now: Generation) -> None:
        is_back = now.version or now.neighbour or "nothing of dockswitch's"
        super().__init__(
            f"generation {now.unconfirmed} was not confirmed in time, and was taken back",
            details=f"generation {now.number} is in force: {is_back}",
            hint="`dockswitch use` switches again; a longer --revert-after leaves more time",
        )


class NotTakenBack(HandsNeeded):
    """Going back failed; `given_up` says that it is not tried any more by itself."""

    def __init__(self, waits: Unconfirmed, hint: str) -> None:
        self.given_up = waits.given_up
        times = "once" if waits.tries == 1 else f"{waits.tries} times"
        super().__init__(
            f"generation {waits.generation} was not confirmed, and going back to "
            f"{waits.back_to} failed",
            details=f"{waits.trouble} (tried {times})",
            hint=f"{hint + '; then ' if hint else ''}`dockswitch rollback {waits.back_to}` goes "
            "back by hand, and `dockswitch confirm` keeps what is there",
        )


class Unwatched(HandsNeeded):
    """Such as after a reboot of a machine without systemd."""

    def __init__(self, waits: Unconfirmed) -> None:
        super().__init__(
            f"generation {waits.generation} is to be confirmed by {waits.until}, and nobody waits "
            "for that",
            hint="`dockswitch recover` sees to it, and `dockswitch confirm` keeps what is there",
        )
