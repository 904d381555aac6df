"""What `try` does once it knows the engine: a shell or command in it, one that stays, its end."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from dockswitch.cli.session import Session
from dockswitch.switching import in_trial, trial_sweep, trials
from dockswitch.switching.trials import Tried, Whose
from dockswitch.system import people

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockswitch.model.person import Person
    from dockswitch.model.release import Bundle


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be tried, with these images in it; `argv` is empty for a shell."""

    bundle: "Bundle"
    channel: str
    images: tuple[str, ...]
    argv: Sequence[str]


@dataclass(frozen=True, slots=True)
class Seat:
    """Whose shell or command it is, None for our own, and their environment."""

    person: "Person | None"
    env: "Mapping[str, str]"

    @classmethod
    def taken(cls) -> "Seat":
        person = people.in_front_of_sudo(os.environ)
        return cls(person, people.environment(person, os.environ) if person else dict(os.environ))

    @property
    def whose(self) -> Whose:
        config = self.env.get("DOCKER_CONFIG", "")
        return Whose(self.person.uid if self.person else 0, config)

    @property
    def shell(self) -> str:
        return self.env.get("SHELL") or (self.person.shell if self.person else "/bin/sh")


def carried() -> dict[str, str]:
    """What is to survive sudo, for the shell or command is the person's own."""
    return people.carried(os.environ)


def tries(session: Session, wish: Wish) -> None:
    """Ends the command with the exit code of the shell or command that ran in it."""
    seat, system = Seat.taken(), session.system
    trial_sweep.sweep(system)  # those of owners that were killed would fill the disk
    began = system.monotonic()
    with trials.begun(
        system,
        wish.bundle,
        "",
        session.report.progress,
        channel=wish.channel,
        images=wish.images,
        whose=seat.whose,
    ) as tried:
        seconds = round(system.monotonic() - began, 3)
        host = in_trial.host(session.layout, tried)
        session.report.note(f"{tried.version} is {tried.name}, after {seconds:.1f} s: {host}")
        code = _attended(session, tried, seat, wish.argv)
    plain = _plain(session, tried)
    session.report.answer(
        {**plain, "trust": str(wish.bundle.trust), "exit": code, "seconds": seconds}
    )
    raise typer.Exit(code)


def keeps(session: Session, wish: Wish, name: str, hours: float | None) -> None:
    """Begins one that stays; where a command was given, ends with that one's exit code."""
    from dockswitch.switching import kept_trials  # few are kept

    seat, system = Seat.taken(), session.system
    trial_sweep.sweep(system)  # those of owners that were killed would fill the disk
    began = system.monotonic()
    kept = kept_trials.keep(
        system,
        wish.bundle,
        name,
        session.report.progress,
        channel=wish.channel,
        images=wish.images,
        hours=hours,
        whose=seat.whose,
    )
    seconds = round(system.monotonic() - began, 3)
    code = _attended(session, kept.tried, seat, wish.argv) if wish.argv else None
    host = in_trial.host(session.layout, kept.tried)
    context = f"docker --context {kept.context}, or " if kept.context else ""
    until = f", or by itself at {kept.until}" if kept.until else ""
    session.report.answer(
        {
            **_plain(session, kept.tried, kept.context),
            "trust": str(wish.bundle.trust),
            "until": kept.until or None,
            "exit": code,
            "seconds": seconds,
        },
        []
        if wish.argv
        else [
            f"{kept.tried.version} answers as {name}: {host}",
            f"{context}`dockswitch try --in {name}`, where its ports are, lead to it",
            f"it ends with `dockswitch try --end {name}`{until}",
        ],
    )
    if code is not None:
        raise typer.Exit(code)


def enters(session: Session, name: str, argv: Sequence[str]) -> None:
    """A shell or a command in one that is there; ends with its exit code."""
    record = trial_sweep.living(session.system, name)
    tried = Tried.of(record)
    code = _attended(session, tried, Seat.taken(), argv)
    session.report.answer({**_plain(session, tried, record.context), "exit": code})
    raise typer.Exit(code)


def ends(session: Session, name: str) -> None:
    ended = Tried.of(trial_sweep.end(session.system, name))
    session.report.answer(
        {"changed": True, **_plain(session, ended)},
        [f"{ended.version} as {name} is ended, and gone with all that was in it"],
    )


def _attended(session: Session, tried: Tried, seat: Seat, argv: Sequence[str]) -> int:
    report = session.report
    if not argv:
        argv = [seat.shell]
        report.note(f"docker and localhost lead into {tried.name} here; `exit` leaves it")
    return in_trial.attend(
        session.layout,
        tried,
        argv,
        aside=report.as_json,
        say=report.warning,
        env=seat.env,
        person=seat.person,
    )


def _plain(session: Session, tried: Tried, context: str = "") -> dict[str, object]:
    return {
        "name": tried.name,
        "version": tried.version,
        "channel": tried.channel or None,
        "host": in_trial.host(session.layout, tried),
        "context": context or None,
    }
