"""What a lock is asked for: specs, hosts and backends as they are given, else as they were."""

from collections.abc import Sequence

from dockswitch.cli.session import Session, day
from dockswitch.model import wish
from dockswitch.model.errors import UsageError
from dockswitch.model.lock import Asked, Lock


def asked(
    session: Session,
    words: Sequence[str],
    hosts: Sequence[str] | None,
    backends: Sequence[str] | None,
    as_of: str | None,
    before: Lock | None,
) -> Asked:
    """What is given, and of what is not what `before` was asked."""
    requests = wish.several(words, tuple(session.catalog.channels)) if words else ()
    for each in requests:
        if isinstance(each.wish, wish.Previous | wish.SystemsOwn):
            raise UsageError(
                f"no lock can say what {each.words!r} is", hint="it differs from host to host"
            )
    was = before.asked if before else Asked((), ())
    return Asked(
        specs=tuple(dict.fromkeys(each.words for each in requests)) or was.specs,
        hosts=_hosts(session, hosts) if hosts or not before else was.hosts,
        backends=_sources(backends) or was.backends,
        as_of=str(day(as_of)) if as_of else ("" if words else was.as_of),
    )


def _hosts(session: Session, named: Sequence[str] | None) -> tuple[str, ...]:
    """As the lock names them; this one as those who publish packages know it."""
    from dockswitch.switching import lock_hosts
    from dockswitch.system import hosts

    if named:
        return tuple(dict.fromkeys(str(hosts.named(each)) for each in named))
    this = hosts.with_distribution()
    name = lock_hosts.name_of("apt", this, session.catalog)
    try:
        return (str(hosts.named(name)),)
    except UsageError:  # a distribution that `--for` does not know
        return (f"{this.os}/{this.arch}",)


def _sources(backends: Sequence[str] | None) -> tuple[str, ...]:
    """Whose sources these backends take; raises NoSuchBackend."""
    from dockswitch.backends import find
    from dockswitch.switching import locked

    taken = (source for each in backends or () for source in locked.sources_of(find(each)))
    return tuple(dict.fromkeys(taken))
