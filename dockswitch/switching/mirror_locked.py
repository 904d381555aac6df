"""What a mirror of a lock has to have: its very files, and the signed indexes that apt reads."""

from collections.abc import Iterator, Mapping, Sequence

from dockswitch.model.catalog import Catalog
from dockswitch.model.lock import Lock, release_of
from dockswitch.model.mirrored import Suite, Wanted
from dockswitch.model.ports import Reader
from dockswitch.model.settings import BUILT_IN
from dockswitch.model.trust import Trust
from dockswitch.sources import signed_index
from dockswitch.switching import locked
from dockswitch.switching.authentic import Accepted, OtherBytes
from dockswitch.switching.mirroring import Asked, Repository


def catalog_of(lock: Lock, catalog: Catalog) -> Catalog:
    """With the addresses that the lock's files are fetched from, where nobody said others."""
    own = catalog.addresses.mirror.rstrip("/") == BUILT_IN["mirror"]
    return catalog.at(mirror=lock.mirror) if own else catalog


def asked(readers: Mapping[str, Reader], catalog: Catalog, lock: Lock) -> Iterator[Asked]:
    """Its releases for each of its hosts; `readers` are by their names in it.

    Raises NotTheRecorded, where a digest in it was changed.
    """
    for entry in lock.entries:
        release = locked.addressed(release_of(entry), lock, catalog)
        for name in entry.hosts:
            locked.refuse_changed(lock, entry, readers[name].host, catalog)
            yield Asked(readers[name], release)


def hosts(lock: Lock) -> tuple[str, ...]:
    """The hosts that its releases are for, as it names them."""
    return tuple(dict.fromkeys(name for each in lock.entries for name in each.hosts))


def unlisted(
    repositories: Sequence[Repository],
    suites: Sequence[Suite],
    files: Sequence[Wanted],
    accepted: Accepted,
) -> tuple[str, ...]:
    """The places of locked packages that no signed index lists: apt alone does not find them.

    Raises OtherBytes where one lists them with other digests: apt would refuse what is locked.
    """
    locks = [each for each in files if each.download.package and _is_locked(each)]
    if not locks:
        return ()
    listed = {
        place: digest
        for repository, suite in zip(repositories, suites, strict=True)
        for place, digest in signed_index.digests(suite, repository.at).items()
    }
    for each in locks:
        digest = listed.get(each.place, "")
        right = each.download.digests | accepted.digests
        if digest and digest not in right:
            raise OtherBytes(each.download.name, digest, each.download.digests, "locked")
    return tuple(each.place for each in locks if each.place not in listed)


def _is_locked(wanted: Wanted) -> bool:
    return wanted.download.trust is Trust.LOCKED
