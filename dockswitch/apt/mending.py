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
    """Whatever stands in the way of apt; what is half done is left to it, to be installed anew.

    Nothing is configured here as `dpkg --configure -a` would: that starts an engine which is to go.
    """
    if cut_short(system):
        # It is told no selection, and writes its journal into its database as it always does.
        call.dpkg(system, "--set-selections")
    for name, state in states(system, wanted).items():
        if wanted[name] is None and state.spoiled:
            # apt refuses whatever it is told while there is no archive for one that is spoiled
            call.dpkg(system, "--remove", "--force-remove-reinstreq", "--force-depends", name)
