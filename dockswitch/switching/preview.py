"""`use --dry-run` and `--check`: all that the switch would tell, and what becomes of containers."""

from dataclasses import replace

from dockswitch.backends import Backend
from dockswitch.model.generation import Generation
from dockswitch.model.plan import Plan
from dockswitch.model.ports import Reader
from dockswitch.model.wish import Previous, Request, SystemsOwn
from dockswitch.switching import api_ranges, history, impact, rollback, switch, way_back
from dockswitch.switching.chosen import LateCatalog
from dockswitch.switching.options import Options
from dockswitch.switching.planning import choice_of, plan


def preview(
    reader: Reader,
    catalog: LateCatalog,
    request: Request,
    backend: Backend,
    options: Options,
) -> tuple[Plan, str]:
    """What `use` would do, and the channel that it would record; nothing is fetched."""
    number = {Previous: None, SystemsOwn: 0}.get(type(request.wish), -1)
    if number != -1:
        plan_back, earlier = preview_back(reader, number, options)
        return plan_back, earlier.channel
    choice = choice_of(reader, catalog, request, backend, options)
    return _foreseen(reader, plan(reader, backend, choice, options), choice.channel)


def preview_back(reader: Reader, number: int | None, options: Options) -> tuple[Plan, Generation]:
    """What `rollback` would do, and the generation that it would go back to."""
    earlier = history.earlier(reader, number)
    told, _ = _foreseen(reader, rollback.plan(reader, earlier, options), earlier.channel)
    return told, earlier


def _foreseen(reader: Reader, plan: Plan, channel: str) -> tuple[Plan, str]:
    """With what the history would say then, and what becomes of containers."""
    now = history.newest(reader)
    changes = bool(plan.steps) or not switch.says_the_same(now, plan.goal, channel)
    number = now.number + 1 if changes else now.number
    told = impact.foreseen(reader, plan)
    if now.vm is not None or plan.goal.vm is not None:  # neither backend sees the other's
        told = replace(told, installed=replace(told.installed, version=now.version))
    reason = way_back.reason(reader, plan)
    told = replace(
        told,
        changes=changes,
        generation=number,
        way_back=reason,
        api_now=api_ranges.now(reader),
        api_then=api_ranges.then(plan),
    )
    return told, channel
