"""Packages that somebody else holds: dpkg does, and dockswitch's own preferences do not."""

from collections.abc import Iterable

from dockswitch.apt import preferences, states
from dockswitch.model import package_words
from dockswitch.model.ports import Reader


def foreign(reader: Reader, names: Iterable[str]) -> tuple[str, ...]:
    """Those of these packages that are held, and not by dockswitch."""
    known = states.known(reader, names)
    ours = preferences.read(reader)
    own = package_words.versions(ours[1]) if ours else {}
    return tuple(name for name, each in known.items() if each.held and name not in own)
