"""An exact wish, or a lock's, for the packages that are in force: seen at a glance, nothing done.

All else that a switch looks at is as it was when that generation was committed, or somebody else
changed it, which `status` tells.
"""

from typing import TYPE_CHECKING

from dockswitch.apt import own_source, states
from dockswitch.backends import bundles
from dockswitch.engine import api
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.model import package_names, package_words
from dockswitch.model.errors import DockswitchError
from dockswitch.model.generation import Generation
from dockswitch.model.layout import PREFERENCES
from dockswitch.model.outcome import Outcome
from dockswitch.model.plan import Installed
from dockswitch.model.ports import Reader
from dockswitch.model.wish import Exact, Request
from dockswitch.switching import history, journal
from dockswitch.switching.chosen import LateCatalog
from dockswitch.switching.options import Options

if TYPE_CHECKING:
    from dockswitch.model.catalog import Catalog
    from dockswitch.model.lock import Lock


def same_again(
    reader: Reader, request: Request, options: Options, catalog: LateCatalog
) -> Outcome | None:
    """What such a switch comes to; None where it may have something to do.

    A lock wants to know the reader's distribution. Raises what asking a lock raises.
    """
    now = history.newest(reader)
    last = journal.last(reader)
    if now.version is None or last is None or last.open or not _is_plain(now, options):
        return None
    if options.lock is None:
        meant = _asked_for(now, request)
    else:
        meant = _locked(reader, now, request, options.lock, catalog())
    if not meant:
        return None
    if not (_is_installed(reader, now) and _is_told_of(reader, now) and _answers(reader, now)):
        return None
    installed = Installed(now.version, now.folder, (), None, now.version)
    return Outcome(changed=False, before=installed, after=now)


def _is_plain(now: Generation, options: Options) -> bool:
    """Whether that generation is as such a switch would make it."""
    plain = Options(experimental=now.experimental, lock=options.lock)
    # an exact wish holds, and so does a lock
    return now.hold is not None and now.running and options == plain


def _asked_for(now: Generation, request: Request) -> bool:
    """Whether that generation is what is wished for, as far as words can tell."""
    wish = request.wish
    if not isinstance(wish, Exact) or request.as_of is not None or now.version is None:
        return False
    return wish.matches(now.version) and request.channel in (None, now.channel)


def _locked(
    reader: Reader, now: Generation, request: Request, lock: "Lock", catalog: "Catalog"
) -> bool:
    """Whether that generation was made of the very files that the lock has for this host."""
    from dockswitch.switching import locked  # only where a lock decides

    release = locked.find(reader, catalog, lock, request, ("apt",)).release
    if (release.version, release.channel) != (now.version, now.channel):
        return False
    bundle = bundles.read(reader, now.folder)
    kept = {each.package: each.sha256 for each in bundle.artifacts} if bundle else {}
    files = [each.download for each in release.artifacts]
    installed = all(each.package in now.packages for each in files)
    return installed and all(kept.get(each.package) in each.digests for each in files)


def _is_installed(reader: Reader, now: Generation) -> bool:
    """Whether dpkg has exactly that, wholly, held and pinned."""
    there = states.states(reader, package_names.ALL)
    words = {package_words.there(each.name, each.version) for each in there.values()}
    whole = all(each.whole for each in there.values())
    release = (there[name] for name in package_names.RELEASE if name in there)
    pinned = reader.kind(PREFERENCES) == "file"
    return whole and pinned and words == set(now.packages) and all(each.held for each in release)


def _is_told_of(reader: Reader, now: Generation) -> bool:
    """Whether apt knows where it is from, as far as that is dockswitch's to tell."""
    bundle = bundles.read(reader, now.folder)
    if bundle is None or bundle.origin is None:
        return False
    files = (own_source.STANZA, own_source.LINE)
    return not bundle.origin.own or any(reader.kind(file) == "file" for file in files)


def _answers(reader: Reader, now: Generation) -> bool:
    try:
        socket = DaemonConfig.read(reader).socket
    except DockswitchError:
        return False  # a spoiled daemon.json: a switch says so
    identity = api.identity(reader, socket) if api.pings(reader, socket, timeout=1) else None
    return identity is not None and now.version is not None and identity.version.serves(now.version)
