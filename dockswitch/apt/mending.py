"""A database of packages that a kill, a power cut or a full disk left half done."""

from collections.abc import Mapping

from dockswitch.apt import call
from dockswitch.apt.states import states
from dockswitch.model.ports import Reader, System

# dpkg's own journal; apt does nothing while something is in it
_UPDATES = "/var/lib/dpkg/updates"


def cut_short(reader: Reader) -> bool:
    """Whether dpkg was ended in the middle of something."""
    return any(name.isdigit() for name in reader.names(_UPDATES))


def mend(system: System, wanted: Mapping[str, str | None]) -> None:
    """As far as dpkg can by itself: what is still half done afterwards is to be installed anew."""
    there = states(system, wanted)
    if cut_short(system) or not all(each.whole for each in there.values()):
        call.dpkg(system, "--configure", "-a")
        there = states(system, wanted)
    for name, version in wanted.items():
        if version is None and name in there and there[name].spoiled:
            # apt refuses whatever it is told while there is no archive for one that is spoiled
            call.dpkg(system, "--remove", "--force-remove-reinstreq", "--force-depends", name)
