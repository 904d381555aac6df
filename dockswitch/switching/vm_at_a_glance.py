"""An exact wish for the engine of the machine in use: asked of that engine once, and nothing done.

docker-machine takes half a second to say anything at all, so that nothing is asked of it twice.
"""

from dockswitch.model.outcome import Outcome
from dockswitch.model.plan import Installed
from dockswitch.model.ports import Reader
from dockswitch.model.wish import Exact, Request
from dockswitch.switching import history, journal, vm_goal, vm_in_use
from dockswitch.switching.options import Options, VmWish
from dockswitch.vms import record, well


def same_again(reader: Reader, request: Request, options: Options, keeper: str) -> Outcome | None:
    """What such a switch comes to; None where it may have something to do."""
    now, last, known = history.newest(reader), journal.last(reader), record.in_use(reader)
    if known is None or known.unsettled or known.vm != now.vm or last is None or last.open:
        return None
    wish, version = request.wish, now.version
    if version is None or not isinstance(wish, Exact) or request.as_of is not None:
        return None
    meant = VmWish(name=options.vm.name, driver=options.vm.driver)
    same = wish.matches(version) and request.channel in (None, now.channel)
    named = (keeper, options.vm.name or vm_goal.name_of(version))
    if not same or named != (known.vm.keeper, known.vm.name) or options != Options(vm=meant):
        return None
    if (known.folder, meant.driver or known.vm.driver) != (now.folder, known.vm.driver):
        return None
    found = well.once(reader, known.vm, version)
    if found.reason is not None or found.reach is None:
        return None
    installed = Installed(version, now.folder, (), None, version)
    host = vm_in_use.host(found.reach)
    return Outcome(changed=False, before=installed, after=now, host=host)
