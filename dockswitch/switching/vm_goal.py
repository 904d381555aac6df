"""Which virtual machine is to have an engine: a version's own, or the one that was named."""

import re

from dockswitch.backends import bundles
from dockswitch.model.errors import UsageError
from dockswitch.model.plan import Goal
from dockswitch.model.ports import Reader
from dockswitch.model.release import Bundle
from dockswitch.model.version import Version
from dockswitch.model.vm import Keeper, Vm
from dockswitch.switching.options import VmWish
from dockswitch.vms import record

# docker-machine takes letters, digits, hyphens and dots, with a letter or a digit in front
# (libmachine/host/host.go of docker/machine), and so does Lima.
PREFIX = "dockswitch-"
_ODD = re.compile(r"[^0-9A-Za-z.-]+")


def goal_of(reader: Reader, bundle: Bundle, keeper: Keeper, wish: VmWish) -> Goal:
    """The goal that the bundle's engine runs there. Raises OtherEngine, and BadName."""
    name = wish.name or ("dockswitch" if wish.in_place else name_of(bundle.version))
    if not name[0].isalnum() or _ODD.search(name):
        raise BadName(name)
    known = record.read(reader, keeper, name)
    vm = Vm(keeper, name, wish.driver, wish.flags)
    if known is not None:
        vm = Vm(keeper, name, wish.driver or known.vm.driver, wish.flags or known.vm.flags)
        there = bundles.version_of(known.folder)
        if there != bundle.version and not wish.in_place:
            raise OtherEngine(name, there, bundle.version)
        if there == bundle.version:
            bundle = bundles.read(reader, known.folder) or bundle
    return Goal(bundle, (), "start", vm=vm, keeps_running=wish.keeps_running)


def name_of(version: Version) -> str:
    """The name of a version's own machine."""
    return f"{PREFIX}{_ODD.sub('-', str(version))}"


class BadName(UsageError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name!r} names no machine",
            details="a name is of letters, digits, hyphens and dots; a letter or digit comes first",
            hint="such as --machine docker-rc2",
        )


class OtherEngine(UsageError):
    def __init__(self, name: str, there: Version, wanted: Version) -> None:
        super().__init__(
            f"the machine {name} has {there}",
            details=f"{wanted} would take its place",
            hint="--in-place replaces the engine of a machine, and rollback brings the old one "
            f"back; without --machine {wanted} gets a machine of its own",
        )
