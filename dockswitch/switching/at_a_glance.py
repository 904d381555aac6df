"""An exact wish for the packages that are in force already: seen at a glance, and nothing done.

All else that a switch looks at is as it was when that generation was committed, or somebody else
changed it, which `status` tells.
"""

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
from dockswitch.switching.options import Options


def same_again(reader: Reader, request: Request, options: Options) -> Outcome | None:
    """What such a switch comes to; None where it may have something to do."""
    now = history.newest(reader)
    last = journal.last(reader)
    if now.version is None or last is None or last.open or not _asked_for(now, request, options):
        return None
    if not (_is_installed(reader, now) and _is_told_of(reader, now) and _answers(reader, now)):
        return None
    installed = Installed(now.version, now.folder, (), None, now.version)
    return Outcome(changed=False, before=installed, after=now)


def _asked_for(now: Generation, request: Request, options: Options) -> bool:
    """Whether that generation is what is wished for, as far as words can tell."""
    wish = request.wish
    if not isinstance(wish, Exact) or request.as_of is not None or now.version is None:
        return False
    plain = Options(experimental=now.experimental, hold=options.hold)
    held = now.hold is not None and options.hold is not False  # an exact wish holds
    same = wish.matches(now.version) and request.channel in (None, now.channel)
    return same and held and now.running and options == plain


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
