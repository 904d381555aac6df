"""Engines on trial that stay when the command that began them ends, until somebody ends them."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dockswitch.engine import trial_network
from dockswitch.model import moment
from dockswitch.model.errors import UsageError
from dockswitch.model.ports import Progress, System
from dockswitch.model.release import Bundle
from dockswitch.switching import (
    trial_context,
    trial_images,
    trial_record,
    trial_sweep,
    trials,
)
from dockswitch.switching.trials import NameTaken, Tried, Whose

_LONGEST = 24 * 366.0


@dataclass(frozen=True, slots=True)
class Kept:
    """One that is kept; `context` and `until` are empty for none."""

    tried: Tried
    context: str
    until: str


def keep(
    system: System,
    bundle: Bundle,
    name: str,
    progress: Progress,
    *,
    channel: str = "",
    images: Sequence[str] = (),
    hours: float | None = None,
    whose: Whose | None = None,
) -> Kept:
    """As `trials.begun`, for a process of its own that ends after so many `hours`, if at all."""
    if hours is not None and not 0 < hours <= _LONGEST:
        raise BadHours(hours)
    if trial_record.lives(system, trials.named(name)):  # said before another process is made
        raise NameTaken(name, trial_record.read(system, name))

    @contextlib.contextmanager
    def held() -> Iterator[int]:
        with (
            trials.begun(
                system,
                bundle,
                name,
                progress,
                channel=channel,
                whose=whose,
                context=trial_context.name_of(name),
            ) as tried,
            _told_of(system, name, hours),
        ):
            yield tried.pid

    trial_images.refuse_missing(system, images)
    for note in trial_network.possible(system).notes:
        system.tell(note)  # what that process says, only its log hears
    progress.say(f"starting {bundle.version} as {name}, beside what runs here")
    seconds = hours * 3600 if hours is not None else None
    owner = system.keep(held, log=system.layout.trial_log(name), seconds=seconds)
    record = trial_record.read(system, name)
    if record is None:
        raise EndedAtOnce(name)
    try:
        for image in images:  # with progress that a person sees
            trial_images.copy(system, image, record.socket, progress)
    except BaseException:
        system.end(owner, wait=trial_sweep.GRACE)
        raise
    return Kept(Tried.of(record), record.context, record.until)


@contextlib.contextmanager
def _told_of(system: System, name: str, hours: float | None) -> Iterator[None]:
    """Its record says when it ends, now that it has begun, and the docker context is there that it
    names; where none can be made, it names none.
    """
    record = trial_record.read(system, name)
    assert record is not None  # it is ours, and written first of all
    try:
        reason = trial_context.made(system, record)
        if reason is not None:
            system.tell(reason)
        context = record.context if reason is None else ""
        trial_record.write(system, replace(record, context=context, until=_until(system, hours)))
        yield
    finally:
        note = trial_context.gone(system, record)
        if note is not None:
            system.tell(note)


def _until(system: System, hours: float | None) -> str:
    return "" if hours is None else moment.after(system.now(), hours * 3600)


class BadHours(UsageError):
    def __init__(self, hours: float) -> None:
        super().__init__(
            f"a trial cannot be kept for {hours:g} hours",
            hint="--for-hours takes more than 0, at most a year; 0.5 is half an hour",
        )


class EndedAtOnce(UsageError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"the trial {name} was ended as soon as it began",
            details="by somebody else, or since its time was up",
            hint="run the same command again",
        )
