"""`use --dry-run` and `--check`: all that the switch would tell, and what becomes of containers."""

from dataclasses import replace

from dockswitch.backends import Backend
from dockswitch.model import finding
from dockswitch.model.plan import Plan
from dockswitch.model.ports import Reader
from dockswitch.model.wish import Previous, Request, SystemsOwn
from dockswitch.switching import checks, history, impact, rollback, switch
from dockswitch.switching.chosen import LateCatalog, choose
from dockswitch.switching.options import Options
from dockswitch.switching.planning import plan


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
        earlier = history.earlier(reader, number)
        goal = rollback.goal_of(reader, earlier, options)
        installed = backend.installed(reader)
        found = checks.findings(reader, goal, installed, options)
        finding.refuse(found)
        steps = backend.steps(goal, installed, reader)
        plan_back = Plan(goal, installed, (), steps, findings=found)
        return _foreseen(reader, plan_back, earlier.channel)
    choice = choose(
        reader,
        catalog,
        request,
        backend.takes[0],
        rootless=options.rootless(reader.layout),
        source=options.source,
    )
    return _foreseen(reader, plan(reader, backend, choice, options), choice.channel)


def _foreseen(reader: Reader, plan: Plan, channel: str) -> tuple[Plan, str]:
    """With what the history would say then, and what becomes of containers."""
    now = history.newest(reader)
    changes = bool(plan.steps) or not switch.says_the_same(now, plan.goal, channel)
    number = now.number + 1 if changes else now.number
    told = replace(plan, changes=changes, generation=number, impact=impact.impact(reader, plan))
    return told, channel
