"""`dockswitch doctor`: find what is wrong with the engine here, and say what to do."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from dockswitch.cli import spec
from dockswitch.cli.session import Session
from dockswitch.report.outcome import finding_plain

if TYPE_CHECKING:  # imported by the function that runs, so that --help does without them
    from dockswitch.model.release import Bundle
    from dockswitch.switching.doctor import Diagnosis

EXAMPLES = """\
Examples:
  dockswitch doctor             the engine in use, and whoever asks it
  dockswitch doctor test 28     what that release would meet here
  dockswitch doctor --json      for programs: `findings`, `well`

It changes nothing. The exit code is 1 where something needs hands, and 0 where
all is well, also where something is worth knowing.
"""


def command(ctx: typer.Context, words: spec.Words = None, backend: spec.Backend = None) -> None:
    """Find what is wrong with the engine here, and say what to do."""
    from dockswitch.switching import doctor

    session = Session(ctx)
    chosen = session.backend(backend)
    bundle = _bundle(session, words, chosen.takes[0]) if words else None
    told = doctor.doctor(session.system, chosen, bundle, os.environ)
    plain = [finding_plain(each) for each in told.findings]
    session.report.answer(
        {"version": told.version, "well": told.well, "findings": plain}, _lines(told)
    )
    raise typer.Exit(0 if told.well else 1)


def _bundle(session: Session, words: list[str], source: str) -> "Bundle":
    """The release that the words mean: kept, or as it would be fetched."""
    from dockswitch.switching.chosen import choose

    request = session.request(words)
    return choose(session.system, lambda: session.catalog, request, source).bundle


def _lines(told: "Diagnosis") -> Iterator[str]:
    for each in told.findings:
        yield f"{'needs hands' if each.error else 'worth knowing'}: {each.what}"
        if each.hint:
            yield f"  {each.hint}"
    if told.well:
        yield f"nothing stands in the way of {told.version}"
