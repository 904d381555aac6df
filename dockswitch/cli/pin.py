"""`dockswitch pin`: write down the version that this folder wants."""

import typer

from dockswitch.cli import pins, spec
from dockswitch.cli.session import Session
from dockswitch.model.errors import UsageError

EXAMPLES = """\
Examples:
  dockswitch pin 28.5.2              writes .docker-version here
  dockswitch pin                     shows the pin that counts here
  dockswitch use --from-file         switches to it
"""


def command(ctx: typer.Context, words: spec.Words = None) -> None:
    """Write down the version that this folder wants."""
    session = Session(ctx)
    if not words:
        pin = pins.nearest()
        found = [f"{pin.spec} ({pin.path})"] if pin else []
        session.report.answer(
            {"pinned": pin.spec if pin else None, "path": pin.path if pin else None}, found
        )
        if pin is None:
            session.report.note("no pin counts here")
        return
    request = session.request(words)
    if not pins.names_version(request) or len(words) > 1:
        raise UsageError(
            "a pin names a version, never a source", hint="such as `dockswitch pin 28.5.2`"
        )
    pin = pins.write(words[0])
    session.report.answer({"pinned": pin.spec, "path": pin.path}, [f"{pin.path} wants {pin.spec}"])
