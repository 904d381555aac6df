"""What `matrix` does once its words are right: fetches the engines, runs the command with each."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from dockswitch.cli.session import Session
from dockswitch.cli.showing import Showing
from dockswitch.cli.trying import Seat
from dockswitch.model.errors import Interrupted
from dockswitch.model.wish import Request
from dockswitch.report import matrix as telling
from dockswitch.switching import in_trial, matrix, rootless, trial_sweep
from dockswitch.switching.authentic import Accepted
from dockswitch.switching.trials import Tried
from dockswitch.system import log_files


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to run, `jobs` at a time; `logs` is where what each printed is to be kept."""

    argv: Sequence[str]
    images: tuple[str, ...]
    jobs: int | None
    logs: str | None
    fail_fast: bool


def refuse_no_jobs(wish: Wish) -> None:
    if wish.jobs is not None and wish.jobs < 1:
        raise matrix.NoJobs(wish.jobs)


def runs(
    session: Session, requests: Sequence[Request], wish: Wish, accepted: Accepted, *, source: str
) -> int:
    """The exit code of the worst; raises Interrupted once all that ran have ended."""
    report, system, seat = session.report, session.system, Seat.taken()
    rootless.refuse(system)
    entries = matrix.entries(
        system,
        lambda: session.catalog,
        requests,
        session.backend("static").takes[0],
        accepted,
        report.progress,
        source=source,
    )

    def run(tried: Tried, log: str) -> int:
        return in_trial.run(
            session.layout, tried, list(wish.argv), log=log, env=seat.env, person=seat.person
        )

    names = [f"{each.version}.log" for each in entries]
    with log_files.begun(wish.logs, names, seat.person) as logs:
        trial_sweep.sweep(system)  # as `try` does
        how = matrix.Wish(run, wish.images, seat.whose)
        works = matrix.works(system, entries, logs, how)
        showing = Showing(report, entries, logs, fail_fast=wish.fail_fast)
        jobs = wish.jobs or matrix.jobs(system, cores=_cores(), count=len(entries))
        try:
            system.beside(works, jobs=jobs, audience=showing)
        except KeyboardInterrupt:
            showing.over()
            raise Interrupted("every engine that was on trial has ended") from None
        showing.over()
        kept = [None if wish.logs is None else log for log in logs]
    results = showing.results
    code = matrix.worst(results)
    report.answer(
        {"results": telling.plain(entries, results, kept), "exit": code, "jobs": jobs},
        telling.lines(entries, results),
    )
    return code


def _cores() -> int:
    """Those that we may use, where the system tells."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
