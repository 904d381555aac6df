"""Ending engines on trial: those whose owner was killed, and one that somebody names."""

from dockswitch.engine import trial
from dockswitch.engine.trial import Places
from dockswitch.model.errors import Busy, UsageError
from dockswitch.model.ports import Reader, System
from dockswitch.switching import trial_context, trial_record
from dockswitch.switching.trial_record import Record

GRACE = 20.0  # seconds that an owner has for removing what its engine wrote


def sweep(system: System) -> None:
    """Ends all whose owner is gone, with all that is left of them; others are left alone."""
    for name in abandoned(system):
        with system.claimed(trial_record.claim(system.layout, name)) as ours:
            if ours:  # nobody else sweeps it, or takes the name anew
                clear(system, name)
                system.write(system.layout.trial_log(name), None)


def abandoned(reader: Reader) -> tuple[str, ...]:
    """Those whose owner is gone, such as one that was killed."""
    every = trial_record.names(reader)
    return tuple(name for name in every if not trial_record.lives(reader, name))


def clear(system: System, name: str) -> None:
    """Ends what there is of that name, whose lock we hold."""
    note = trial_context.gone(system, trial_record.read(system, name))
    if note is not None:
        system.tell(note)
    trial.end(system, Places.of_trial(system.layout, name))


def end(system: System, name: str) -> Record:
    """Ends that one, whoever has it; raises NoSuchTrial. What it was."""
    record = of(system, name)
    if trial_record.lives(system, name) and not system.end(record.owner, wait=GRACE):
        # such as a shell on a terminal, which goes on when it is asked to end
        system.end(record.owner, wait=GRACE, kill=True)
    sweep(system)
    return record


def of(reader: Reader, name: str) -> Record:
    """The record of one that is there; raises NoSuchTrial."""
    record = trial_record.read(reader, name)
    if record is None:
        there = [each.name for each in trial_record.every(reader)]
        raise NoSuchTrial(name, there)
    return record


def living(reader: Reader, name: str) -> Record:
    """The record of one that answers; raises NoSuchTrial, and NotReady."""
    record = of(reader, name)
    if not trial_record.lives(reader, name):
        every = (each.name for each in trial_record.every(reader))
        raise NoSuchTrial(name, [each for each in every if trial_record.lives(reader, each)])
    if not record.pid:
        raise NotReady(name)
    return record


def using(reader: Reader, folder: str) -> Record | None:
    """The one that lives and has its programs from that folder, inside the root."""
    found = (each for each in trial_record.every(reader) if each.folder == folder)
    return next((each for each in found if trial_record.lives(reader, each.name)), None)


class NoSuchTrial(UsageError):
    def __init__(self, name: str, there: list[str]) -> None:
        known = f"there are: {', '.join(there)}" if there else "there is none"
        super().__init__(
            f"there is no trial {name!r}",
            details=known,
            hint="`dockswitch list --trials` shows them",
        )


class NotReady(Busy):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"the trial {name} does not answer yet",
            details="its engine is starting",
            hint="run the same command again in a moment",
        )
