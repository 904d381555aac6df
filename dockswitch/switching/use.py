"""`use`: from a request to a running engine; fetched and verified before anything is touched."""

from dataclasses import replace

from dockswitch.backends import Backend
from dockswitch.model.generation import Generation
from dockswitch.model.outcome import Found, Outcome
from dockswitch.model.ports import Progress, Reader, System
from dockswitch.model.vm import KEEPERS
from dockswitch.model.wish import Exact, Newest, Previous, Request, SystemsOwn
from dockswitch.switching import rollback, switch
from dockswitch.switching.chosen import LateCatalog, looked_up
from dockswitch.switching.options import Agree, Options
from dockswitch.switching.planning import choice_of, fetched, goal_of, plan
from dockswitch.switching.switch import Switch


def same_again(
    reader: Reader, catalog: LateCatalog, request: Request, backend: Backend, options: Options
) -> Outcome | None:
    """What comes of it where that is in force already, as far as a glance tells; None elsewhere.

    To be asked before `use`: it needs to know far less of the machine, of which only a lock has to
    know the distribution. Raises what asking a lock raises.
    """
    if backend.name == "apt":
        from dockswitch.switching import at_a_glance  # only where apt installs

        return at_a_glance.same_again(reader, request, options, catalog)
    if backend.name in KEEPERS:
        from dockswitch.switching import vm_at_a_glance  # only where virtual machines are meant

        return vm_at_a_glance.same_again(reader, request, options, backend.name)
    return None


def use(
    system: System,
    catalog: LateCatalog,
    request: Request,
    backend: Backend,
    options: Options,
    progress: Progress,
    agree: Agree | None = None,
) -> tuple[Outcome, Found | None]:
    """Makes the machine run what the request means; returns what happened and what was found.

    `agree` is asked once it is known what would happen, before anything is fetched; without it
    nobody is, and an engine that runs is not asked for its containers.
    """
    if isinstance(request.wish, Previous):
        return rollback.rollback(system, None, progress, options, agree), None
    if isinstance(request.wish, SystemsOwn):
        return rollback.rollback(system, 0, progress, options, agree), None
    if backend.name == "apt" and options.lock is None:
        from dockswitch.switching import chosen_packages  # only where apt installs

        chosen_packages.read_again(system, catalog, request, progress)
    choice = choice_of(system, catalog, request, backend, options)
    planned = plan(system, backend, choice, options)  # raises what stands in the way
    if options.revert_after:
        from dockswitch.switching import way_back  # few switches are to undo themselves

        way_back.refuse_none(system, planned)
    if agree is not None:
        agree(planned)
    here = fetched(system, choice, options.accepted, progress)
    goal = goal_of(system, here, options)
    wanted = Switch(backend, goal, choice.channel, request.words, options)
    return switch.perform(system, wanted, progress), choice.found


def upgrade(
    system: System,
    catalog: LateCatalog,
    now: Generation,
    backend: Backend,
    options: Options,
    progress: Progress,
    agree: Agree | None = None,
) -> Outcome:
    """To the newest of the channel in use, and never to an older one than what is there."""
    request = Request(now.channel, Newest(), now.channel)
    if now.vm is not None:
        newest = choice_of(system, catalog, request, backend, options).bundle
    else:
        newest = looked_up(system, catalog, request, options.source or backend.takes[0]).bundle
    if now.version is not None and newest.version <= now.version:
        request = replace(request, wish=Exact(now.version))
        # nobody named that version: what is not held stays free
        options = replace(options, hold=None if now.hold else False)
    return use(system, catalog, request, backend, options, progress, agree)[0]
