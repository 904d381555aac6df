"""Whether a rollback of a switch that is not made yet would bring back what there is now."""

from dataclasses import replace

from dockswitch.engine import data_root, image_store
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.engine.data_root import in_words
from dockswitch.model.errors import DataRootRefused
from dockswitch.model.plan import Plan
from dockswitch.model.ports import Reader
from dockswitch.model.step import started
from dockswitch.model.stores import CONTAINERD, SERVICE
from dockswitch.switching import history, losses

# what an engine that finds no other's data makes, where the kernel and the disk serve it
_USUAL = "overlay2"


def reason(reader: Reader, plan: Plan) -> str | None:
    """Why going back would be refused or show less than now; None where nothing is known of it.

    A data-root of its own is left as it is, and so is the one that is left for it.
    """
    found = _found(reader, plan)
    return found[1] if found else None


def refuse_none(reader: Reader, plan: Plan) -> None:
    """Raises NoWayBack where not all would be back that is there now."""
    found = _found(reader, plan)
    if found is not None and not found[0]:
        raise NoWayBack(found[1])


def _found(reader: Reader, plan: Plan) -> tuple[bool, str] | None:
    """Whether all would be back that is there now, and what is worth saying of that."""
    now, bundle = history.newest(reader), plan.goal.bundle
    if plan.goal.vm is not None or now.vm is not None:
        from dockswitch.switching import vm_impact  # only where there are virtual machines

        said = vm_impact.way_back(reader, plan)
        return (False, said) if said else None
    if bundle is None or now.version is None or plan.goal.engine != "start" or not now.running:
        return None
    if plan.goal.data != now.data:
        return None
    config = DaemonConfig.read(reader)
    try:
        data = data_root.read(reader, plan.goal.data or config.data_root, remapped=config.remapped)
    except PermissionError:
        return None
    argv = _command_line(plan)
    there = image_store.foreseen(bundle.version, config, data, argv)
    if there is None or there.why_not is not None:
        return None
    made = there.store or _USUAL
    grown = replace(data, prior=data.prior | ({made} - {CONTAINERD, SERVICE}))
    back = image_store.foreseen(now.version, config, grown, argv)
    if back is None:
        return None
    if back.why_not is not None:
        return False, f"`dockswitch rollback` would not bring {now.version} back: {back.why_not}"
    shown = back.store or _USUAL
    before = losses.store_before(reader, plan.goal, plan.installed)
    hidden = next((each for each in data.holdings if each.store == before != shown), None)
    if hidden is not None:
        return False, f"after `dockswitch rollback` {now.version} would not show {hidden}"
    if shown == made:
        return None
    return True, (
        "`dockswitch rollback` would bring back all that is there now, but not show what "
        f"{bundle.version} makes meanwhile in {in_words(made)}"
    )


def _command_line(plan: Plan) -> tuple[str, ...]:
    """The wanted engine's: both are kept running in the same way."""
    engine = started(plan.steps)
    return engine.argv if engine else ()


class NoWayBack(DataRootRefused):
    def __init__(self, reason: str) -> None:
        super().__init__(
            "the switch could not be undone by itself",
            details=reason,
            hint="--data separate leaves the data-root as it is; without --revert-after it goes on",
        )
