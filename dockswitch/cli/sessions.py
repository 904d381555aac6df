"""A session with the backends that may serve it: which distribution this is concerns apt alone."""

import typer

from dockswitch.cli.session import NotFromThere, Session


def of(
    ctx: typer.Context, *, backend: str | None, source: str, suite: str | None
) -> tuple[Session, tuple[str, ...]]:
    """The session, and the names of the backends that may serve, best first.

    `source` is whose sources were asked for, in the resolver's words, and empty for any. Raises
    NotFromThere and NoSuchBackend.
    """
    session = Session(ctx, backend=source or None, suite=suite, unpacks=bool(source))
    names = _names(session, backend, source)
    if names[0] == "apt" and not source:
        session = Session(ctx, backend="apt", suite=suite)
    return session, names


def _names(session: Session, backend: str | None, source: str) -> tuple[str, ...]:
    from dockswitch import backends
    from dockswitch.switching import which_backend

    asked = backend or session.settings["backend"].value
    if not asked:
        # What is unpacked from packages is not installed by apt.
        return ("static",) if source else which_backend.candidates(session.system)
    found = backends.find(asked)
    if source and (source not in found.takes or found.name == "apt"):
        raise NotFromThere(found.name)
    return (found.name,)
