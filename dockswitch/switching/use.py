"""`use`: from a request to a running engine; fetched and verified before anything is touched."""

from dataclasses import replace

from dockswitch.backends import Backend
from dockswitch.model.generation import Generation
from dockswitch.model.outcome import Found, Outcome
from dockswitch.model.ports import Progress, System
from dockswitch.model.wish import Exact, Newest, Previous, Request, SystemsOwn
from dockswitch.switching import fetch, rollback, switch
from dockswitch.switching.chosen import LateCatalog, choose, looked_up
from dockswitch.switching.options import Options
from dockswitch.switching.planning import goal_of, plan
from dockswitch.switching.switch import Switch


def use(
    system: System,
    catalog: LateCatalog,
    request: Request,
    backend: Backend,
    options: Options,
    progress: Progress,
) -> tuple[Outcome, Found | None]:
    """Makes the machine run what the request means; returns what happened and what was found."""
    if isinstance(request.wish, Previous):
        return rollback.rollback(system, None, progress, options), None
    if isinstance(request.wish, SystemsOwn):
        return rollback.rollback(system, 0, progress, options), None
    choice = choose(system, catalog, request, backend.takes[0])
    plan(system, backend, choice, options)  # raises what stands in the way, before any fetching
    bundle = choice.bundle
    if choice.found is not None:
        bundle = fetch.fetch(system, choice.found.release, options.accepted, progress)
    goal = goal_of(system, bundle, options)
    wanted = Switch(backend, goal, choice.channel, request.words, options)
    return switch.perform(system, wanted, progress), choice.found


def upgrade(
    system: System,
    catalog: LateCatalog,
    now: Generation,
    backend: Backend,
    options: Options,
    progress: Progress,
) -> Outcome:
    """To the newest of the channel in use, and never to an older one than what is there."""
    request = Request(now.channel, Newest(), now.channel)
    newest = looked_up(system, catalog, request, backend.takes[0]).bundle
    if now.version is not None and newest.version <= now.version:
        request = replace(request, wish=Exact(now.version))
    return use(system, catalog, request, backend, options, progress)[0]
