"""What a switch to a machine that runs already costs: the calls that it needs, and no other."""

from dockswitch.backends.vm import InVm
from dockswitch.model.release import Bundle
from dockswitch.model.trust import Trust
from dockswitch.model.version import Version
from dockswitch.switching import vm_goal, vm_switch
from dockswitch.switching.options import Options, VmWish
from dockswitch.vms import record, steps
from tests.vms.docker_machine import lab as labs
from tests.vms.docker_machine.lab import OLD
from tests.world.commands import Quiet


def bundle(folder: str) -> Bundle:
    return Bundle(Version.parse(OLD), folder, (), (), "", "", 0, Trust.TLS, keeper="machine")


def test_one_that_runs_is_looked_at_and_asked_once() -> None:
    world, lab = labs.made()
    name = vm_goal.name_of(Version.parse(OLD))
    wanted = labs.step(world, OLD, name=name)
    steps.make_so(world, wanted)
    world.layout.scope = "user"
    world.point(world.layout.vm, record.target("machine", name))
    lab.calls.clear()

    goal = vm_goal.goal_of(world, bundle(wanted.folder), "machine", VmWish())
    backend = InVm("machine", ("images",))
    assert backend.steps(goal, backend.installed(world), world) == ()
    vm_switch.refuse_unwell(world, goal, Options(), Quiet(), fresh=False)
    assert lab.verbs() == ["status", "env"]
