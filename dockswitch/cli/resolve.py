"""`dockswitch resolve`: show which release a word means, and why."""

from typing import Annotated

import typer

from dockswitch.cli import spec
from dockswitch.cli.session import Session
from dockswitch.model.trust import Trust
from dockswitch.report import outcome as telling

EXAMPLES = """\
Examples:
  dockswitch resolve test --why
  dockswitch resolve 17.06.0-ce-rc2 --for ubuntu:xenial/amd64 --backend apt
  dockswitch resolve edge --as-of 2017-06-30
  dockswitch resolve --locked --for debian:bookworm/amd64 --backend apt
"""


def command(
    ctx: typer.Context,
    words: spec.Words = None,
    why: Annotated[bool, typer.Option("--why", help="With the reasons.")] = False,
    backend: spec.Source = "static",
    as_of: spec.AsOf = None,
    host: spec.For = None,
    suite: spec.Suite = None,
    locked: spec.Locked = False,
    verify: spec.Verify = None,
) -> None:
    """Show which release a word means, and why."""
    from dockswitch.switching import find

    spec.suited(suite, "", backend)
    session = Session(ctx, host=host, backend=backend, suite=suite)
    least = spec.least(verify, Trust.SIGNED)
    if locked:
        from dockswitch.cli import locks

        found = locks.found(session, words, as_of, backend)
    else:
        request = session.request(words or [], as_of)
        found = find.find(session.system, session.catalog, request, backend, verify=least)
    release = found.release
    plain = telling.found_plain(found, why=why)
    lines = [f"{release.channel} {release.version} ({release.backend}, {session.system.host})"]
    lines += [f"  {line}" for line in telling.artifact_lines(release)]
    if not release.proven:
        lines.append("  from the record, unproven: no index shows it")
    if why:
        lines += [f"  because {reason}" for reason in found.reasons]
    session.report.answer(plain, lines)
